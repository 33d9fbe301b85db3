import { Button } from '../../../ui-kit/components/button.tsx'
import { Money } from '../../../ui-kit/components/figures.tsx'
import { Numpad } from '../../../ui-kit/components/numpad.tsx'
import { Panel } from '../../../ui-kit/components/panel.tsx'
import { StatusRow } from '../../../ui-kit/components/status-word.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { REASON_CAPS } from '../keys/drawer-keys.ts'
import { deleteText, FORM_LINE, leaveReason, REST_FOCUS, typeText } from '../keys/focus.ts'
import { useActions, useTill } from '../store/till-context.ts'
import type { Confirming } from '../store/till-store.ts'
import { drawerWords } from '../words/drawer/drawer-words.ts'
import { tillWords } from '../words/till-words.ts'
import { CloseButton } from './close-button.tsx'
import { Differences, slipFacts } from './differences.tsx'
import { EnterButton } from './enter-button.tsx'
import { Facts } from './facts.tsx'

const FIELD =
  'flex flex-col rounded-control bg-surface px-3 py-1 shadow-[inset_0_0_0_1px_var(--role-border)] focus-within:shadow-[inset_0_0_0_2px_var(--role-ring)]'

/** What a count still needs: why it differs, and a second person's own PIN. */
export function ConfirmPanel() {
  const d = useWords(drawerWords)
  const actions = useActions()
  const confirming = useTill((state) => state.confirming)
  const handing = useTill((state) => state.counting?.purpose === 'hand-over')
  const live = useTill((state) => state.counting?.other?.live ?? false)
  const busy = useTill((state) => state.busy === 'close')
  if (!confirming) return null
  const { needs } = confirming
  return (
    <Panel
      title={d(handing ? 'confirm.handOver' : needs.reason ? 'confirm.title' : 'confirm.witness')}
      aside={<CloseButton />}
      foot={
        <EnterButton alone busy={busy} onPress={() => void actions.confirm()}>
          {d(handing ? 'confirm.take' : 'confirm.submit')}
        </EnterButton>
      }
    >
      <div className="flex flex-col gap-2">
        {live && (
          <StatusRow
            tone="warn"
            text={d('others.live')}
            remedy={d('confirm.live')}
            className="rounded-control"
          />
        )}
        <Result confirming={confirming} />
        {needs.reason && <Why confirming={confirming} />}
        {needs.pin && <SecondPin confirming={confirming} handing={handing} rests={!needs.reason} />}
      </div>
    </Panel>
  )
}

/** The count stands, so that its difference may be told. */
function Result({ confirming: { result } }: { confirming: Confirming }) {
  const t = useWords(tillWords)
  const d = useWords(drawerWords)
  if (!result) return null
  return (
    <>
      <div role="status" data-testid="difference" className="text-title font-semibold">
        <Differences variance={result.variance} tenders={result.tenders} compact />
      </div>
      <div className="[@media(max-height:53rem)]:hidden">
        <Facts
          rows={[
            [t('counted.counted'), <Money key="counted" amount={result.counted} />],
            [t('counted.expected'), <Money key="expected" amount={result.expected} />],
            ...slipFacts(result.tenders, t, d),
          ]}
        />
        <p className="pb-1 text-floor text-second">{d('confirm.stands')}</p>
      </div>
    </>
  )
}

function Why({ confirming }: { confirming: Confirming }) {
  const d = useWords(drawerWords)
  const actions = useActions()
  return (
    <>
      <label className={FIELD}>
        <span className="text-floor text-second">{d('confirm.reason')}</span>
        <input
          {...REST_FOCUS}
          {...FORM_LINE}
          name="reason"
          value={confirming.reason}
          maxLength={120}
          autoComplete="off"
          placeholder={d('move.reasonHint')}
          onChange={(event) => actions.setConfirming({ reason: event.target.value })}
          className="h-8 w-full min-w-0 bg-transparent text-body font-semibold outline-none placeholder:font-normal"
        />
      </label>
      <fieldset aria-label={d('move.reasons')} className="grid grid-cols-2 gap-2">
        {REASON_CAPS.map((cap, i) => {
          const text = d(`reason.variance.${i}` as 'reason.variance.0')
          return (
            <Button
              key={cap}
              keyCap={cap}
              aria-pressed={confirming.reason === text}
              onPress={() => {
                actions.chooseWhy(i)
                leaveReason()
              }}
              className="justify-between !px-3 text-left !text-floor leading-tight aria-pressed:!bg-accent-tint aria-pressed:!text-on-accent-tint"
            >
              {text}
            </Button>
          )
        })}
      </fieldset>
    </>
  )
}

function SecondPin(props: { confirming: Confirming; handing: boolean; rests: boolean }) {
  const t = useWords(tillWords)
  const d = useWords(drawerWords)
  const actions = useActions()
  return (
    <>
      <label className={FIELD}>
        <span className="text-floor text-second">
          {d(props.handing ? 'confirm.taker' : 'confirm.second')}
        </span>
        <input
          {...(props.rests ? REST_FOCUS : {})}
          {...FORM_LINE}
          type="password"
          name="second-pin"
          inputMode="none"
          autoComplete="off"
          value={props.confirming.pin}
          onChange={(event) => actions.setConfirming({ pin: event.target.value })}
          className="h-10 w-full min-w-0 bg-transparent text-center text-title tracking-[0.4em] outline-none"
        />
      </label>
      <Numpad
        label={t('lock.pad')}
        onKey={(key) => {
          document.querySelector<HTMLInputElement>('[name="second-pin"]')?.focus()
          if (key === 'Backspace' || key === 'Clear') deleteText(key === 'Clear')
          else typeText(key)
        }}
        className="[@media(max-height:53rem)]:[&_button]:min-h-11"
      />
    </>
  )
}
