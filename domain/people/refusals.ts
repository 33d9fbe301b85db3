import { entry, type RefusalEntry, w } from '../refusal-entry.ts'

/** Why head office's decision about a person or a device was not carried out. */
export const PEOPLE_REFUSALS = {
  'own-right': entry(
    409,
    w(
      'This would take away your own right to manage people.',
      'Ask somebody else at head office to do it; nothing was changed.',
    ),
    w(
      'Vous perdriez votre propre droit de gérer les personnes.',
      'Demandez à un collègue du siège de le faire ; rien n’a été modifié.',
    ),
    w(
      'Damit verlören Sie Ihr eigenes Recht, Personen zu verwalten.',
      'Jemand anderen in der Zentrale darum bitten; nichts wurde geändert.',
    ),
  ),
  'pin-taken': entry(
    409,
    w('Somebody at this branch has this PIN.', 'Choose another one; nothing was changed.'),
    w('Quelqu’un dans cette officine a déjà ce code PIN.', 'Choisissez-en un autre ; rien n’a été modifié.'),
    w('Jemand in dieser Filiale hat diese PIN schon.', 'Eine andere wählen; nichts wurde geändert.'),
  ),
  'pin-guessable': entry(
    422,
    w('This PIN is easily guessed.', 'Choose digits that are neither all alike nor in a row.'),
    w('Ce code PIN se devine trop facilement.', 'Choisissez des chiffres ni tous identiques ni à la suite.'),
    w(
      'Diese PIN ist leicht zu erraten.',
      'Ziffern wählen, die weder alle gleich sind noch in einer Reihe stehen.',
    ),
  ),
  'login-taken': entry(
    409,
    w('{who} signs in with this already.', 'Check the Clerk user; nothing was changed.'),
    w('{who} se connecte déjà avec cet identifiant.', 'Vérifiez l’utilisateur Clerk ; rien n’a été modifié.'),
    w('{who} meldet sich schon damit an.', 'Den Clerk-Benutzer prüfen; nichts wurde geändert.'),
  ),
  'device-replaced': entry(
    409,
    w(
      'Another device has taken this one’s place at its register.',
      'Enrol this device again with a new code; nothing was changed.',
    ),
    w(
      'Un autre appareil a pris sa place à ce comptoir.',
      'Enrôlez de nouveau cet appareil avec un nouveau code ; rien n’a été modifié.',
    ),
    w(
      'Ein anderes Gerät hat seinen Kassenplatz übernommen.',
      'Dieses Gerät mit einem neuen Code neu registrieren; nichts wurde geändert.',
    ),
  ),
} as const satisfies Record<string, RefusalEntry>
