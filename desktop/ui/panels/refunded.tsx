import { Money } from '../../../ui-kit/components/figures.tsx'
import { Panel } from '../../../ui-kit/components/panel.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import type { TenderPart } from '../../bridge/views.ts'
import { useTill } from '../store/till-context.ts'
import { sellingWords } from '../words/selling-words.ts'
import { DoneButton } from './done-button.tsx'

/** What has to be given back now, and how. */
export function RefundedPanel() {
  const t = useWords(sellingWords)
  const refunded = useTill((state) => state.refunded)
  if (!refunded) return null
  return (
    <Panel
      title={t('refunded.title')}
      aside={
        <span className="text-body text-second">
          {t('refunded.number', { number: refunded.refundNumber })}
        </span>
      }
      foot={<DoneButton>{t('refunded.done')}</DoneButton>}
    >
      <div role="status" data-testid="refunded" className="flex flex-col gap-3">
        {refunded.tenders.length === 0 && <p className="text-body">{t('refunded.none')}</p>}
        {refunded.tenders.map((part) => (
          <Part key={part.kind} part={part} />
        ))}
      </div>
    </Panel>
  )
}

function Part({ part }: { part: TenderPart }) {
  const t = useWords(sellingWords)
  return (
    <div className="rounded-control bg-good-tint px-4 py-5 text-good">
      <p className="text-body font-semibold">{t(`refunded.${part.kind}`)}</p>
      <p className="pt-1 text-total font-semibold tracking-tight min-[90rem]:text-[3.5rem]">
        <Money amount={part.amount} />
      </p>
    </div>
  )
}
