import { expect, test } from 'vitest'
import type { Minor } from '../../../domain/money.ts'
import type { Bridge } from '../../bridge/client.ts'
import { createActions } from './actions.ts'
import { createTillStore, INITIAL } from './till-store.ts'

/** A window onto a till that answers when it is told to. */
function slowTill() {
  const answers: (() => void)[] = []
  const bridge = {
    call: () => new Promise((resolve) => answers.push(() => resolve({}))),
  } as unknown as Bridge
  const store = createTillStore()
  const actions = createActions({ store, play: () => {}, setTimeout: () => 0, clearTimeout: () => {} })
  actions.setBridge(bridge)
  const line = { lineId: 'l', name: 'DOLIPRANE', quantity: 1 } as (typeof INITIAL.basket.lines)[number]
  store.setState({
    panel: 'pay',
    basket: { ...INITIAL.basket, lines: [line], suggestedCash: [116 as Minor], revision: 1 },
  })
  return { store, actions, answer: () => answers.shift()?.() }
}

test('a payment that is done leaves the pay panel', async () => {
  const { store, actions, answer } = slowTill()
  store.setState({ given: '5' })
  const paid = actions.payGiven()
  answer()
  await paid
  expect(store.getState()).toMatchObject({ panel: 'rest', given: '', busy: null })
})

test.each(['payCard', 'payGiven'] as const)(
  'what is opened while %s is under way stays open when it is done',
  async (pay) => {
    const { store, actions, answer } = slowTill()
    const paid = actions[pay]()
    actions.openPanel('drawer')
    answer()
    await paid
    expect(store.getState().panel).toBe('drawer')
  },
)

test('a scan that was refused is forgotten once the basket is voided, or the till locked', async () => {
  const { store, actions, answer } = slowTill()
  const scanTrouble = { trouble: { refusal: { refused: 'unknown-code' } }, raw: '1', count: 1 } as const
  store.setState({ scanTrouble })
  const voided = actions.voidBasket()
  answer()
  await voided
  expect(store.getState().scanTrouble).toBeNull()
  store.setState({ scanTrouble, operator: { name: 'Camille' } as never })
  actions.hear('operator', null)
  expect(store.getState().scanTrouble).toBeNull()
})

test('what is typed while a product is being added stays typed', async () => {
  const { store, actions, answer } = slowTill()
  store.setState({ panel: 'rest', entry: 'doli' })
  const added = actions.add('p')
  store.setState({ entry: 'stre' })
  answer()
  await added
  expect(store.getState().entry).toBe('stre')
})
