import { defineWords } from '../../ui-kit/i18n/words.ts'

/** What each exception on a stored fact means, by its code. */
export const exceptionWords = defineWords(
  'exceptions',
  {
    'unknown-type':
      'This build does not know this kind of event. It is kept, and takes effect with a newer build.',
    'invalid-payload': 'The event could not be read as its kind. It is kept without effect.',
    'rule-broken': 'The event breaks a rule of the till. It is kept; check it with the branch.',
    'actor-unknown': 'Done by someone who is not in the staff list.',
    'actor-inactive': 'Done by someone who has left.',
    'actor-role-differs': 'Done under a role that the person does not have here.',
    'actor-not-permitted': 'Done by someone whose role does not allow it.',
    'foreign-branch': 'The till wrote for another branch. It is kept without effect.',
    'foreign-register': 'The till wrote for another register. It is kept without effect.',
    'foreign-session': 'The till wrote into another register’s drawer. It is kept without effect.',
    'unknown-session': 'Names a drawer session that is not known here.',
    'session-closed': 'Came after its drawer session had been closed. The closing figures stay as they were.',
    'journal-forked':
      'The till sent a second history under numbers already taken: it was restored from a backup, or copied. Call IT.',
    'duplicate-fact': 'The same sale or session was sent twice as two events. The second is without effect.',
    'not-applicable': 'The database could not take its effect. It is kept.',
    'unknown-product': 'Sold something that is not in the catalogue.',
    'price-differs': 'Sold at a price other than the catalogue’s.',
    'receipt-gap': 'Receipt numbers were passed over.',
    'receipt-duplicate': 'A receipt number was used twice.',
    'stock-below-zero': 'Stock fell below zero: the count was wrong, or a delivery was not booked.',
    other: 'Something is wrong that this console has no words for yet: {{code}}.',
  },
  {
    'unknown-type':
      'Cette version ne connaît pas ce type d’événement. Il est conservé et prendra effet avec une version plus récente.',
    'invalid-payload': 'L’événement est illisible dans son type. Il est conservé sans effet.',
    'rule-broken': 'L’événement enfreint une règle de la caisse. Il est conservé ; vérifiez avec l’officine.',
    'actor-unknown': 'Fait par une personne absente de la liste du personnel.',
    'actor-inactive': 'Fait par une personne partie.',
    'actor-role-differs': 'Fait sous un rôle que la personne n’a pas ici.',
    'actor-not-permitted': 'Fait par une personne dont le rôle ne le permet pas.',
    'foreign-branch': 'La caisse a écrit pour une autre officine. Conservé sans effet.',
    'foreign-register': 'La caisse a écrit pour un autre comptoir. Conservé sans effet.',
    'foreign-session': 'La caisse a écrit dans le tiroir d’un autre comptoir. Conservé sans effet.',
    'unknown-session': 'Désigne une session de caisse inconnue ici.',
    'session-closed':
      'Arrivé après la clôture de sa session de caisse. Les chiffres de clôture restent inchangés.',
    'journal-forked':
      'La caisse a envoyé un second historique sous des numéros déjà pris : elle a été restaurée ou copiée. Prévenez l’informatique.',
    'duplicate-fact': 'La même vente ou session a été envoyée deux fois. La seconde est sans effet.',
    'not-applicable': 'La base n’a pas pu prendre son effet. L’événement est conservé.',
    'unknown-product': 'Vente d’un article absent du catalogue.',
    'price-differs': 'Vendu à un prix autre que celui du catalogue.',
    'receipt-gap': 'Des numéros de ticket ont été sautés.',
    'receipt-duplicate': 'Un numéro de ticket a servi deux fois.',
    'stock-below-zero': 'Le stock est passé sous zéro : comptage faux, ou livraison non saisie.',
    other: 'Quelque chose ne va pas, que cette console ne sait pas encore nommer : {{code}}.',
  },
  {
    'unknown-type':
      'Diese Version kennt diese Art Ereignis nicht. Es ist aufbewahrt und wirkt mit einer neueren Version.',
    'invalid-payload': 'Das Ereignis ist in seiner Art nicht lesbar. Es ist ohne Wirkung aufbewahrt.',
    'rule-broken': 'Das Ereignis bricht eine Regel der Kasse. Es ist aufbewahrt; mit der Filiale klären.',
    'actor-unknown': 'Von jemandem, der nicht in der Personalliste steht.',
    'actor-inactive': 'Von jemandem, der ausgeschieden ist.',
    'actor-role-differs': 'Unter einer Rolle, die die Person hier nicht hat.',
    'actor-not-permitted': 'Von jemandem, dessen Rolle das nicht erlaubt.',
    'foreign-branch': 'Die Kasse schrieb für eine andere Filiale. Ohne Wirkung aufbewahrt.',
    'foreign-register': 'Die Kasse schrieb für einen anderen Kassenplatz. Ohne Wirkung aufbewahrt.',
    'foreign-session':
      'Die Kasse schrieb in die Schublade eines anderen Kassenplatzes. Ohne Wirkung aufbewahrt.',
    'unknown-session': 'Nennt eine Kassensitzung, die hier nicht bekannt ist.',
    'session-closed': 'Kam nach dem Abschluss der Kassensitzung. Die Abschlusszahlen bleiben, wie sie waren.',
    'journal-forked':
      'Die Kasse sendete eine zweite Geschichte unter vergebenen Nummern: Sie wurde aus einer Sicherung geholt oder kopiert. Bitte die IT rufen.',
    'duplicate-fact':
      'Derselbe Verkauf oder dieselbe Sitzung kam als zwei Ereignisse. Das zweite ist ohne Wirkung.',
    'not-applicable': 'Die Datenbank konnte die Wirkung nicht aufnehmen. Das Ereignis ist aufbewahrt.',
    'unknown-product': 'Etwas verkauft, das nicht im Katalog steht.',
    'price-differs': 'Zu einem anderen Preis als dem des Katalogs verkauft.',
    'receipt-gap': 'Belegnummern wurden übersprungen.',
    'receipt-duplicate': 'Eine Belegnummer wurde zweimal verwendet.',
    'stock-below-zero': 'Der Bestand fiel unter null: falsch gezählt, oder eine Lieferung ist nicht gebucht.',
    other: 'Etwas stimmt nicht, wofür diese Konsole noch keine Worte hat: {{code}}.',
  },
)

/** The key of an exception's words: the server may know codes that this build does not. */
export const exceptionKey = (code: string): keyof (typeof exceptionWords)['dictionaries']['en'] => {
  const known = exceptionWords.dictionaries.en
  return code in known ? (code as keyof typeof known) : 'other'
}
