import { Button } from '../../../ui-kit/components/button.tsx'
import { Difference, Instant, Money, Quantity, Variance } from '../../../ui-kit/components/figures.tsx'
import { Panel } from '../../../ui-kit/components/panel.tsx'
import { StatusRow } from '../../../ui-kit/components/status-word.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import type { SessionView } from '../../bridge/views.ts'
import { DRAWER_ACTIONS, drawerReason, hasOpenSales } from '../keys/drawer-keys.ts'
import { useActions, useTill } from '../store/till-context.ts'
import type { Reason } from '../store/till-store.ts'
import { drawerWords } from '../words/drawer/drawer-words.ts'
import { tillWords } from '../words/till-words.ts'
import { useTroubleWords } from '../words/trouble-words.ts'
import { CloseButton } from './close-button.tsx'
import { Facts } from './facts.tsx'
import { OvernightRow } from './overnight.tsx'

/** What can be done with the drawer. Never what should be in it: counting is blind. */
export function DrawerPanel() {
  const t = useWords(tillWords)
  const d = useWords(drawerWords)
  const session = useTill((state) => state.session)
  const moved = useTill((state) => state.moved)
  const handedOver = useTill((state) => state.handedOver)
  const timeZone = useTill((state) => state.till?.timeZone ?? 'UTC')
  if (!session) return null
  return (
    <Panel title={t('drawer.title')} aside={<CloseButton />}>
      {moved && (
        <StatusRow tone="good" live="polite" text={d('move.recorded')} className="mb-3 rounded-control" />
      )}
      {handedOver && (
        <StatusRow
          tone={(handedOver.variance ?? 0) === 0 ? 'good' : 'warn'}
          live="polite"
          text={d('handed.over', { name: handedOver.toName })}
          remedy={handedOver.variance === null ? undefined : <Variance amount={handedOver.variance} />}
          className="mb-3 rounded-control"
        />
      )}
      <OvernightRow />
      <DrawerButtons />
      <Moved session={session} timeZone={timeZone} />
      <div className="pt-4">
        <Facts
          rows={[
            [t('rest.since'), <Instant key="at" at={session.openedAt} timeZone={timeZone} style="moment" />],
            [t('rest.by'), session.openedByName],
            [t('rest.float'), <Money key="float" amount={session.float} />],
            [t('rest.sales'), <Quantity key="sales" value={session.saleCount} />],
          ]}
        />
      </div>
    </Panel>
  )
}

function DrawerButtons() {
  const d = useWords(drawerWords)
  const say = useTroubleWords()
  const actions = useActions()
  // A string, so that the panel is drawn only when a reason changes.
  const reasons = useTill((state) =>
    JSON.stringify(DRAWER_ACTIONS.map((action) => drawerReason(action, state))),
  )
  const why = JSON.parse(reasons) as (Reason | null)[]
  const counting = say.reason(why[DRAWER_ACTIONS.findIndex(({ id }) => id === 'count')])
  const open = useTill(hasOpenSales)
  return (
    <div className="grid grid-cols-2 gap-2">
      {DRAWER_ACTIONS.map((action, i) =>
        action.id === 'park-all' && !open ? null : (
          <Button
            key={action.id}
            keyCap={action.cap}
            disabledReason={say.reason(why[i])}
            onPress={() => action.run(actions)}
            className="justify-between !px-3 text-left leading-tight"
          >
            {d(`do.${action.id}`)}
          </Button>
        ),
      )}
      {counting !== undefined && <p className="col-span-2 text-floor text-second">{counting}</p>}
    </div>
  )
}

/** What was moved outside of sales, the latest first: whoever did it sees that it is recorded. */
function Moved({ session, timeZone }: { session: NonNullable<SessionView>; timeZone: string }) {
  const d = useWords(drawerWords)
  return (
    <section className="pt-4">
      <h3 className="pb-1 text-body font-semibold">{d('moved.title')}</h3>
      {session.actions.length === 0 && <p className="text-floor text-second">{d('moved.none')}</p>}
      <ul>
        {session.actions.map((action) => (
          <li key={action.id} className="border-t border-hairline py-1.5 text-floor first:border-t-0">
            <p className="flex justify-between gap-3 font-semibold">
              <span>{d(`kind.${action.kind}` as 'kind.float')}</span>
              {action.amount !== 0 && <Difference amount={action.amount} />}
            </p>
            <p className="flex justify-between gap-3 text-second">
              <span className="min-w-0 wrap-break-word">{action.reason}</span>
              <span className="shrink-0 text-right">
                <Instant at={action.at} timeZone={timeZone} /> · {action.actorName}
              </span>
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}
