import type { Locale } from '../../../domain/refusals.ts'

interface DrawerWords {
  otherTenders: string
  taken: string
  firstCount: string
  reason: string
  witness: string
  readings: string
  handovers: string
  overnight: string
  elsewhere: string
  partial: string
  partialCash: string
  partialX: string
  addendum: string
  addendumNote: string
  lateCash: string
  handover: string
  from: string
  to: string
  fromSigns: string
  toSigns: string
}

/** What the papers of a drawer say beside the words of every paper. */
export const DRAWER_WORDS: Record<Locale, DrawerWords> = {
  fr: {
    otherTenders: 'Autres moyens comptés',
    taken: 'encaissé',
    firstCount: 'Premier comptage',
    reason: 'Motif de l’écart',
    witness: 'Confirmé par',
    readings: 'Lectures X avant comptage',
    handovers: 'Passations avec comptage',
    overnight: 'Caisse restée ouverte après minuit',
    elsewhere: 'Clôturé depuis un autre poste',
    partial: 'CHIFFRES DE VENTE INCOMPLETS',
    partialCash:
      'Des ventes antérieures étaient en cours de chargement : elles manquent ci-dessous et suivront. Les espèces attendues sont complètes.',
    partialX: 'Des ventes antérieures, en cours de chargement, manquent ici.',
    addendum: 'ADDITIF AU Z',
    addendumNote: 'Arrivé après la clôture, Z inchangé',
    lateCash: 'Espèces tardives',
    handover: 'PASSATION DE CAISSE',
    from: 'Remis par',
    to: 'Repris par',
    fromSigns: 'Remet',
    toSigns: 'Reprend',
  },
  en: {
    otherTenders: 'Other tenders counted',
    taken: 'taken',
    firstCount: 'First count',
    reason: 'Reason for the difference',
    witness: 'Confirmed by',
    readings: 'X reports before the count',
    handovers: 'Handovers with a count',
    overnight: 'Left open overnight',
    elsewhere: 'Closed at another workstation',
    partial: 'SALES FIGURES INCOMPLETE',
    partialCash:
      'Earlier sales were still loading: they are missing below and will follow. The expected cash is complete.',
    partialX: 'Earlier sales are still loading and missing here.',
    addendum: 'ADDENDUM TO Z',
    addendumNote: 'Came after closing; the Z is unchanged',
    lateCash: 'Late cash',
    handover: 'DRAWER HANDED OVER',
    from: 'From',
    to: 'To',
    fromSigns: 'From',
    toSigns: 'To',
  },
  de: {
    otherTenders: 'Andere Zahlarten gezählt',
    taken: 'eingenommen',
    firstCount: 'Erste Zählung',
    reason: 'Grund der Differenz',
    witness: 'Bestätigt von',
    readings: 'X-Berichte vor der Zählung',
    handovers: 'Übergaben mit Zählung',
    overnight: 'Über Nacht offen geblieben',
    elsewhere: 'An anderem Arbeitsplatz abgeschlossen',
    partial: 'VERKAUFSZAHLEN UNVOLLSTÄNDIG',
    partialCash:
      'Frühere Verkäufe wurden noch geladen: Sie fehlen unten und folgen. Das Soll an Bargeld ist vollständig.',
    partialX: 'Frühere Verkäufe werden noch geladen und fehlen hier.',
    addendum: 'NACHTRAG ZU Z',
    addendumNote: 'Nach dem Abschluss; Z unverändert',
    lateCash: 'Nachträgliches Bargeld',
    handover: 'ÜBERGABE DER KASSE',
    from: 'Von',
    to: 'An',
    fromSigns: 'Übergibt',
    toSigns: 'Übernimmt',
  },
}
