import { Button } from '../../../ui-kit/components/button.tsx'
import { Numpad } from '../../../ui-kit/components/numpad.tsx'
import { Panel } from '../../../ui-kit/components/panel.tsx'
import { currencySign } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { REASON_CAPS } from '../keys/drawer-keys.ts'
import { deleteText, FORM_LINE, leaveReason, REST_FOCUS, restFocus, typeText } from '../keys/focus.ts'
import { useActions, useTill } from '../store/till-context.ts'
import type { Moving } from '../store/till-store.ts'
import { drawerWords } from '../words/drawer/drawer-words.ts'
import { CloseButton } from './close-button.tsx'
import { EnterButton } from './enter-button.tsx'

const FIELD =
  'flex flex-col rounded-control bg-surface px-3 py-1 shadow-[inset_0_0_0_1px_var(--role-border)] focus-within:shadow-[inset_0_0_0_2px_var(--role-ring)]'

/** Cash in or out outside of a sale, or the drawer only opened: how much, and why. */
export function MovePanel() {
  const d = useWords(drawerWords)
  const actions = useActions()
  const moving = useTill((state) => state.moving)
  const busy = useTill((state) => state.busy === 'move')
  if (!moving) return null
  const withAmount = moving.kind !== 'no-sale'
  return (
    <Panel
      title={d(`do.${moving.kind}`)}
      aside={<CloseButton />}
      foot={
        <div className="flex flex-col gap-2">
          <EnterButton alone busy={busy} onPress={() => void actions.moveCash()}>
            {d(busy ? 'move.under-way' : 'move.submit')}
          </EnterButton>
          <p className="hidden text-center text-floor text-second [@media(min-height:53rem)]:block">
            {d('move.told')}
          </p>
        </div>
      }
    >
      <div className="flex flex-col gap-2">
        {withAmount && <AmountField moving={moving} />}
        <ReasonField moving={moving} rests={!withAmount} />
        <UsualReasons moving={moving} />
        {withAmount && <AmountPad />}
      </div>
    </Panel>
  )
}

function AmountField({ moving }: { moving: Moving }) {
  const d = useWords(drawerWords)
  const locale = useLocale()
  const actions = useActions()
  return (
    <label className={FIELD}>
      <span className="text-floor text-second">{d('move.amount')}</span>
      <span className="flex items-baseline gap-2">
        <input
          {...REST_FOCUS}
          {...FORM_LINE}
          name="amount"
          value={moving.amount}
          inputMode="none"
          autoComplete="off"
          onChange={(event) => actions.setMoving({ amount: event.target.value })}
          className="w-full min-w-0 bg-transparent text-right text-title font-semibold outline-none"
        />
        <span className="text-body text-second">{currencySign(locale)}</span>
      </span>
    </label>
  )
}

function ReasonField({ moving, rests }: { moving: Moving; rests: boolean }) {
  const d = useWords(drawerWords)
  const actions = useActions()
  return (
    <label className={FIELD}>
      <span className="text-floor text-second">{d('move.reason')}</span>
      <input
        {...FORM_LINE}
        {...(rests ? REST_FOCUS : {})}
        name="reason"
        value={moving.reason}
        maxLength={120}
        autoComplete="off"
        placeholder={d('move.reasonHint')}
        onChange={(event) => actions.setMoving({ reason: event.target.value })}
        className="h-8 w-full min-w-0 bg-transparent text-body font-semibold outline-none placeholder:font-normal"
      />
    </label>
  )
}

function UsualReasons({ moving }: { moving: Moving }) {
  const d = useWords(drawerWords)
  const actions = useActions()
  return (
    <fieldset aria-label={d('move.reasons')} className="grid grid-cols-2 gap-2">
      {REASON_CAPS.map((cap, i) => (
        <Button
          key={cap}
          keyCap={cap}
          aria-pressed={moving.reason === d(`reason.${moving.kind}.${i}` as 'reason.paid-in.0')}
          onPress={() => {
            actions.chooseReason(i)
            leaveReason()
          }}
          className="justify-between !px-3 text-left !text-floor leading-tight aria-pressed:!bg-accent-tint aria-pressed:!text-on-accent-tint"
        >
          {d(`reason.${moving.kind}.${i}` as 'reason.paid-in.0')}
        </Button>
      ))}
    </fieldset>
  )
}

/** Digits always go to the amount, wherever typing went before. */
function AmountPad() {
  const d = useWords(drawerWords)
  const locale = useLocale()
  return (
    <Numpad
      label={d('move.pad')}
      extra={locale === 'en' ? '.' : ','}
      onKey={(key) => {
        restFocus()
        if (key === 'Backspace') deleteText()
        else typeText(key)
      }}
    />
  )
}
