import { Button } from '../../../ui-kit/components/button.tsx'
import { Panel } from '../../../ui-kit/components/panel.tsx'
import { StatusRow } from '../../../ui-kit/components/status-word.tsx'
import { formatInstant } from '../../../ui-kit/formats/instant.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { drawerWords } from '../words/drawer/drawer-words.ts'
import { CloseButton } from './close-button.tsx'
import { otherName } from './other-name.ts'

/** Drawers that stand open beside this one: those of this register, and those of others whose till may be dead. */
export function OthersPanel() {
  const d = useWords(drawerWords)
  const locale = useLocale()
  const actions = useActions()
  const others = useTill((state) => state.others)
  const timeZone = useTill((state) => state.till?.timeZone ?? 'UTC')
  if (!others) return null
  return (
    <Panel title={d('others.title')} aside={<CloseButton />}>
      {others.some(({ here }) => !here) && (
        <StatusRow
          tone="note"
          text={d('others.only')}
          remedy={d('others.late')}
          className="mb-3 rounded-control"
        />
      )}
      {others.length === 0 && <p className="text-body text-second">{d('others.none')}</p>}
      <div className="flex flex-col gap-2">
        {others.slice(0, 9).map((other, i) => (
          <Button
            key={other.sessionId}
            size="large"
            keyCap={String(i + 1)}
            onPress={() => void actions.beginClosing('elsewhere', other)}
            className="justify-between text-left"
          >
            <span className="min-w-0">
              <span className="block">{otherName(other, d)}</span>
              <span className="block text-floor font-normal text-second">
                {d(other.here ? 'others.here' : 'others.since', {
                  time: formatInstant(other.openedAt, locale, timeZone, 'moment'),
                  name: other.openedByName,
                  device: other.deviceName,
                })}
                {!other.here && (
                  <span className="block">
                    {d('others.last', { time: formatInstant(other.lastAt, locale, timeZone, 'moment') })}
                  </span>
                )}
                {other.live && <span className="block font-semibold text-text">{d('others.live')}</span>}
                {other.overnight && (
                  <span className="font-semibold text-text"> · {d('others.overnight')}</span>
                )}
              </span>
            </span>
          </Button>
        ))}
      </div>
    </Panel>
  )
}
