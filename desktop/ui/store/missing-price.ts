import type { BasketLineView, BasketView } from '../../bridge/basket-views.ts'

/** What this needs to know of the window. */
interface Shown {
  basket: BasketView
  panel: string
  pricing: { lineId: string | null } | null
  entry: string
  found: unknown
}

export const awaitsPrice = ({ priceFrom }: Pick<BasketLineView, 'priceFrom'>): boolean => priceFrom === 'none'

/** The first line that has no price yet. @param but leaves this one out */
export const firstUnpriced = ({ lines }: BasketView, but?: string | null): BasketLineView | undefined =>
  lines.find((line) => awaitsPrice(line) && line.lineId !== but)

/** The panel in which the price of a line is typed, with nothing typed yet. */
export const typingPrice = (lineId: string) => ({
  panel: 'price' as const,
  pricing: { what: 'price' as const, lineId, unit: 'rate' as const, text: '', reason: '', pin: null },
})

/** Whether a person has nothing open and nothing typed, so that the window may turn to something by itself. */
const isAtRest = ({ panel, entry, found }: Shown) => panel === 'rest' && entry === '' && found === null

/** A line that was just added, if it has no price and the person is at nothing else: its price is asked for. */
export function askPrice(state: Shown, lineId: string | undefined) {
  const line = state.basket.lines.find((each) => each.lineId === lineId)
  return line && awaitsPrice(line) && isAtRest(state) ? typingPrice(line.lineId) : null
}

/**
 * What a window shows once the basket has changed under it: the price of a line that came without one is asked for, and
 * what was typed of a line that has gone goes with it.
 * @param before the window as it was
 */
export function afterChange(before: Shown, basket: BasketView) {
  const { panel, pricing } = before
  const of = panel === 'price' || panel === 'discount' ? (pricing?.lineId ?? null) : null
  const left =
    of !== null && !basket.lines.some(({ lineId }) => lineId === of)
      ? { panel: 'rest' as const, pricing: null }
      : null
  const isNew = !before.basket.lines.some(({ lineId }) => lineId === basket.lastLineId)
  const ask = isNew ? askPrice({ ...before, ...left, basket }, basket.lastLineId ?? undefined) : null
  return ask ?? left ?? {}
}
