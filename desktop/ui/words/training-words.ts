import { defineWords } from '../../../ui-kit/i18n/words.ts'

export const trainingEn = {
  'training.on': 'Training',
  'training.notReal': 'Nothing here is real: it is not printed, sent or kept.',
  'training.start': 'Start training',
  'training.preparing': 'Preparing training',
  'training.end': 'End training',
  'training.offer': 'First day here? Unlock, then F1 and T: a sale to train on.',
  'guide.skip': 'Skip the guide',
  'guide.show': 'Show the guide',
  'guide.unlock': 'Type your PIN, then Enter.',
  'guide.open': 'Type the change that is in the drawer, such as 150, then Enter.',
  'guide.scan': 'Scan a pack, or type a name such as “doliprane”.',
  'guide.choose': 'Enter adds the marked result; ↑ ↓ choose another.',
  'guide.pay': 'F12 to pay. + and − change how many; Ctrl Z takes back.',
  'guide.cash': 'Type what you are given, such as 20, then Enter. Enter alone is the exact amount.',
  'guide.done': 'That was a sale. The next scan starts the next one; F1, then T ends training.',
  'guide.back': 'Esc goes back to the sale.',
} as const

/** Training, and the guide through a first sale. */
export const trainingWords = defineWords(
  'training',
  trainingEn,
  {
    'training.on': 'Formation',
    'training.notReal': 'Rien ici n’est réel : ni imprimé, ni envoyé, ni conservé.',
    'training.start': 'Démarrer la formation',
    'training.preparing': 'Préparation de la formation',
    'training.end': 'Terminer la formation',
    'training.offer': 'Premier jour ? Déverrouillez, puis F1 et T : une vente pour s’entraîner.',
    'guide.skip': 'Masquer le guide',
    'guide.show': 'Afficher le guide',
    'guide.unlock': 'Saisissez votre code PIN, puis Entrée.',
    'guide.open': 'Saisissez le fond de caisse, par exemple 150, puis Entrée.',
    'guide.scan': 'Scannez une boîte, ou tapez un nom, par exemple « doliprane ».',
    'guide.choose': 'Entrée ajoute le résultat marqué ; ↑ ↓ pour en choisir un autre.',
    'guide.pay': 'F12 pour encaisser. + et − changent la quantité ; Ctrl Z annule.',
    'guide.cash': 'Saisissez la somme reçue, par exemple 20, puis Entrée. Entrée seule : l’appoint.',
    'guide.done':
      'La vente est faite. Le prochain scan ouvre la suivante ; F1 puis T terminent la formation.',
    'guide.back': 'Échap ramène à la vente.',
  },
  {
    'training.on': 'Schulung',
    'training.notReal': 'Nichts hier ist echt: nichts wird gedruckt, gesendet oder behalten.',
    'training.start': 'Schulung beginnen',
    'training.preparing': 'Schulung wird vorbereitet',
    'training.end': 'Schulung beenden',
    'training.offer': 'Erster Tag? Entsperren, dann F1 und T: ein Verkauf zum Üben.',
    'guide.skip': 'Anleitung ausblenden',
    'guide.show': 'Anleitung zeigen',
    'guide.unlock': 'PIN eingeben, dann Enter.',
    'guide.open': 'Wechselgeld in der Kassenlade eingeben, etwa 150, dann Enter.',
    'guide.scan': 'Packung scannen oder einen Namen tippen, etwa „doliprane“.',
    'guide.choose': 'Enter nimmt das markierte Ergebnis; ↑ ↓ wählen ein anderes.',
    'guide.pay': 'F12 zum Bezahlen. + und − ändern die Menge; Strg Z nimmt zurück.',
    'guide.cash': 'Erhaltenes eingeben, etwa 20, dann Enter. Enter allein heißt passend.',
    'guide.done':
      'Das war ein Verkauf. Der nächste Scan beginnt den nächsten; F1, dann T beendet die Schulung.',
    'guide.back': 'Esc führt zum Verkauf zurück.',
  },
)
