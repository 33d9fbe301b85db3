import { type ReactNode, useEffect } from 'react'
import { Button } from '../../../ui-kit/components/button.tsx'
import { Numpad } from '../../../ui-kit/components/numpad.tsx'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { deleteText, FORM_LINE, REST_FOCUS, restFocus, typeText } from '../keys/focus.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { pricingWords } from '../words/pricing-words.ts'
import { EnterButton } from './enter-button.tsx'

const FIELD =
  'flex flex-col rounded-control bg-surface px-3 py-1 shadow-[inset_0_0_0_1px_var(--role-border)] focus-within:shadow-[inset_0_0_0_2px_var(--role-ring)]'

/** The figure of a discount or price. @param aside stands under its end */
export function FigureField({ label, unit, aside }: { label: string; unit: string; aside: ReactNode }) {
  const actions = useActions()
  const text = useTill((state) => state.pricing?.text ?? '')
  const rests = useTill((state) => state.pricing?.pin === null)
  return (
    <label className={FIELD}>
      <span className="flex justify-between gap-2 text-floor text-second">
        <span>{label}</span>
        <span>{aside}</span>
      </span>
      <span className="flex items-baseline gap-2">
        <input
          {...(rests ? REST_FOCUS : {})}
          {...FORM_LINE}
          name="figure"
          value={text}
          inputMode="none"
          autoComplete="off"
          maxLength={16}
          onChange={(event) => actions.setPricing({ text: event.target.value })}
          className="w-full min-w-0 bg-transparent text-right text-title font-semibold outline-none"
        />
        <span className="text-body text-second">{unit}</span>
      </span>
    </label>
  )
}

/** Why a discount is given. */
export function ReasonField() {
  const p = useWords(pricingWords)
  const actions = useActions()
  const reason = useTill((state) => state.pricing?.reason ?? '')
  return (
    <label className={FIELD}>
      <span className="text-floor text-second">{p('discount.reason')}</span>
      <input
        {...FORM_LINE}
        name="reason"
        value={reason}
        maxLength={120}
        autoComplete="off"
        placeholder={p('discount.reasonHint')}
        onChange={(event) => actions.setPricing({ reason: event.target.value })}
        className="h-7 w-full min-w-0 bg-transparent text-body font-semibold outline-none placeholder:font-normal"
      />
    </label>
  )
}

/** The PIN of the second person, in the place where the limit stopped the first; nothing before. */
export function PinField() {
  const p = useWords(pricingWords)
  const actions = useActions()
  const pin = useTill((state) => state.pricing?.pin ?? null)
  const asked = pin !== null
  useEffect(() => {
    if (asked) restFocus()
  }, [asked])
  if (pin === null) return null
  return (
    <label className={FIELD}>
      <span className="text-floor text-second">{p('approve.pin')}</span>
      <input
        {...REST_FOCUS}
        {...FORM_LINE}
        name="pin"
        type="password"
        value={pin}
        inputMode="none"
        autoComplete="off"
        onChange={(event) => actions.setPricing({ pin: event.target.value.replace(/\D/g, '').slice(0, 8) })}
        className="h-8 w-full min-w-0 bg-transparent text-center text-title font-semibold tracking-[0.4em] outline-none"
      />
    </label>
  )
}

/** Digits go where typing goes. */
export function PricingPad({ label }: { label: string }) {
  const locale = useLocale()
  return (
    <Numpad
      label={label}
      extra={locale === 'en' ? '.' : ','}
      onKey={(key) => (key === 'Backspace' ? deleteText() : typeText(key))}
      className="hidden [@media(min-height:53rem)]:grid [@media(pointer:coarse)]:grid"
    />
  )
}

/** The one button of Enter, and the way back to what there was. */
export function PricingFoot({
  submit,
  onSubmit,
  back,
}: {
  submit: string
  onSubmit(): void
  /** Null while there is nothing to go back from. */
  back: string | null
}) {
  const p = useWords(pricingWords)
  const actions = useActions()
  const busy = useTill((state) => state.busy === 'price')
  const approving = useTill((state) => state.pricing?.pin != null)
  return (
    <div className="flex flex-col gap-2">
      {back !== null && (
        <Button
          size="large"
          keyCap="Del"
          onPress={() => void actions.takeBackPricing()}
          className="w-full justify-between"
        >
          {back}
        </Button>
      )}
      <EnterButton alone busy={busy} onPress={onSubmit}>
        {approving ? p('approve.submit') : submit}
      </EnterButton>
    </div>
  )
}
