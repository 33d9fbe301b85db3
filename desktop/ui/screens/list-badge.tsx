import { classNames } from '../../../ui-kit/components/class-names.ts'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import type { ProductView } from '../../bridge/views.ts'
import { tillWords } from '../words/till-words.ts'

/** The prescription list of a medicine in its own word; nothing for what is sold freely. */
export function ListBadge({ list }: { list: ProductView['prescriptionList'] }) {
  const t = useWords(tillWords)
  if (!list) return null
  return (
    <span
      className={classNames(
        'shrink-0 rounded-[4px] px-1.5 leading-[1.125rem]',
        list === 'stupefiant'
          ? 'bg-warn-tint font-semibold text-warn'
          : 'bg-raised text-text shadow-[inset_0_0_0_1px_var(--role-hairline)]',
      )}
    >
      {t(`list.${list}`)}
    </span>
  )
}
