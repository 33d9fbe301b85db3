import { minor, subtract } from '../../../domain/money.ts'
import { amountOff } from '../../../domain/pricing/price-basket.ts'
import { Button } from '../../../ui-kit/components/button.tsx'
import { Panel } from '../../../ui-kit/components/panel.tsx'
import { currencySign, formatMoney } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { leaveReason } from '../keys/focus.ts'
import { DISCOUNT_REASON_CAPS } from '../keys/pricing-keys.ts'
import { productWords } from '../screens/product-words.ts'
import { baseOf, offOf } from '../store/pricing-actions.ts'
import { useActions, useTill } from '../store/till-context.ts'
import type { TillState } from '../store/till-store.ts'
import { pricingWords } from '../words/pricing-words.ts'
import { CloseButton } from './close-button.tsx'
import { FigureField, PinField, PricingFoot, PricingPad, ReasonField } from './pricing-fields.tsx'

/** Whether there is a discount to take away. */
const isDiscounted = ({ pricing, basket }: TillState): boolean =>
  pricing?.lineId == null
    ? basket.discount !== null
    : basket.lines.some(
        ({ lineId, reductions }) =>
          lineId === pricing.lineId && reductions.some(({ scope }) => scope === 'line'),
      )

/** A discount on the selected line, or on the whole sale: how much, why, and over the limit whose PIN. */
export function DiscountPanel() {
  const p = useWords(pricingWords)
  const locale = useLocale()
  const actions = useActions()
  const pricing = useTill((state) => state.pricing)
  const discounted = useTill(isDiscounted)
  const name = useTill(
    (state) => state.basket.lines.find(({ lineId }) => lineId === state.pricing?.lineId)?.name,
  )
  if (!pricing) return null
  const currency = currencySign(locale)
  const inRate = pricing.unit === 'rate'
  return (
    <Panel
      title={p('discount.title')}
      aside={<CloseButton />}
      foot={
        <PricingFoot
          submit={p('discount.give')}
          onSubmit={() => void actions.giveDiscount()}
          back={discounted ? p('discount.remove') : null}
        />
      }
    >
      <div className="flex flex-col gap-2">
        <p className="truncate text-body font-semibold">
          {name === undefined
            ? p('discount.all')
            : p('discount.line', { name: productWords(name, '').title })}
        </p>
        <div className="grid grid-cols-2 gap-2">
          <Button
            keyCap="F4"
            onPress={actions.openDiscount}
            className="justify-between !px-3 text-left !text-floor leading-tight"
          >
            {p(name === undefined ? 'discount.toLine' : 'discount.toSale')}
          </Button>
          <Button keyCap="*" onPress={actions.switchUnit} className="justify-between !px-3 !text-floor">
            {inRate ? p('discount.inMoney', { currency }) : p('discount.inRate')}
          </Button>
        </div>
        <FigureField
          label={inRate ? p('discount.rate') : p('discount.amount', { currency })}
          unit={inRate ? '%' : currency}
          aside={<Becomes />}
        />
        <ReasonField />
        <UsualReasons />
        <PinField />
        <PricingPad label={p('discount.title')} />
      </div>
    </Panel>
  )
}

/** What is then to be paid for it, while it is typed. */
function Becomes() {
  const p = useWords(pricingWords)
  const locale = useLocale()
  const pricing = useTill((state) => state.pricing)
  const lines = useTill((state) => state.basket.lines)
  const off = pricing && offOf(pricing)
  if (!pricing || !off || ('rateBp' in off && off.rateBp > 10_000)) return null
  const base = baseOf(pricing, lines)
  const given = { rateBp: null, amount: minor(0), capBp: 10_000, ...off }
  const left = subtract(base, amountOff(given, base))
  return <>{p('discount.becomes', { amount: formatMoney(left, locale) })}</>
}

function UsualReasons() {
  const p = useWords(pricingWords)
  const actions = useActions()
  const reason = useTill((state) => state.pricing?.reason)
  return (
    <fieldset aria-label={p('discount.reasons')} className="grid grid-cols-2 gap-2">
      {DISCOUNT_REASON_CAPS.map((cap, i) => {
        const word = p(`discount.why.${i}` as 'discount.why.0')
        return (
          <Button
            key={cap}
            keyCap={cap}
            aria-pressed={reason === word}
            onPress={() => {
              actions.chooseDiscountReason(i)
              leaveReason()
            }}
            className="justify-between !px-3 text-left !text-floor leading-tight aria-pressed:!bg-accent-tint aria-pressed:!text-on-accent-tint"
          >
            {word}
          </Button>
        )
      })}
    </fieldset>
  )
}
