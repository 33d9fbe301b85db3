import { defineWords } from '../../ui-kit/i18n/words.ts'

/** What each exception on a stored fact means, by its code. */
export const exceptionWords = defineWords(
  'exceptions',
  {
    'unknown-type':
      'This build does not know this kind of event. It is kept, and takes effect with a newer build.',
    'invalid-payload': 'The event could not be read as its kind. It is kept without effect.',
    'part-unread': 'A part of the event could not be read. All the rest of it counts.',
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
    'event-damaged':
      'An entry of this till’s journal is damaged and does not count; all others have arrived. What does not fit is named below, for a sale its receipt number and amount in cents. Compare with the receipt copy (F6 at that till) or the paper, and have the till’s disk checked.',
    'event-mended':
      'An entry of this till’s journal is damaged, but what it said is proven, and it counts. Have the till’s disk checked.',
    'journal-forked':
      'The till sent a second history under numbers already taken: it was restored from a backup, or copied. Call IT.',
    'carried-not-proven':
      'A till brought an event for another one that the other never signed. It is kept without effect.',
    'device-restored':
      'This till was restored from an older backup. It goes on under a new identity; the sales of both histories are kept and counted once. Receipt numbers used twice are named here as they arrive.',
    'device-copied':
      'The disk of a till was copied, and both tills sell. This one now has a register of its own; what it sold before under the other’s numbers is kept and counted once, and its cash lies in its own drawer.',
    'device-enrolled-anew':
      'This till had lost its identity and was enrolled again. What its journal still held is kept and counted once.',
    'ledger-lost':
      'The server had signed for more of this till’s journal than it holds: its database came from an older backup, or was cut. The till sends it again. Call IT.',
    'duplicate-fact': 'The same sale or session was sent twice as two events. The second is without effect.',
    'not-applicable': 'The database could not take its effect. It is kept.',
    'unknown-product': 'Sold something that is not in the catalogue.',
    'price-differs': 'Sold at a price that neither the catalogue nor its price list has.',
    'discount-over-limit':
      'More was taken off than the role of whoever gave it allows. The sale is kept; speak with the branch.',
    'price-typed':
      'Sold at a price typed at the till, because the product has none. Set its price under Prices; the sale is kept.',
    'receipt-gap': 'Receipt numbers were passed over.',
    'receipt-duplicate': 'A receipt number was used twice.',
    'voucher-overdrawn': 'More was taken on a voucher than it was worth: two tills that were apart took it.',
    'account-over-limit': 'An account went over its limit.',
    'stock-below-zero': 'Stock fell below zero: the count was wrong, or a delivery was not booked.',
    'refund-exceeds-sale':
      'More was refunded than was sold: the same receipt was refunded twice, perhaps at two tills that were apart.',
    'card-refunded-in-cash':
      'What was paid by card was given back in cash. The refund is kept; speak with the branch.',
    'unknown-sale': 'A refund of a sale that is not known here.',
    'parked-recalled-twice':
      'A parked sale was recalled at two tills that were apart: it may have been sold twice.',
    other: 'Something is wrong that this console has no words for yet: {{code}}.',
  },
  {
    'unknown-type':
      'Cette version ne connaît pas ce type d’événement. Il est conservé et prendra effet avec une version plus récente.',
    'invalid-payload': 'L’événement est illisible dans son type. Il est conservé sans effet.',
    'part-unread': 'Une partie de l’événement est illisible. Tout le reste est compté.',
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
    'event-damaged':
      'Une entrée du journal de cette caisse est abîmée et ne compte pas ; toutes les autres sont arrivées. Ce qui ne concorde pas est indiqué ci-dessous, avec le numéro de ticket et le montant en centimes pour une vente. Comparez avec la copie du ticket (F6 à cette caisse) ou le papier, et faites vérifier le disque de la caisse.',
    'event-mended':
      'Une entrée du journal de cette caisse est abîmée, mais son contenu est prouvé : elle compte. Faites vérifier le disque de la caisse.',
    'journal-forked':
      'La caisse a envoyé un second historique sous des numéros déjà pris : elle a été restaurée ou copiée. Prévenez l’informatique.',
    'carried-not-proven':
      'Une caisse a apporté pour une autre un événement que celle-ci n’a jamais signé. Conservé sans effet.',
    'device-restored':
      'Cette caisse a été restaurée d’une sauvegarde ancienne. Elle continue sous une nouvelle identité ; les ventes des deux historiques sont conservées et comptées une fois. Les numéros de ticket en double sont signalés ici à leur arrivée.',
    'device-copied':
      'Le disque d’une caisse a été copié, et les deux caisses vendent. Celle-ci a désormais son propre comptoir ; ce qu’elle avait vendu sous les numéros de l’autre est conservé et compté une fois, et ses espèces sont dans son propre tiroir.',
    'device-enrolled-anew':
      'Cette caisse avait perdu son identité et a été enrôlée de nouveau. Ce que son journal contenait encore est conservé et compté une fois.',
    'ledger-lost':
      'Le serveur avait signé pour une plus grande part du journal de cette caisse qu’il n’en contient : sa base vient d’une sauvegarde ancienne, ou a été tronquée. La caisse le renvoie. Prévenez l’informatique.',
    'duplicate-fact': 'La même vente ou session a été envoyée deux fois. La seconde est sans effet.',
    'not-applicable': 'La base n’a pas pu prendre son effet. L’événement est conservé.',
    'unknown-product': 'Vente d’un article absent du catalogue.',
    'price-differs': 'Vendu à un prix que ni le catalogue ni sa liste de prix ne porte.',
    'discount-over-limit':
      'Remise supérieure à ce que permet le rôle de la personne qui l’a accordée. La vente est conservée ; voyez avec l’officine.',
    'price-typed':
      'Vendu à un prix saisi en caisse, car le produit n’en a pas. Fixez son prix sous Prix ; la vente est conservée.',
    'receipt-gap': 'Des numéros de ticket ont été sautés.',
    'receipt-duplicate': 'Un numéro de ticket a servi deux fois.',
    'voucher-overdrawn': 'Un bon a servi au-delà de sa valeur : deux caisses séparées l’ont pris.',
    'account-over-limit': 'Un compte client a dépassé sa limite.',
    'stock-below-zero': 'Le stock est passé sous zéro : comptage faux, ou livraison non saisie.',
    'refund-exceeds-sale':
      'Remboursement supérieur à la vente : le même ticket a été remboursé deux fois, peut-être à deux caisses séparées.',
    'card-refunded-in-cash':
      'Un paiement par carte a été remboursé en espèces. Le remboursement est conservé ; voyez avec l’officine.',
    'unknown-sale': 'Remboursement d’une vente inconnue ici.',
    'parked-recalled-twice':
      'Une vente en attente a été reprise à deux caisses séparées : elle a pu être encaissée deux fois.',
    other: 'Quelque chose ne va pas, que cette console ne sait pas encore nommer : {{code}}.',
  },
  {
    'unknown-type':
      'Diese Version kennt diese Art Ereignis nicht. Es ist aufbewahrt und wirkt mit einer neueren Version.',
    'invalid-payload': 'Das Ereignis ist in seiner Art nicht lesbar. Es ist ohne Wirkung aufbewahrt.',
    'part-unread': 'Ein Teil des Ereignisses ist nicht lesbar. Alles andere daran zählt.',
    'rule-broken': 'Das Ereignis bricht eine Regel der Kasse. Es ist aufbewahrt; mit der Filiale klären.',
    'actor-unknown': 'Von jemandem, der nicht in der Personalliste steht.',
    'actor-inactive': 'Von jemandem, der ausgeschieden ist.',
    'actor-role-differs': 'Unter einer Rolle, die die Person hier nicht hat.',
    'actor-not-permitted': 'Von jemandem, dessen Rolle das nicht erlaubt.',
    'foreign-branch': 'Die Kasse schrieb für eine andere Filiale. Ohne Wirkung aufbewahrt.',
    'foreign-register': 'Die Kasse schrieb für einen anderen Kassenplatz. Ohne Wirkung aufbewahrt.',
    'foreign-session':
      'Die Kasse schrieb in die Kassenlade eines anderen Kassenplatzes. Ohne Wirkung aufbewahrt.',
    'unknown-session': 'Nennt eine Kassensitzung, die hier nicht bekannt ist.',
    'session-closed': 'Kam nach dem Abschluss der Kassensitzung. Die Abschlusszahlen bleiben, wie sie waren.',
    'event-damaged':
      'Ein Eintrag im Journal dieser Kasse ist beschädigt und zählt nicht; alle anderen sind angekommen. Was nicht stimmt, steht darunter, bei einem Verkauf mit Belegnummer und Betrag in Cent. Mit der Belegkopie (F6 an dieser Kasse) oder dem Papier vergleichen und die Festplatte der Kasse prüfen lassen.',
    'event-mended':
      'Ein Eintrag im Journal dieser Kasse ist beschädigt, sein Inhalt aber bewiesen: Er zählt. Die Festplatte der Kasse prüfen lassen.',
    'journal-forked':
      'Die Kasse sendete eine zweite Geschichte unter vergebenen Nummern: Sie wurde aus einer Sicherung geholt oder kopiert. Bitte die IT rufen.',
    'carried-not-proven':
      'Eine Kasse brachte für eine andere ein Ereignis, das diese nie signiert hat. Ohne Wirkung aufbewahrt.',
    'device-restored':
      'Diese Kasse wurde aus einer älteren Sicherung geholt. Sie arbeitet unter neuer Identität weiter; die Verkäufe beider Geschichten sind aufbewahrt und einmal gezählt. Doppelte Belegnummern erscheinen hier, sobald sie eintreffen.',
    'device-copied':
      'Die Platte einer Kasse wurde kopiert, und beide Kassen verkaufen. Diese hat jetzt einen eigenen Kassenplatz; was sie zuvor unter den Nummern der anderen verkaufte, ist aufbewahrt und einmal gezählt, und ihr Bargeld liegt in ihrer eigenen Kassenlade.',
    'device-enrolled-anew':
      'Diese Kasse hatte ihre Identität verloren und wurde neu registriert. Was ihr Journal noch enthielt, ist aufbewahrt und einmal gezählt.',
    'ledger-lost':
      'Der Server hatte für mehr vom Journal dieser Kasse unterschrieben, als er hält: Seine Datenbank kam aus einer älteren Sicherung oder wurde gekürzt. Die Kasse sendet es erneut. Bitte die IT rufen.',
    'duplicate-fact':
      'Derselbe Verkauf oder dieselbe Sitzung kam als zwei Ereignisse. Das zweite ist ohne Wirkung.',
    'not-applicable': 'Die Datenbank konnte die Wirkung nicht aufnehmen. Das Ereignis ist aufbewahrt.',
    'unknown-product': 'Etwas verkauft, das nicht im Katalog steht.',
    'price-differs': 'Zu einem Preis verkauft, den weder der Katalog noch seine Preisliste kennt.',
    'discount-over-limit':
      'Mehr Nachlass, als die Rolle der gebenden Person erlaubt. Der Verkauf ist aufbewahrt; mit der Filiale klären.',
    'price-typed':
      'Zu einem an der Kasse eingegebenen Preis verkauft, weil das Produkt keinen hat. Unter „Preise“ festlegen; der Verkauf ist aufbewahrt.',
    'receipt-gap': 'Belegnummern wurden übersprungen.',
    'receipt-duplicate': 'Eine Belegnummer wurde zweimal verwendet.',
    'voucher-overdrawn': 'Ein Gutschein wurde über seinen Wert hinaus genommen: an zwei getrennten Kassen.',
    'account-over-limit': 'Ein Kundenkonto ging über seine Grenze.',
    'stock-below-zero': 'Der Bestand fiel unter null: falsch gezählt, oder eine Lieferung ist nicht gebucht.',
    'refund-exceeds-sale':
      'Mehr erstattet als verkauft: Derselbe Beleg wurde zweimal erstattet, vielleicht an zwei getrennten Kassen.',
    'card-refunded-in-cash':
      'Eine Kartenzahlung wurde bar erstattet. Die Erstattung ist aufbewahrt; mit der Filiale klären.',
    'unknown-sale': 'Erstattung eines Verkaufs, der hier nicht bekannt ist.',
    'parked-recalled-twice':
      'Ein geparkter Verkauf wurde an zwei getrennten Kassen aufgerufen: Er wurde womöglich doppelt verkauft.',
    other: 'Etwas stimmt nicht, wofür diese Konsole noch keine Worte hat: {{code}}.',
  },
)

/** The key of an exception's words: the server may know codes that this build does not. */
export const exceptionKey = (code: string): keyof (typeof exceptionWords)['dictionaries']['en'] => {
  const known = exceptionWords.dictionaries.en
  return code in known ? (code as keyof typeof known) : 'other'
}
