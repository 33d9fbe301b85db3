import type { Translate } from '../../../ui-kit/i18n/words.ts'
import type { OtherDrawerView } from '../../bridge/views.ts'
import type { drawerWords } from '../words/drawer/drawer-words.ts'

/** What a drawer is called that is not sold from now: by its owner at this register, else by its register. */
export function otherName(
  { here, ownerName, registerName }: OtherDrawerView,
  d: Translate<(typeof drawerWords)['dictionaries']['en']>,
): string {
  if (!here) return registerName
  return ownerName === null ? d('open.shared') : d('others.own', { name: ownerName })
}
