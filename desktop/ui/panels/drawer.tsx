import { Button } from '../../../ui-kit/components/button.tsx'
import { Instant, Money, Quantity } from '../../../ui-kit/components/figures.tsx'
import { Panel } from '../../../ui-kit/components/panel.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { closeReason } from '../keys/key-map.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { tillWords } from '../words/till-words.ts'
import { useTroubleWords } from '../words/trouble-words.ts'
import { CloseButton } from './close-button.tsx'
import { Facts } from './facts.tsx'

/** What can be done with the drawer. Never what should be in it: counting is blind. */
export function DrawerPanel() {
  const t = useWords(tillWords)
  const say = useTroubleWords()
  const actions = useActions()
  const session = useTill((state) => state.session)
  const timeZone = useTill((state) => state.till?.timeZone ?? 'UTC')
  const why = JSON.parse(useTill((state) => JSON.stringify(closeReason(state)))) as ReturnType<
    typeof closeReason
  >
  if (!session) return null
  const reason = say.reason(why)
  return (
    <Panel title={t('drawer.title')} aside={<CloseButton />}>
      <Facts
        rows={[
          [t('rest.since'), <Instant key="at" at={session.openedAt} timeZone={timeZone} style="moment" />],
          [t('rest.by'), session.openedByName],
          [t('rest.float'), <Money key="float" amount={session.float} />],
          [t('rest.sales'), <Quantity key="sales" value={session.saleCount} />],
        ]}
      />
      <div className="flex flex-col gap-2 pt-4">
        <Button
          size="large"
          keyCap="7"
          disabledReason={reason}
          onPress={() => actions.openPanel('count')}
          className="justify-between"
        >
          {t('drawer.close')}
        </Button>
        {reason !== undefined && <p className="text-floor text-second">{reason}</p>}
      </div>
    </Panel>
  )
}
