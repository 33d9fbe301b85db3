import type { TenderDifference } from '../../../domain/cash-session/tender-differences.ts'
import type { Minor } from '../../../domain/money.ts'
import { classNames } from '../../../ui-kit/components/class-names.ts'
import { Money, Variance } from '../../../ui-kit/components/figures.tsx'
import type { Translate } from '../../../ui-kit/i18n/words.ts'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import type { drawerWords } from '../words/drawer/drawer-words.ts'
import { tillWords } from '../words/till-words.ts'

const wrongOf = (tenders: readonly TenderDifference[]) => tenders.filter(({ difference }) => difference !== 0)

/** How far a count is off: the cash alone, or with each tender whose slips do not agree, so that none is taken for it. */
export function Differences(props: {
  variance: Minor
  tenders: readonly TenderDifference[]
  /** Of the plate, where the cash stands alone. */
  className?: string
  /** Beside each other: there is a form under it. */
  compact?: boolean
}) {
  const t = useWords(tillWords)
  const wrong = wrongOf(props.tenders)
  if (wrong.length === 0) {
    return <Variance amount={props.variance} plate className={classNames('max-w-full', props.className)} />
  }
  const rows = [{ kind: 'cash' as const, difference: props.variance }, ...wrong]
  if (props.compact) {
    return (
      <dl className="flex flex-wrap gap-x-5 text-body">
        {rows.map(({ kind, difference }) => (
          <div key={kind} className="flex gap-1.5">
            <dt className="font-normal">{t(`tender.${kind}`)}</dt>
            <dd>
              <Variance amount={difference} />
            </dd>
          </div>
        ))}
      </dl>
    )
  }
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-3 gap-y-1.5 text-title">
      {rows.map(({ kind, difference }) => (
        <div key={kind} className="contents">
          <dt className="text-body">{t(`tender.${kind}`)}</dt>
          <dd className="min-w-0 text-right">
            <Variance amount={difference} plate className="max-w-full" />
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** What the slips that do not agree came to, and had to, as rows of facts. */
export const slipFacts = (
  tenders: readonly TenderDifference[],
  t: Translate<(typeof tillWords)['dictionaries']['en']>,
  d: Translate<(typeof drawerWords)['dictionaries']['en']>,
) =>
  wrongOf(tenders).map(({ kind, counted, expected }) => {
    const told = d('counted.slips', { tender: t(`tender.${kind}`) })
    return [
      told,
      <span key={kind}>
        <Money amount={counted} /> / <Money amount={expected} />
      </span>,
    ] as const
  })
