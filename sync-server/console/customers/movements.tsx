import type { Currency } from '../../../domain/money.ts'
import type { BranchRow } from '../../../migrations/schema.ts'
import { Button } from '../../../ui-kit/components/button.tsx'
import { formatInstant } from '../../../ui-kit/formats/instant.ts'
import { formatDifference } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { customerWords } from '../customer-words.ts'
import { pricingWords } from '../pricing-words.ts'
import { consoleWords } from '../words.ts'
import { useMovements } from './customer-data.ts'

const KINDS = ['issued', 'redeemed', 'given-back'] as const

/** What moved on one voucher, the newest first. */
export function Movements(props: {
  code: string
  branches: readonly BranchRow[]
  currency: Currency
  onClose(): void
}) {
  const w = useWords(customerWords)
  const p = useWords(pricingWords)
  const t = useWords(consoleWords)
  const locale = useLocale()
  const movements = useMovements(props.code)
  return (
    <section
      aria-label={w('moves.of', { code: props.code })}
      className="mb-3 rounded-control bg-raised p-4 text-dense"
    >
      <div className="flex items-center justify-between gap-3 pb-2">
        <p className="font-semibold">{w('moves.of', { code: props.code })}</p>
        <Button kind="quiet" takesFocus className="text-dense" onPress={props.onClose}>
          {w('close')}
        </Button>
      </div>
      {movements === undefined && <p className="text-second">{t('loading')}</p>}
      {movements === 'unread' && <p className="text-second">{p('unread')}</p>}
      <ul>
        {Array.isArray(movements) &&
          movements.map(({ id, kind, amount, at, branchId, receipt }) => {
            const branch = props.branches.find((each) => each.id === branchId)
            const known = KINDS.find((each) => each === kind)
            return (
              <li key={id} className="flex flex-wrap justify-between gap-x-4 border-t border-hairline py-1.5">
                <span>
                  {known ? w(`move.${known}`) : kind}
                  <span className="text-second">
                    {' '}
                    · {formatInstant(at, locale, branch?.time_zone ?? 'UTC', 'moment')} · {branch?.name}
                    {receipt !== null && ` · ${w('move.receipt', { number: receipt })}`}
                  </span>
                </span>
                <span className="figure font-semibold">
                  {formatDifference(amount, locale, props.currency)}
                </span>
              </li>
            )
          })}
      </ul>
    </section>
  )
}
