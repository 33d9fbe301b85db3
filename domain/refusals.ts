import { CARD_REFUSALS } from './card-refusals.ts'
import { COUNTER_REFUSALS } from './counter-refusals.ts'
import { type Currency, MINOR_DIGITS } from './money.ts'
import { PAYMENT_REFUSALS } from './payment-refusals.ts'
import { PEOPLE_REFUSALS } from './people/refusals.ts'
import { entry, type Locale, type RefusalEntry, type Wording, w } from './refusal-entry.ts'

export type { Locale } from './refusal-entry.ts'

/** Every expected refusal of the till and the server: code → status, wording and remedy. `{name}` is filled in. */
export const REFUSALS = {
  ...COUNTER_REFUSALS,
  ...PAYMENT_REFUSALS,
  ...CARD_REFUSALS,
  ...PEOPLE_REFUSALS,
  'field-not-readable': entry(
    400,
    w('{field} could not be read: {reason}.', 'Correct {field} and send it again; nothing was changed.'),
    w('{field} est illisible : {reason}.', 'Corrigez {field} et recommencez ; rien n’a été modifié.'),
    w('{field} ist nicht lesbar: {reason}.', '{field} berichtigen und erneut senden; nichts wurde geändert.'),
  ),
  'amount-not-readable': entry(
    422,
    w('This is not an amount.', 'Type digits with at most two decimals, such as 12.50.'),
    w('Ceci n’est pas un montant.', 'Saisissez des chiffres, deux décimales au plus, par exemple 12,50.'),
    w('Das ist kein Betrag.', 'Ziffern mit höchstens zwei Nachkommastellen eingeben, etwa 12,50.'),
  ),
  'amount-too-large': entry(
    422,
    w('The amount is larger than the till can hold.', 'Check the digits: the limit is 999,999,999.99.'),
    w(
      'Le montant dépasse la capacité de la caisse.',
      'Vérifiez les chiffres : la limite est 999 999 999,99.',
    ),
    w('Der Betrag ist größer, als die Kasse fassen kann.', 'Ziffern prüfen: die Grenze ist 999.999.999,99.'),
  ),
  'quantity-out-of-range': entry(
    422,
    w('The quantity must be from 1 to 9,999.', 'Type the quantity again.'),
    w('La quantité doit être comprise entre 1 et 9 999.', 'Saisissez de nouveau la quantité.'),
    w('Die Menge muss zwischen 1 und 9.999 liegen.', 'Menge erneut eingeben.'),
  ),
  'changed-meanwhile': entry(
    409,
    w(
      '{who} changed this while you had it open, and nothing of yours was saved.',
      'Close it and open it again: look at what is there now, then make your change.',
    ),
    w(
      '{who} a modifié ceci pendant que vous l’aviez ouvert ; rien de votre saisie n’a été enregistré.',
      'Fermez et rouvrez : regardez ce qui s’y trouve maintenant, puis refaites votre modification.',
    ),
    w(
      '{who} hat das inzwischen geändert; von Ihnen wurde nichts gespeichert.',
      'Schließen und neu öffnen: ansehen, was jetzt dort steht, dann die Änderung noch einmal machen.',
    ),
  ),
  locked: entry(
    423,
    w('The till is locked.', 'Type your PIN first.'),
    w('La caisse est verrouillée.', 'Saisissez d’abord votre code PIN.'),
    w('Die Kasse ist gesperrt.', 'Zuerst die PIN eingeben.'),
  ),
  'wrong-pin': entry(
    401,
    w('No one at this branch has this PIN.', 'Type it again.'),
    w('Personne dans cette officine n’a ce code PIN.', 'Saisissez-le de nouveau.'),
    w('Niemand in dieser Filiale hat diese PIN.', 'Noch einmal eingeben.'),
  ),
  'staff-loading': entry(
    503,
    w('The staff list is still loading.', 'Wait a moment, then type your PIN again.'),
    w(
      'La liste du personnel est encore en cours de chargement.',
      'Patientez un instant, puis saisissez de nouveau votre code PIN.',
    ),
    w('Die Mitarbeiterliste wird noch geladen.', 'Einen Moment warten, dann die PIN noch einmal eingeben.'),
  ),
  'too-many-attempts': entry(
    429,
    w('Too many wrong PINs.', 'Wait {seconds} seconds, then try again.'),
    w('Trop de codes PIN erronés.', 'Attendez {seconds} secondes, puis réessayez.'),
    w('Zu viele falsche PINs.', '{seconds} Sekunden warten, dann erneut versuchen.'),
  ),
  'not-allowed': entry(
    403,
    w('Your role may not do this.', 'Call someone who may: {roles}.'),
    w('Votre rôle ne permet pas cette action.', 'Appelez une personne habilitée : {roles}.'),
    w('Ihre Rolle darf das nicht.', 'Jemanden rufen, der es darf: {roles}.'),
  ),
  'no-open-session': entry(
    409,
    w('The drawer is not open.', 'Open it with its float first.'),
    w('Le tiroir n’est pas ouvert.', 'Ouvrez-le d’abord avec son fond de caisse.'),
    w('Die Kassenlade ist nicht eröffnet.', 'Zuerst mit dem Wechselgeld eröffnen.'),
  ),
  'session-already-open': entry(
    409,
    w('The drawer is already open.', 'Go on selling, or close it first.'),
    w('Le tiroir est déjà ouvert.', 'Continuez à vendre, ou clôturez-le d’abord.'),
    w('Die Kassenlade ist bereits eröffnet.', 'Weiter verkaufen oder zuerst abschließen.'),
  ),
  'second-person-needed': entry(
    403,
    w('A second person must confirm this.', 'Ask a colleague to type their own PIN.'),
    w('Une deuxième personne doit confirmer.', 'Demandez à un collègue de saisir son propre code PIN.'),
    w('Eine zweite Person muss das bestätigen.', 'Jemand anderen die eigene PIN eingeben lassen.'),
  ),
  'session-not-closed': entry(
    404,
    w('This till knows no closed drawer of that number.', 'Close the drawer first, or ask head office.'),
    w(
      'Cette caisse ne connaît pas de tiroir clôturé de ce numéro.',
      'Clôturez-le d’abord, ou demandez au siège.',
    ),
    w(
      'Diese Kasse kennt keine abgeschlossene Kassenlade dieser Nummer.',
      'Erst abschließen, oder die Zentrale fragen.',
    ),
  ),
  'basket-not-empty': entry(
    409,
    w('A sale is still in the basket.', 'Complete it, park it (F3) or void it, then go on.'),
    w(
      'Une vente est encore dans le panier.',
      'Terminez-la, mettez-la en attente (F3) ou videz-la, puis continuez.',
    ),
    w('Im Korb liegt noch ein Verkauf.', 'Beenden, parken (F3) oder verwerfen, dann weiter.'),
  ),
  'basket-empty': entry(
    409,
    w('The basket is empty.', 'Scan an item or type its name.'),
    w('Le panier est vide.', 'Scannez un article ou tapez son nom.'),
    w('Der Korb ist leer.', 'Artikel scannen oder seinen Namen tippen.'),
  ),
  'basket-full': entry(
    409,
    w('The basket holds 500 lines, its limit.', 'Complete this sale and ring the rest as a second one.'),
    w(
      'Le panier contient 500 lignes, sa limite.',
      'Terminez cette vente et passez le reste dans une seconde.',
    ),
    w(
      'Der Korb hat 500 Zeilen, mehr fasst er nicht.',
      'Diesen Verkauf beenden und den Rest danach erfassen.',
    ),
  ),
  'basket-changed': entry(
    409,
    w(
      'The basket changed while you were paying: it now comes to {money:total}.',
      'Check the total and pay again.',
    ),
    w(
      'Le panier a changé pendant le paiement : le total est {money:total}.',
      'Vérifiez le total et payez de nouveau.',
    ),
    w('Der Korb hat sich beim Zahlen geändert: jetzt {money:total}.', 'Summe prüfen und erneut zahlen.'),
  ),
  'line-not-found': entry(
    404,
    w('That line is no longer in the basket.', 'Nothing to do.'),
    w('Cette ligne n’est plus dans le panier.', 'Rien à faire.'),
    w('Diese Zeile ist nicht mehr im Korb.', 'Nichts zu tun.'),
  ),
  'unknown-code': entry(
    404,
    w('Unknown code {code}: it was not added.', 'Search it by name, or set the pack aside.'),
    w('Code inconnu {code} : rien n’a été ajouté.', 'Cherchez par le nom, ou mettez la boîte de côté.'),
    w('Unbekannter Code {code}: nicht hinzugefügt.', 'Nach dem Namen suchen oder die Packung beiseitelegen.'),
  ),
  'unreadable-code': entry(
    422,
    w('The code {code} was misread: its check digit is wrong.', 'Scan the pack again.'),
    w('Le code {code} a été mal lu : sa clé est fausse.', 'Scannez de nouveau la boîte.'),
    w('Der Code {code} wurde falsch gelesen: die Prüfziffer stimmt nicht.', 'Packung erneut scannen.'),
  ),
  'product-not-found': entry(
    404,
    w('This product is no longer in the catalogue.', 'Search for another pack.'),
    w('Ce produit n’est plus au catalogue.', 'Cherchez une autre boîte.'),
    w('Dieses Produkt ist nicht mehr im Katalog.', 'Eine andere Packung suchen.'),
  ),
  'no-price': entry(
    422,
    w('{name} has no usual price.', 'Head office sets it; nothing was changed.'),
    w('{name} n’a pas de prix habituel.', 'C’est au siège de le fixer ; rien n’a été modifié.'),
    w('{name} hat keinen üblichen Preis.', 'Die Zentrale legt ihn fest; nichts wurde geändert.'),
  ),
  'not-enough-cash': entry(
    422,
    w(
      'The cash given is {money:missing} less than the total.',
      'Take the rest; or F12 takes this as a part, and the rest otherwise.',
    ),
    w(
      'Il manque {money:missing} en espèces.',
      'Encaissez le reste ; ou F12 prend cette part, le reste autrement.',
    ),
    w(
      'Es fehlen {money:missing} in bar.',
      'Den Rest kassieren; oder F12 nimmt dies als Teil, den Rest anders.',
    ),
  ),
  'no-forecast': entry(
    404,
    w('No forecast is here yet: the model has not arrived.', 'It comes with the next sync; selling goes on.'),
    w('Pas encore de prévision : le modèle n’est pas arrivé.', 'Il viendra à la prochaine synchronisation.'),
    w('Noch keine Prognose: das Modell ist noch nicht da.', 'Es kommt mit dem nächsten Abgleich.'),
  ),
  'disk-full': entry(
    503,
    w('The disk is full: this was not recorded.', 'Free space on this workstation, then repeat it.'),
    w(
      'Le disque est plein : rien n’a été enregistré.',
      'Libérez de l’espace sur ce poste, puis recommencez.',
    ),
    w('Die Festplatte ist voll: nichts wurde erfasst.', 'Platz schaffen, dann wiederholen.'),
  ),
  unexpected: entry(
    503,
    w('The till failed at this: it was not recorded.', 'Try again; if it fails again, call IT.'),
    w(
      'La caisse a échoué : rien n’a été enregistré.',
      'Recommencez ; si cela persiste, appelez l’informatique.',
    ),
    w('Die Kasse ist daran gescheitert: nichts wurde erfasst.', 'Noch einmal versuchen; sonst die IT rufen.'),
  ),
  unauthenticated: entry(
    401,
    w('This request carries no valid sign-in.', 'Sign in again.'),
    w('Cette requête n’est pas authentifiée.', 'Connectez-vous de nouveau.'),
    w('Diese Anfrage ist nicht angemeldet.', 'Erneut anmelden.'),
  ),
  'device-unknown': entry(
    401,
    w('This device is not enrolled.', 'Enrol it again; its journal is kept.'),
    w('Cet appareil n’est pas enrôlé.', 'Enrôlez-le de nouveau ; son journal est conservé.'),
    w('Dieses Gerät ist nicht registriert.', 'Neu registrieren; sein Journal bleibt erhalten.'),
  ),
  'device-revoked': entry(
    403,
    w('This device was revoked.', 'Ask IT to enrol it again; its journal is kept.'),
    w('Cet appareil a été révoqué.', 'Demandez au service informatique ; son journal est conservé.'),
    w('Dieses Gerät wurde gesperrt.', 'Die IT um neue Registrierung bitten; das Journal bleibt erhalten.'),
  ),
  'journal-broken': entry(
    422,
    w('Event {seq} does not follow the journal: {fault}.', 'Nothing was stored; have the journal verified.'),
    w(
      'L’événement {seq} ne suit pas le journal : {fault}.',
      'Rien n’a été enregistré ; faites vérifier le journal.',
    ),
    w(
      'Ereignis {seq} folgt nicht auf das Journal: {fault}.',
      'Nichts wurde gespeichert; Journal prüfen lassen.',
    ),
  ),
  'journal-gap': entry(
    409,
    w('The journal must go on at {expected}.', 'Send from that event on.'),
    w('Le journal doit reprendre à {expected}.', 'Envoyez à partir de cet événement.'),
    w('Das Journal muss bei {expected} weitergehen.', 'Ab diesem Ereignis senden.'),
  ),
  'journal-forked': entry(
    409,
    w(
      'Event {seq} is stored with another content.',
      'An alarm was raised; head office must look at this device.',
    ),
    w('L’événement {seq} est déjà enregistré avec un autre contenu.', 'Une alerte est levée au siège.'),
    w('Ereignis {seq} ist mit anderem Inhalt gespeichert.', 'Ein Alarm wurde ausgelöst; die Zentrale prüft.'),
  ),
  'device-copied': entry(
    409,
    w(
      'Another till goes on under the identity that this one had: the disk was copied.',
      'This till takes an identity and a register of its own; nothing is lost.',
    ),
    w(
      'Une autre caisse continue sous l’identité que celle-ci avait : le disque a été copié.',
      'Cette caisse prend une identité et un comptoir à elle ; rien n’est perdu.',
    ),
    w(
      'Eine andere Kasse arbeitet unter der Identität weiter, die diese hatte: die Platte wurde kopiert.',
      'Diese Kasse erhält eine eigene Identität und einen eigenen Kassenplatz; nichts geht verloren.',
    ),
  ),
  'succession-not-needed': entry(
    409,
    w('Head office holds the same history up to event {seq}.', 'Go on sending; nothing was changed.'),
    w(
      'Le siège a le même historique jusqu’à l’événement {seq}.',
      'Continuez l’envoi ; rien n’a été modifié.',
    ),
    w('Die Zentrale hat dieselbe Geschichte bis Ereignis {seq}.', 'Weiter senden; nichts wurde geändert.'),
  ),
  'enrolment-elsewhere': entry(
    409,
    w(
      'This workstation still holds unsent sales of another register.',
      'Ask IT for a code for that register; this code is still good.',
    ),
    w(
      'Ce poste contient encore des ventes non envoyées d’un autre comptoir.',
      'Demandez un code pour ce comptoir ; celui-ci reste valable.',
    ),
    w(
      'Dieser Arbeitsplatz hält noch nicht gesendete Verkäufe eines anderen Kassenplatzes.',
      'Einen Code für jenen Kassenplatz anfordern; dieser bleibt gültig.',
    ),
  ),
  'enrolment-code-invalid': entry(
    403,
    w('This enrolment code is wrong, used or expired.', 'Ask IT for a new one.'),
    w(
      'Ce code d’enrôlement est faux, déjà utilisé ou expiré.',
      'Demandez-en un nouveau au service informatique.',
    ),
    w(
      'Dieser Registrierungscode ist falsch, verbraucht oder abgelaufen.',
      'Bei der IT einen neuen anfordern.',
    ),
  ),
  'not-found': entry(
    404,
    w('There is no {what} here.', 'Check the address; nothing was changed.'),
    w('{what} : introuvable.', 'Vérifiez l’adresse ; rien n’a été modifié.'),
    w('{what}: nicht gefunden.', 'Adresse prüfen; nichts wurde geändert.'),
  ),
  'body-too-large': entry(
    413,
    w('The request is larger than {limit} bytes.', 'Send it in smaller parts; nothing was changed.'),
    w('La requête dépasse {limit} octets.', 'Envoyez-la en parties plus petites ; rien n’a été modifié.'),
    w('Die Anfrage ist größer als {limit} Bytes.', 'In kleineren Teilen senden; nichts wurde geändert.'),
  ),
  'too-many-requests': entry(
    429,
    w('Too many requests from here.', 'Wait {seconds} seconds, then try again.'),
    w('Trop de requêtes.', 'Attendez {seconds} secondes, puis réessayez.'),
    w('Zu viele Anfragen.', '{seconds} Sekunden warten, dann erneut versuchen.'),
  ),
  'server-fault': entry(
    500,
    w('The server failed; nothing was changed.', 'Try again; tell IT the request number {requestId}.'),
    w(
      'Le serveur a échoué ; rien n’a été modifié.',
      'Réessayez ; donnez à l’informatique le numéro {requestId}.',
    ),
    w(
      'Der Server ist gescheitert; nichts wurde geändert.',
      'Erneut versuchen; der IT die Nummer {requestId} nennen.',
    ),
  ),
} as const satisfies Record<string, RefusalEntry>

export type RefusalCode = keyof typeof REFUSALS

/** An expected refusal: nothing was changed. `details` fill the wording's `{name}` places. */
export interface Refusal<C extends RefusalCode = RefusalCode> {
  refused: C
  details?: Record<string, string | number>
}

export const refuse = <C extends RefusalCode>(refused: C, details?: Refusal['details']): Refusal<C> =>
  details ? { refused, details } : { refused }

/** Whether a service's answer is a refusal. */
export const isRefusal = <T>(answer: T | Refusal): answer is Refusal =>
  typeof answer === 'object' && answer !== null && 'refused' in answer

/** Minor units in a language, exact: "€4.19", "4,19 €". */
function wordMoney(amount: number, locale: Locale, currency: Currency = 'EUR'): string {
  const digits = MINOR_DIGITS[currency]
  const text = String(Math.abs(amount)).padStart(digits + 1, '0')
  const decimal = `${amount < 0 ? '-' : ''}${text.slice(0, -digits)}.${text.slice(-digits)}` as `${number}`
  return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(decimal)
}

/** The wording of a refusal in a language, with its details filled in; `{money:name}` is an amount in minor units. */
export function wordRefusal(refusal: Refusal, locale: Locale): Wording {
  const fill = (template: string) =>
    template.replace(/\{(money:)?(\w+)\}/g, (whole, money: string | undefined, name: string) => {
      const detail = refusal.details?.[name] ?? whole
      return money && typeof detail === 'number' ? wordMoney(detail, locale) : String(detail)
    })
  const wording = REFUSALS[refusal.refused][locale]
  return { text: fill(wording.text), remedy: fill(wording.remedy) }
}
