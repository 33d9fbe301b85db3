import type { MovementKind } from '../../../domain/cash-session/events.ts'
import type { Disposition, RefundReason } from '../../../domain/refund/events.ts'
import type { Locale } from '../../../domain/refusals.ts'
import type { TenderKind } from '../../../domain/sale/events.ts'

interface Words {
  vatNumber: string
  receipt: string
  register: string
  servedBy: string
  loyalty: string
  items: (count: number) => string
  total: string
  /** A discount for which no reason was given. */
  discount: string
  saved: string
  rounding: string
  tender: Record<TenderKind, string>
  given: string
  change: string
  vat: string
  rate: string
  net: string
  tax: string
  gross: string
  fingerprint: string
  thanks: string
  duplicate: string
  zReport: string
  businessDate: string
  opened: string
  closed: string
  closedBy: string
  sales: string
  receipts: string
  none: string
  count: string
  float: string
  movement: Record<string, string>
  expected: string
  counted: string
  over: string
  short: string
  noDifference: string
  salesTotal: string
  slip: Record<MovementKind | 'no-sale', string>
  xReport: string
  xNote: string
  read: string
  by: string
  amount: string
  reason: string
  signature: string
  perpetual: string
  refund: string
  ofReceipt: string
  withoutReceipt: string
  refundTotal: string
  refunds: string
  refundReason: Record<RefundReason, string>
  disposition: Record<Disposition, string>
}

const plural = (one: string, many: string) => (count: number) => `${count} ${count === 1 ? one : many}`

/** What the paper says, per language. */
export const WORDS: Record<Locale, Words> = {
  fr: {
    vatNumber: 'N° TVA',
    receipt: 'Ticket n°',
    register: 'Caisse',
    servedBy: 'Servi par',
    loyalty: 'Carte de fidélité',
    items: plural('article', 'articles'),
    total: 'TOTAL',
    discount: 'Remise',
    saved: 'Vous économisez',
    rounding: 'Arrondi',
    tender: {
      cash: 'Espèces',
      card: 'Carte bancaire',
      voucher: 'Bon',
      account: 'En compte',
      exchange: 'Échange',
    },
    given: 'Reçu',
    change: 'Rendu',
    vat: 'TVA',
    rate: 'Taux',
    net: 'HT',
    tax: 'TVA',
    gross: 'TTC',
    fingerprint: 'Empreinte',
    thanks: 'Merci de votre visite',
    duplicate: 'DUPLICATA',
    zReport: 'CLÔTURE DE CAISSE Z',
    businessDate: 'Journée',
    opened: 'Ouverture',
    closed: 'Clôture',
    closedBy: 'Clôturé par',
    sales: 'Ventes',
    receipts: 'Tickets',
    none: 'aucun',
    count: 'Comptage',
    float: 'Fond de caisse',
    movement: {
      float: 'Fond de caisse',
      sale: 'Ventes en espèces',
      refund: 'Remboursements',
      'paid-in': 'Entrées de caisse',
      'paid-out': 'Sorties de caisse',
      'pick-up': 'Prélèvements',
      'not-listed': 'Mouvements antérieurs',
    },
    slip: {
      'paid-in': 'ENTRÉE DE CAISSE',
      'paid-out': 'SORTIE DE CAISSE',
      'pick-up': 'PRÉLÈVEMENT AU COFFRE',
      'no-sale': 'OUVERTURE DU TIROIR',
    },
    xReport: 'LECTURE DE CAISSE X',
    xNote: 'Lecture sans clôture',
    read: 'Lecture',
    by: 'Par',
    amount: 'Montant',
    reason: 'Motif',
    signature: 'Signature',
    expected: 'Attendu en espèces',
    counted: 'Compté',
    over: 'Excédent',
    short: 'Manquant',
    noDifference: 'Aucun écart',
    salesTotal: 'Total des ventes TTC',
    perpetual: 'Grand total perpétuel',
    refund: 'REMBOURSEMENT N°',
    ofReceipt: 'Ticket remboursé',
    withoutReceipt: 'Sans ticket de caisse',
    refundTotal: 'REMBOURSÉ',
    refunds: 'Remboursements',
    refundReason: {
      unwanted: 'Non souhaité',
      'wrong-item': 'Article erroné',
      faulty: 'Défectueux',
      recalled: 'Rappel de lot',
      price: 'Erreur de prix',
    },
    disposition: { stock: 'remis en stock', quarantine: 'mis en quarantaine' },
  },
  en: {
    vatNumber: 'VAT no.',
    receipt: 'Receipt no.',
    register: 'Register',
    servedBy: 'Served by',
    loyalty: 'Loyalty card',
    items: plural('item', 'items'),
    total: 'TOTAL',
    discount: 'Discount',
    saved: 'You save',
    rounding: 'Rounding',
    tender: { cash: 'Cash', card: 'Card', voucher: 'Voucher', account: 'On account', exchange: 'Exchange' },
    given: 'Given',
    change: 'Change',
    vat: 'VAT',
    rate: 'Rate',
    net: 'Net',
    tax: 'VAT',
    gross: 'Gross',
    fingerprint: 'Fingerprint',
    thanks: 'Thank you for your visit',
    duplicate: 'COPY',
    zReport: 'Z REPORT',
    businessDate: 'Business date',
    opened: 'Opened',
    closed: 'Closed',
    closedBy: 'Closed by',
    sales: 'Sales',
    receipts: 'Receipts',
    none: 'none',
    count: 'Count',
    float: 'Float',
    movement: {
      float: 'Float',
      sale: 'Cash sales',
      refund: 'Cash refunds',
      'paid-in': 'Paid in',
      'paid-out': 'Paid out',
      'pick-up': 'To the safe',
      'not-listed': 'Earlier movements',
    },
    slip: {
      'paid-in': 'PAID IN',
      'paid-out': 'PAID OUT',
      'pick-up': 'PICK-UP TO SAFE',
      'no-sale': 'DRAWER OPENED, NO SALE',
    },
    xReport: 'X REPORT',
    xNote: 'Read only, nothing was closed',
    read: 'Read',
    by: 'By',
    amount: 'Amount',
    reason: 'Reason',
    signature: 'Signature',
    expected: 'Cash expected',
    counted: 'Counted',
    over: 'Over',
    short: 'Short',
    noDifference: 'No difference',
    salesTotal: 'Sales total incl. VAT',
    perpetual: 'Perpetual grand total',
    refund: 'REFUND NO.',
    ofReceipt: 'Receipt refunded',
    withoutReceipt: 'Without a receipt',
    refundTotal: 'REFUNDED',
    refunds: 'Refunds',
    refundReason: {
      unwanted: 'Not wanted',
      'wrong-item': 'Wrong item',
      faulty: 'Faulty',
      recalled: 'Recalled',
      price: 'Wrong price',
    },
    disposition: { stock: 'back to stock', quarantine: 'to quarantine' },
  },
  de: {
    vatNumber: 'USt-IdNr.',
    receipt: 'Beleg Nr.',
    register: 'Kasse',
    servedBy: 'Es bediente Sie',
    loyalty: 'Kundenkarte',
    items: plural('Artikel', 'Artikel'),
    total: 'SUMME',
    discount: 'Rabatt',
    saved: 'Sie sparen',
    rounding: 'Rundung',
    tender: {
      cash: 'Bar',
      card: 'Karte',
      voucher: 'Gutschein',
      account: 'Auf Rechnung',
      exchange: 'Umtausch',
    },
    given: 'Gegeben',
    change: 'Rückgeld',
    vat: 'USt',
    rate: 'Satz',
    net: 'Netto',
    tax: 'USt',
    gross: 'Brutto',
    fingerprint: 'Prüfwert',
    thanks: 'Vielen Dank für Ihren Besuch',
    duplicate: 'KOPIE',
    zReport: 'Z-BERICHT',
    businessDate: 'Geschäftstag',
    opened: 'Eröffnet',
    closed: 'Abgeschlossen',
    closedBy: 'Abgeschlossen von',
    sales: 'Verkäufe',
    receipts: 'Belege',
    none: 'keine',
    count: 'Zählung',
    float: 'Wechselgeld',
    movement: {
      float: 'Wechselgeld',
      sale: 'Barverkäufe',
      refund: 'Barerstattungen',
      'paid-in': 'Einlagen',
      'paid-out': 'Auszahlungen',
      'pick-up': 'Abschöpfungen',
      'not-listed': 'Frühere Bewegungen',
    },
    slip: {
      'paid-in': 'EINLAGE',
      'paid-out': 'AUSZAHLUNG',
      'pick-up': 'ABSCHÖPFUNG IN DEN TRESOR',
      'no-sale': 'SCHUBLADE GEÖFFNET',
    },
    xReport: 'X-BERICHT',
    xNote: 'Zwischenstand, nichts abgeschlossen',
    read: 'Gelesen',
    by: 'Von',
    amount: 'Betrag',
    reason: 'Grund',
    signature: 'Unterschrift',
    expected: 'Bargeld erwartet',
    counted: 'Gezählt',
    over: 'Überschuss',
    short: 'Fehlbetrag',
    noDifference: 'Keine Differenz',
    salesTotal: 'Verkäufe gesamt brutto',
    perpetual: 'Fortlaufende Gesamtsumme',
    refund: 'ERSTATTUNG NR.',
    ofReceipt: 'Erstatteter Beleg',
    withoutReceipt: 'Ohne Beleg',
    refundTotal: 'ERSTATTET',
    refunds: 'Erstattungen',
    refundReason: {
      unwanted: 'Nicht gewünscht',
      'wrong-item': 'Falscher Artikel',
      faulty: 'Mangelhaft',
      recalled: 'Rückruf',
      price: 'Falscher Preis',
    },
    disposition: { stock: 'zurück in den Bestand', quarantine: 'in Quarantäne' },
  },
}
