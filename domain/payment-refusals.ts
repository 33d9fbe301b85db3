import { entry, type RefusalEntry, w } from './refusal-entry.ts'

/** What is refused while a sale is paid, or a refund goes back to its tender. */
export const PAYMENT_REFUSALS = {
  'payment-begun': entry(
    409,
    w('Money was taken for this sale: it stands still.', 'Take the rest (F12), or give back what was taken.'),
    w(
      'Cette vente est déjà payée en partie : elle est figée.',
      'Encaissez le reste (F12), ou rendez la somme.',
    ),
    w('Für diesen Verkauf wurde schon kassiert.', 'Den Rest kassieren (F12) oder das Kassierte zurückgeben.'),
  ),
  'payment-open': entry(
    409,
    w('A card payment has no known outcome yet.', 'Ask the terminal what became of it (F12, Enter).'),
    w('Un paiement par carte est resté sans réponse.', 'Interrogez d’abord le terminal (F12, Entrée).'),
    w('Bei einer Kartenzahlung ist der Ausgang offen.', 'Zuerst das Terminal fragen (F12, Enter).'),
  ),
  'payment-incomplete': entry(
    409,
    w('{money:due} is still due.', 'Take it in cash, by card or otherwise.'),
    w('Il reste {money:due} à payer.', 'Encaissez-le en espèces, par carte ou autrement.'),
    w('Es sind noch {money:due} offen.', 'Bar, mit Karte oder anders kassieren.'),
  ),
  'payment-changed': entry(
    409,
    w('This payment is not as it was shown any more.', 'Look at it again.'),
    w('Ce paiement a changé entre-temps.', 'Regardez-le de nouveau.'),
    w('Diese Zahlung ist nicht mehr, wie sie angezeigt war.', 'Noch einmal ansehen.'),
  ),
  'amount-over-due': entry(
    422,
    w('No more than {money:due} is due.', 'Type a smaller amount; only cash gives change.'),
    w('Il ne reste que {money:due} à payer.', 'Saisissez moins ; seules les espèces rendent la monnaie.'),
    w('Offen sind nur {money:due}.', 'Weniger eingeben; Rückgeld gibt es nur bei Bargeld.'),
  ),
  'voucher-unknown': entry(
    404,
    w(
      'Voucher {code} is not known at this till.',
      'Check the code; one issued a moment ago comes with the next sync.',
    ),
    w(
      'Le bon {code} est inconnu à cette caisse.',
      'Vérifiez le code ; un bon tout récent vient à la prochaine synchronisation.',
    ),
    w(
      'Gutschein {code} ist an dieser Kasse nicht bekannt.',
      'Code prüfen; ein ganz neuer kommt mit dem nächsten Abgleich.',
    ),
  ),
  'voucher-mistyped': entry(
    422,
    w('{code} is not a voucher’s code: a digit is wrong.', 'Compare it with the voucher, or scan it.'),
    w('{code} n’est pas un code de bon : un chiffre est faux.', 'Comparez avec le bon, ou scannez-le.'),
    w(
      '{code} ist kein Gutscheincode: eine Ziffer ist falsch.',
      'Mit dem Gutschein vergleichen oder scannen.',
    ),
  ),
  'voucher-blocked': entry(
    409,
    w('Voucher {code} is blocked by head office.', 'Take the amount otherwise, or ask head office.'),
    w('Le bon {code} est bloqué par le siège.', 'Encaissez autrement, ou demandez au siège.'),
    w('Gutschein {code} ist von der Zentrale gesperrt.', 'Anders kassieren oder die Zentrale fragen.'),
  ),
  'voucher-expired': entry(
    409,
    w('This voucher expired on {date}.', 'Take another tender, or ask head office.'),
    w('Ce bon a expiré le {date}.', 'Encaissez autrement, ou demandez au siège.'),
    w('Dieser Gutschein ist am {date} abgelaufen.', 'Anders kassieren oder die Zentrale fragen.'),
  ),
  'voucher-spent': entry(
    409,
    w('Voucher {code} is spent.', 'Take the amount otherwise.'),
    w('Le bon {code} est épuisé.', 'Encaissez autrement.'),
    w('Gutschein {code} ist aufgebraucht.', 'Anders kassieren.'),
  ),
  'no-account': entry(
    409,
    w('This sale is no customer’s with an account.', 'Choose the customer with F7, or take it otherwise.'),
    w('Aucun client en compte pour cette vente.', 'Choisissez le client avec F7, ou encaissez autrement.'),
    w('Zu diesem Verkauf gehört kein Kunde mit Konto.', 'Mit F7 den Kunden wählen oder anders kassieren.'),
  ),
  'account-over-limit': entry(
    403,
    w(
      'The account would owe {money:owing}, over its limit of {money:limit}.',
      'A pharmacist or manager types their own PIN.',
    ),
    w(
      'Le compte devrait {money:owing}, au-delà de sa limite de {money:limit}.',
      'Un pharmacien ou responsable saisit son code PIN.',
    ),
    w(
      'Das Konto stünde bei {money:owing}, über der Grenze von {money:limit}.',
      'Apotheker oder Filialleitung gibt die eigene PIN ein.',
    ),
  ),
  'customer-unknown': entry(
    404,
    w('This customer is not known at this till.', 'Search again by name or number.'),
    w('Ce client est inconnu à cette caisse.', 'Cherchez de nouveau par nom ou numéro.'),
    w('Dieser Kunde ist an dieser Kasse nicht bekannt.', 'Noch einmal nach Name oder Nummer suchen.'),
  ),
} as const satisfies Record<string, RefusalEntry>
