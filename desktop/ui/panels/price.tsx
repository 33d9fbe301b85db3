import { Panel } from '../../../ui-kit/components/panel.tsx'
import { currencySign, formatMoney } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { productWords } from '../screens/product-words.ts'
import { awaitsPrice } from '../store/missing-price.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { pricingWords } from '../words/pricing-words.ts'
import { CloseButton } from './close-button.tsx'
import { FigureField, PinField, PricingFoot, PricingPad } from './pricing-fields.tsx'

/** A price that is typed for the selected line, and over the limit whose PIN. */
export function PricePanel() {
  const p = useWords(pricingWords)
  const locale = useLocale()
  const actions = useActions()
  const line = useTill((state) => state.basket.lines.find(({ lineId }) => lineId === state.pricing?.lineId))
  if (!line) return null
  const { title, detail } = productWords(line.name, line.pack)
  const currency = currencySign(locale)
  const unpriced = awaitsPrice(line)
  return (
    <Panel
      title={p('price.title')}
      aside={<CloseButton />}
      foot={
        <PricingFoot
          submit={p('price.set')}
          onSubmit={() => void actions.keyPrice()}
          back={line.priceFrom === 'keyed' ? p('price.reset') : null}
        />
      }
    >
      <div className="flex flex-col gap-3">
        <div>
          <p className="truncate text-body font-semibold">{title}</p>
          <p className="truncate text-floor text-second">{detail}</p>
        </div>
        {unpriced && <p className="text-floor text-warn">{p('price.noneSet')}</p>}
        <FigureField
          label={p('price.field', { currency })}
          unit={currency}
          aside={unpriced ? null : formatMoney(line.unitPrice, locale)}
        />
        <PinField />
        <PricingPad label={p('price.title')} />
      </div>
    </Panel>
  )
}
