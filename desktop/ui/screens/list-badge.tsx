import { useWords } from '../../../ui-kit/i18n/words.ts'
import type { ProductView } from '../../bridge/views.ts'
import { tillWords } from '../words/till-words.ts'

/** The prescription list of a medicine in its own word; nothing for what is sold freely. */
export function ListBadge({ list }: { list: ProductView['prescriptionList'] }) {
  const t = useWords(tillWords)
  if (!list) return null
  return (
    <span className="shrink-0 rounded-[4px] px-1 text-text shadow-[inset_0_0_0_1px_var(--role-border)]">
      {t(`list.${list}`)}
    </span>
  )
}
