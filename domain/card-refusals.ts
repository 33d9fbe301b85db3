import { entry, type RefusalEntry, w } from './refusal-entry.ts'

/** What a card terminal answers when no money moves, or when nobody knows. */
export const CARD_REFUSALS = {
  'card-declined': entry(
    409,
    w('The card was declined: nothing was taken.', 'Try another card, or take it otherwise.'),
    w('Carte refusée : rien n’a été encaissé.', 'Essayez une autre carte, ou un autre moyen de paiement.'),
    w('Karte abgelehnt: nichts wurde abgebucht.', 'Eine andere Karte oder anders zahlen.'),
  ),
  'card-no-funds': entry(
    409,
    w('Declined: there is not enough money on the card.', 'Try a smaller amount, another card, or cash.'),
    w('Refusée : provision insuffisante.', 'Essayez un montant plus petit, une autre carte ou des espèces.'),
    w('Abgelehnt: Das Konto ist nicht gedeckt.', 'Weniger abbuchen, eine andere Karte oder bar zahlen.'),
  ),
  'card-expired': entry(
    409,
    w('Declined: the card has expired.', 'Try another card, or take it otherwise.'),
    w('Refusée : la carte est périmée.', 'Essayez une autre carte, ou un autre moyen de paiement.'),
    w('Abgelehnt: Die Karte ist abgelaufen.', 'Eine andere Karte oder anders zahlen.'),
  ),
  'card-blocked': entry(
    409,
    w('Declined: the card is blocked.', 'Try another card; its bank can say why.'),
    w('Refusée : la carte est bloquée.', 'Essayez une autre carte ; la banque peut dire pourquoi.'),
    w('Abgelehnt: Die Karte ist gesperrt.', 'Eine andere Karte nehmen; den Grund nennt die Bank.'),
  ),
  'card-wrong-pin': entry(
    409,
    w('Declined: the card’s PIN was wrong.', 'Begin again, or try another card.'),
    w('Refusée : code de la carte erroné.', 'Recommencez, ou essayez une autre carte.'),
    w('Abgelehnt: Die Karten-PIN war falsch.', 'Neu beginnen oder eine andere Karte nehmen.'),
  ),
  'card-not-shown': entry(
    409,
    w('No card was shown: nothing was taken.', 'Begin again, or take it otherwise.'),
    w('Aucune carte présentée : rien n’a été encaissé.', 'Recommencez, ou choisissez un autre moyen.'),
    w('Keine Karte vorgehalten: nichts wurde abgebucht.', 'Neu beginnen oder anders kassieren.'),
  ),
  'card-cancelled': entry(
    409,
    w('The card payment was cancelled: nothing was taken.', 'Begin again, or take it otherwise.'),
    w('Paiement par carte annulé : rien n’a été encaissé.', 'Recommencez, ou choisissez un autre moyen.'),
    w('Kartenzahlung abgebrochen: nichts wurde abgebucht.', 'Neu beginnen oder anders kassieren.'),
  ),
  'card-unknown': entry(
    503,
    w('The terminal did not say whether the money moved.', 'Press Enter to ask it again, or read its slip.'),
    w(
      'Le terminal n’a pas dit si l’argent est passé.',
      'Entrée l’interroge de nouveau ; sinon lisez son ticket.',
    ),
    w(
      'Das Terminal hat nicht gesagt, ob gebucht wurde.',
      'Mit Enter noch einmal fragen oder seinen Beleg lesen.',
    ),
  ),
  'terminal-unreachable': entry(
    503,
    w('The card terminal cannot be reached: nothing was taken.', 'Check its power and cable, or take cash.'),
    w(
      'Terminal injoignable : rien n’a été encaissé.',
      'Vérifiez son câble et son alimentation, ou prenez des espèces.',
    ),
    w(
      'Kartenterminal nicht erreichbar: nichts wurde abgebucht.',
      'Strom und Kabel prüfen oder bar kassieren.',
    ),
  ),
  'refund-declined': entry(
    409,
    w('The terminal refused: nothing went back to the card.', 'Try again, or give the money back in cash.'),
    w('Refus du terminal : rien n’a été recrédité.', 'Essayez de nouveau, ou remboursez en espèces.'),
    w(
      'Das Terminal hat abgelehnt: nichts ging zurück auf die Karte.',
      'Noch einmal versuchen oder bar zurückgeben.',
    ),
  ),
  'refund-not-possible': entry(
    409,
    w('The bank takes no refund to this card: nothing went back.', 'Give the money back in cash.'),
    w('La banque n’accepte pas de recréditer cette carte.', 'Remboursez en espèces.'),
    w('Die Bank nimmt keine Gutschrift auf diese Karte an.', 'Das Geld bar zurückgeben.'),
  ),
  'refund-cancelled': entry(
    409,
    w('Cancelled at the terminal: nothing went back to the card.', 'Try again, or give it back in cash.'),
    w('Annulé sur le terminal : rien n’a été recrédité.', 'Essayez de nouveau, ou remboursez en espèces.'),
    w(
      'Am Terminal abgebrochen: nichts ging zurück auf die Karte.',
      'Noch einmal versuchen oder bar zurückgeben.',
    ),
  ),
  'refund-unreachable': entry(
    503,
    w('The card terminal cannot be reached: nothing went back.', 'Check its power and cable, and try again.'),
    w('Terminal injoignable : rien n’a été recrédité.', 'Vérifiez son câble et réessayez.'),
    w('Kartenterminal nicht erreichbar: nichts ging zurück.', 'Strom und Kabel prüfen, dann noch einmal.'),
  ),
} as const satisfies Record<string, RefusalEntry>

export type CardRefusal = keyof typeof CARD_REFUSALS
