import { expect, test } from 'vitest'
import type { BasketLineView } from '../../bridge/basket-views.ts'
import { createTillStore, INITIAL, receive } from './till-store.ts'

const line = (lineId: string, priceFrom: BasketLineView['priceFrom']) =>
  ({ lineId, name: lineId, quantity: 1, priceFrom }) as BasketLineView

let revision = 0
const basketOf = (...lines: BasketLineView[]) => {
  revision += 1
  return { ...INITIAL.basket, lines, lastLineId: lines.at(-1)?.lineId ?? null, revision }
}

/** A window that has heard of these baskets one after the other, from a state of its own. */
function after(state: Partial<typeof INITIAL>, ...baskets: ReturnType<typeof basketOf>[]) {
  const store = createTillStore()
  store.setState(state)
  for (const basket of baskets) receive(store, 'basket', basket)
  return store.getState()
}

test('a line that comes without a price is asked for it, by whichever scanner it came', () => {
  expect(after({}, basketOf(line('a', 'none')))).toMatchObject({ panel: 'price', pricing: { lineId: 'a' } })
  expect(after({}, basketOf(line('a', 'catalogue')))).toMatchObject({ panel: 'rest', pricing: null })
})

test('what a person has opened or typed stays, and the line waits', () => {
  const basket = basketOf(line('a', 'none'))
  expect(after({ panel: 'pay', given: '2' }, basket)).toMatchObject({ panel: 'pay', given: '2' })
  expect(after({ entry: 'dol' }, basket)).toMatchObject({ panel: 'rest', entry: 'dol' })
})

test('a line that is looked at again is not asked for again', () => {
  const lines = [line('a', 'none')]
  const left = after({}, basketOf(...lines))
  expect(after({ ...left, panel: 'rest' }, basketOf(...lines)).panel).toBe('rest')
})

test('a price that is being typed stays while more is scanned, and goes with its line', () => {
  const first = line('a', 'none')
  const typing = after({}, basketOf(first))
  const pricing = { ...typing.pricing, text: '4.5' } as typeof typing.pricing
  const more = after({ ...typing, pricing }, basketOf(first, line('b', 'none')))
  expect(more).toMatchObject({ panel: 'price', pricing: { lineId: 'a', text: '4.5' } })
  expect(after(more, basketOf(line('c', 'catalogue')))).toMatchObject({ panel: 'rest', pricing: null })
})
