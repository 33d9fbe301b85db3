import { StatusRow } from '../../../ui-kit/components/status-word.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { useTill } from '../store/till-context.ts'
import { drawerWords } from '../words/drawer/drawer-words.ts'

/**
 * Says that what happened in a drawer before this till was installed is still on its way: what is read or counted now lacks it.
 * @param other it is another register's drawer, of which this till has nothing but what comes
 */
export function HistoryNote({ other = false }: { other?: boolean }) {
  const d = useWords(drawerWords)
  const loading = useTill((state) => Boolean(state.till?.loading))
  const lacks = useTill((state) => state.session?.lacksHistory === true)
  if (!loading || !(other || lacks)) return null
  return (
    <StatusRow
      tone="warn"
      live="polite"
      text={d('history.lacks')}
      remedy={d('history.remedy')}
      className="mb-2 rounded-control"
    />
  )
}
