import { StatusRow } from '../../../ui-kit/components/status-word.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { useTill } from '../store/till-context.ts'
import { drawerWords } from '../words/drawer/drawer-words.ts'

/** Says which drawers of this register were left open overnight, and who closes them; nothing while none was. */
export function OvernightRow() {
  const d = useWords(drawerWords)
  const own = useTill((state) => state.session?.overnight ?? false)
  const names = useTill((state) => state.overnight).join(', ')
  const keys = useTill((state) => (state.session === null ? 'F8' : 'F10, 8'))
  return (
    <>
      {own && (
        <StatusRow
          tone="warn"
          text={d('overnight')}
          remedy={d('overnight.remedy')}
          className="mb-3 rounded-control"
        />
      )}
      {names !== '' && (
        <StatusRow
          tone="warn"
          text={d('overnight.left', { names })}
          remedy={d('overnight.leftRemedy', { keys })}
          className="mb-3 rounded-control"
        />
      )}
    </>
  )
}
