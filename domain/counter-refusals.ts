import { entry, type RefusalEntry, w } from './refusal-entry.ts'

/** What is refused at the counter beside the plain sale: refunds, discounts, tenders, parked baskets. */
export const COUNTER_REFUSALS = {
  'sale-not-found': entry(
    404,
    w(
      'Receipt {number} is not known at this till.',
      'If it was sold elsewhere a moment ago, wait until the till is online; else refund without the receipt.',
    ),
    w(
      'Le ticket {number} est inconnu à cette caisse.',
      'S’il vient d’être vendu ailleurs, attendez le retour en ligne ; sinon remboursez sans ticket.',
    ),
    w(
      'Beleg {number} ist an dieser Kasse nicht bekannt.',
      'Wurde er gerade anderswo verkauft, auf die Verbindung warten; sonst ohne Beleg erstatten.',
    ),
  ),
  'no-printer': entry(
    409,
    w('This till prints nothing now.', 'It has no printer, or is in training; the paper is kept.'),
    w(
      'Cette caisse n’imprime rien pour l’instant.',
      'Elle n’a pas d’imprimante, ou elle est en formation ; le document est conservé.',
    ),
    w(
      'Diese Kasse druckt gerade nichts.',
      'Sie hat keinen Drucker oder ist in der Übung; der Beleg bleibt aufbewahrt.',
    ),
  ),
  'no-refund': entry(
    409,
    w('No refund is under way.', 'Scan the receipt first.'),
    w('Aucun remboursement en cours.', 'Scannez d’abord le ticket.'),
    w('Keine Erstattung im Gange.', 'Zuerst den Beleg scannen.'),
  ),
  'refund-empty': entry(
    409,
    w('Nothing is chosen to come back.', 'Scan the pack, or choose a line and press +.'),
    w('Rien n’est choisi pour le retour.', 'Scannez la boîte, ou choisissez une ligne et pressez +.'),
    w('Nichts zur Rückgabe gewählt.', 'Packung scannen, oder Zeile wählen und + drücken.'),
  ),
  'refund-exceeds-sale': entry(
    409,
    w('No more than {left} of {name} can come back.', 'The rest was refunded before, or was never sold.'),
    w('Retour possible : {left} de {name} au plus.', 'Le reste a déjà été remboursé, ou n’a pas été vendu.'),
    w('Höchstens {left} von {name} können zurück.', 'Der Rest wurde schon erstattet oder nie verkauft.'),
  ),
  'refund-all-back': entry(
    409,
    w('All of {name} was refunded already.', 'Choose another line.'),
    w('{name} a déjà été entièrement remboursé.', 'Choisissez une autre ligne.'),
    w('{name} wurde schon ganz erstattet.', 'Eine andere Zeile wählen.'),
  ),
  'exchange-under-way': entry(
    409,
    w('An exchange is under way.', 'Finish it with F12, or take it back with F6.'),
    w('Un échange est en cours.', 'Terminez-le avec F12, ou annulez-le avec F6.'),
    w('Ein Umtausch läuft.', 'Mit F12 abschließen, oder mit F6 zurücknehmen.'),
  ),
  'refund-begun': entry(
    409,
    w('Money is going back to the card for this refund: it stands still.', 'Finish it with Enter.'),
    w('L’argent de ce remboursement repart déjà sur la carte : il est figé.', 'Terminez-le avec Entrée.'),
    w('Für diese Erstattung geht schon Geld auf die Karte zurück.', 'Mit Enter abschließen.'),
  ),
  'not-on-receipt': entry(
    404,
    w('{name} is not on this receipt.', 'Check the pack, or refund it by its own receipt.'),
    w('{name} ne figure pas sur ce ticket.', 'Vérifiez la boîte, ou remboursez avec son propre ticket.'),
    w('{name} steht nicht auf diesem Beleg.', 'Packung prüfen, oder mit ihrem eigenen Beleg erstatten.'),
  ),
  'parked-not-found': entry(
    404,
    w('This sale is no longer parked.', 'Another till was faster: look there, or scan it again.'),
    w(
      'Cette vente n’est plus en attente.',
      'Une autre caisse l’a prise : voyez là-bas, ou scannez de nouveau.',
    ),
    w(
      'Dieser Verkauf ist nicht mehr geparkt.',
      'Eine andere Kasse war schneller: dort nachsehen, oder neu scannen.',
    ),
  ),
  'parked-not-sellable': entry(
    409,
    w(
      'Nothing of this parked sale can be sold any more.',
      'Put it away with Del, and scan what the customer takes.',
    ),
    w(
      'Plus rien de cette vente en attente ne peut être vendu.',
      'Supprimez-la avec Suppr et scannez ce que prend le client.',
    ),
    w(
      'Nichts aus diesem geparkten Verkauf ist noch verkäuflich.',
      'Mit Entf verwerfen und scannen, was mitgenommen wird.',
    ),
  ),
  'too-many-baskets': entry(
    409,
    w('{count} sales are open at once, the limit.', 'Complete or park one of them.'),
    w('{count} ventes sont ouvertes à la fois, la limite.', 'Terminez-en une, ou mettez-la en attente.'),
    w('{count} Verkäufe sind zugleich offen, mehr geht nicht.', 'Einen davon beenden oder parken.'),
  ),
  'refund-changed': entry(
    409,
    w('The refund changed meanwhile: it now comes to {money:total}.', 'Check it and confirm again.'),
    w('Le remboursement a changé : il est de {money:total}.', 'Vérifiez et confirmez de nouveau.'),
    w('Die Erstattung hat sich geändert: jetzt {money:total}.', 'Prüfen und erneut bestätigen.'),
  ),
  'price-missing': entry(
    422,
    w('{name} has no price yet: nothing was taken.', 'Press F5 and type its price.'),
    w('{name} n’a pas encore de prix : rien n’a été encaissé.', 'Appuyez sur F5 et saisissez son prix.'),
    w('{name} hat noch keinen Preis: nichts wurde kassiert.', 'F5 drücken und den Preis eingeben.'),
  ),
  'discount-over-limit': entry(
    403,
    w('That takes off more than {limit}.', 'A second person who may must type their PIN: {roles}.'),
    w('Cette remise dépasse {limit}.', 'Une deuxième personne habilitée doit saisir son code PIN : {roles}.'),
    w('Dieser Nachlass übersteigt {limit}.', 'Eine zweite, befugte Person muss ihre PIN eingeben: {roles}.'),
  ),
} as const satisfies Record<string, RefusalEntry>
