import { Button } from '../../../ui-kit/components/button.tsx'
import { Money } from '../../../ui-kit/components/figures.tsx'
import { StatusMark } from '../../../ui-kit/components/status-word.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { offersCash } from '../store/payment.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { payWords } from '../words/pay-words.ts'
import { useNotAllowed } from './not-allowed.ts'

/** What has gone back to cards for the refund or exchange under way. */
export function GoneBack() {
  const p = useWords(payWords)
  const parts = useTill((state) => state.payment.back)
  const gone = parts.filter(({ state }) => state === 'taken')
  if (gone.length === 0) return null
  return (
    <ul aria-label={p('card.gone')} data-testid="gone-back" className="border-t border-hairline">
      {gone.map(({ id, amount, detail }) => (
        <li key={id} className="flex min-h-11 items-center gap-3 border-b border-hairline text-body">
          <StatusMark tone="good" />
          <span className="min-w-0 flex-1 truncate">
            <span className="font-semibold">{p('card.gone')}</span> {detail}
          </span>
          <Money amount={amount} />
        </li>
      ))}
    </ul>
  )
}

/** The way out of a card that takes nothing back, for who may decide it. */
export function InCash() {
  const p = useWords(payWords)
  const actions = useActions()
  const offered = useTill(offersCash)
  const inCash = useTill((state) => state.refund?.inCash || state.exchange?.inCash || false)
  const reason = useNotAllowed('payment.decide')
  if (!offered) return null
  return (
    <Button
      keyCap="C"
      disabledReason={reason}
      onPress={() => void actions.toggleInCash()}
      className="justify-between !px-3"
    >
      {p(inCash ? 'card.toCard' : 'card.inCash')}
    </Button>
  )
}
