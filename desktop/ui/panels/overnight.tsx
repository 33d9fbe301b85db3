import { StatusRow } from '../../../ui-kit/components/status-word.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { useTill } from '../store/till-context.ts'
import { drawerWords } from '../words/drawer/drawer-words.ts'

/** Says that the drawer was left open overnight, and who closes it; nothing while it was not. */
export function OvernightRow() {
  const d = useWords(drawerWords)
  const overnight = useTill((state) => state.session?.overnight ?? false)
  if (!overnight) return null
  return (
    <StatusRow
      tone="warn"
      text={d('overnight')}
      remedy={d('overnight.remedy')}
      className="mb-3 rounded-control"
    />
  )
}
