import { type Minor, minor } from '../../../domain/money.ts'
import { type Column, DataTable } from '../../../ui-kit/components/data-table.tsx'
import { Amount, Difference, Instant, Money } from '../../../ui-kit/components/figures.tsx'
import { Panel } from '../../../ui-kit/components/panel.tsx'
import { currencySign } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import type { DrawerExplanationView } from '../../bridge/views.ts'
import { CloseButton } from '../panels/close-button.tsx'
import { Differences, slipFacts } from '../panels/differences.tsx'
import { DoneButton } from '../panels/done-button.tsx'
import { Facts } from '../panels/facts.tsx'
import { useTill } from '../store/till-context.ts'
import { useCauseWords } from '../words/drawer/cause-words.ts'
import { drawerWords } from '../words/drawer/drawer-words.ts'
import { tillWords } from '../words/till-words.ts'

/** Why a drawer may not add up: what moved, when and by whom, and beside it where to look first. */
export function ExplainedScreen() {
  const d = useWords(drawerWords)
  const explanation = useTill((state) => state.explanation)
  const timeZone = useTill((state) => state.till?.timeZone ?? 'UTC')
  if (!explanation) return null
  return (
    <main className="grid min-h-0 flex-1 grid-cols-(--columns)">
      <Panel title={d('why.moves')} readable className="min-w-0 bg-surface">
        <Moves moves={explanation.moves} timeZone={timeZone} />
      </Panel>
      <div className="flex min-h-0 min-w-0 flex-col border-l border-hairline bg-raised">
        <Causes explanation={explanation} timeZone={timeZone} />
      </div>
    </main>
  )
}

type Move = DrawerExplanationView['moves'][number] & { inDrawer: Minor }

/** Each movement with what the drawer then held, so that a person can follow the count down the page. */
function runningOf(moves: DrawerExplanationView['moves']): Move[] {
  let inDrawer = 0
  return moves.map((move) => {
    inDrawer += move.amount
    return { ...move, inDrawer: minor(inDrawer) }
  })
}

function Moves({ moves, timeZone }: { moves: DrawerExplanationView['moves']; timeZone: string }) {
  const d = useWords(drawerWords)
  const sign = currencySign(useLocale())
  const rows = runningOf(moves)
  const columns: Column<Move>[] = [
    {
      id: 'time',
      header: d('why.time'),
      width: '4rem',
      cell: (move) => <Instant at={move.at} timeZone={timeZone} />,
    },
    {
      id: 'what',
      header: d('why.what'),
      cell: (move) => (
        <span className="block py-1 leading-5">
          {d(`kind.${move.kind}` as 'kind.float')}
          {move.count > 1 && <span className="figure text-second"> × {move.count}</span>}
          {move.byCard !== undefined && (
            <span className="block text-second">
              <Money amount={move.byCard} />
            </span>
          )}
          {move.reason !== null && <span className="block text-second wrap-break-word">{move.reason}</span>}
        </span>
      ),
    },
    { id: 'who', header: d('why.who'), cell: (move) => move.actorName },
    {
      id: 'amount',
      header: d('why.amount', { sign }),
      numeric: true,
      width: '7rem',
      cell: (move) => (move.amount === 0 ? '' : <Difference amount={move.amount} />),
    },
    {
      id: 'inDrawer',
      header: d('why.inDrawer', { sign }),
      numeric: true,
      width: '8rem',
      cell: (move) => <Amount amount={move.inDrawer} />,
    },
  ]
  return (
    <DataTable
      caption={d('why.moves')}
      columns={columns}
      rows={rows}
      rowKey={(move) => `${move.at} ${move.kind} ${move.actorName}`}
    />
  )
}

function Causes(props: { explanation: DrawerExplanationView; timeZone: string }) {
  const t = useWords(tillWords)
  const d = useWords(drawerWords)
  const word = useCauseWords(props.timeZone)
  const { causes, counted, expected, variance, tenders } = props.explanation
  return (
    <Panel
      title={d('why.title')}
      readable
      aside={<CloseButton />}
      foot={<DoneButton>{d('why.done')}</DoneButton>}
    >
      <div className="pb-2 text-title font-semibold">
        <Differences variance={variance} tenders={tenders} />
      </div>
      <Facts
        rows={[
          [t('counted.expected'), <Money key="expected" amount={expected} />],
          [t('counted.counted'), <Money key="counted" amount={counted} />],
          ...slipFacts(tenders, t, d),
        ]}
      />
      {causes.length === 0 ? (
        <p className="pt-4 text-body">
          <span className="font-semibold">{d('cause.none')}</span> {d('cause.noneHint')}
        </p>
      ) : (
        <section className="pt-4">
          <h3 className="text-body font-semibold">{d('why.causes')}</h3>
          <p className="pb-1 text-floor text-second">{d('why.causeHint')}</p>
          <ol data-testid="causes">
            {causes.map((cause) => {
              const { title, look } = word(cause)
              return (
                <li key={title + look} className="border-t border-hairline py-2">
                  <p className="text-body font-semibold">{title}</p>
                  <p className="text-floor text-second">{look}</p>
                </li>
              )
            })}
          </ol>
        </section>
      )}
    </Panel>
  )
}
