import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCardTerminal } from '../../../hardware/devices/card-terminal.ts'
import {
  type CardTerminalEmulator,
  startCardTerminalEmulator,
} from '../../../hardware/emulators/card-terminal.ts'
import { tcpTransport } from '../../../hardware/transports/tcp.ts'
import { accepted, cents, openTestTill, TEST_STAFF, type TestTill } from '../test-fixtures.ts'
import { wanted } from './payments.ts'

const DOLIPRANE = '3400935955838'
const VENTOLINE = '3400949004751'

let its: CardTerminalEmulator
let till: TestTill

/** Two packs at 1.16 and one at 3.41: 5.73. */
beforeEach(async () => {
  its = await startCardTerminalEmulator({ port: 0 })
  const transport = tcpTransport({ host: '127.0.0.1', port: its.port })
  till = await openTestTill({ terminal: createCardTerminal({ transport, timeouts: { payMs: 60 } }) })
  await till.unlockAs('cashier')
  accepted(till.openSession(cents(10_000)))
  for (const code of [DOLIPRANE, DOLIPRANE, VENTOLINE]) accepted(till.scan(code))
})
afterEach(async () => {
  till.dispose()
  await its.close()
})

const revision = () => till.basket.revision()
const card = (amount?: number) => till.payments.card(wanted(amount, revision()))
const tenders = () =>
  till.context.db.prepare('select kind, amount, given, change_given from sale_tender order by id').raw().all()
const returned = () =>
  till.context.db
    .prepare('select kind, amount, reference, how, actor_id from payment_return order by id')
    .raw()
    .all()
const drawer = () => till.context.db.prepare('select amount from drawer_balance').pluck().get()

describe('a card', () => {
  test('pays all of it, and the tender names the terminal’s transaction', async () => {
    expect(await card()).toMatchObject({ total: 573, kind: 'card', change: 0 })
    expect(till.context.db.prepare('select kind, amount, reference from sale_tender').get()).toEqual({
      kind: 'card',
      amount: 573,
      reference: 'T000001',
    })
    expect([its.charged(), till.basket.isEmpty(), till.payments.view().parts]).toEqual([573, true, []])
  })

  test('that is declined takes nothing and leaves the basket free', async () => {
    its.script({ do: 'decline', reason: 'insufficient-funds' })
    expect(await card()).toEqual({ refused: 'card-no-funds' })
    accepted(till.scan(DOLIPRANE))
    expect([its.charged(), till.payments.view().parts]).toEqual([0, []])
  })

  test('whose answer is lost behind the approval is looked up and never taken twice', async () => {
    its.script({ do: 'approve-and-cut' })
    expect(await card()).toMatchObject({ total: 573 })
    expect(its.charged()).toBe(573)
  })

  test('of unknown outcome bars every other tender until the terminal can say', async () => {
    its.script({ do: 'time-out' })
    const paying = card()
    await expect.poll(() => its.ledger().length).toBe(1)
    await its.unplug()
    expect(await paying).toEqual({ refused: 'card-unknown' })
    expect(await card()).toEqual({ refused: 'payment-open' })
    expect(till.completeSale({ kind: 'cash', given: cents(573) }, revision())).toEqual({
      refused: 'payment-open',
    })
    expect(till.scan(DOLIPRANE)).toEqual({ refused: 'payment-begun' })
    expect(await till.payments.settle()).toEqual({ refused: 'card-unknown' })
    await its.plugIn()
    expect(await till.payments.settle()).toEqual({ refused: 'card-cancelled' })
    accepted(till.completeSale({ kind: 'cash', given: cents(573) }, revision()))
    expect(its.charged()).toBe(0)
  })

  test('that nobody shows is given up when the till is told to', async () => {
    its.script({ do: 'time-out' })
    const paying = card()
    await expect.poll(() => till.payments.view().parts[0]?.underWay).toBe(true)
    await till.payments.cancelCard()
    expect(await paying).toEqual({ refused: 'card-cancelled' })
    expect(till.payments.view().parts).toEqual([])
  })

  test('of a terminal that is off was not taken', async () => {
    await its.unplug()
    expect(await card()).toEqual({ refused: 'terminal-unreachable' })
    expect(till.payments.view().parts).toEqual([])
  })

  test('whose terminal stays silent is decided from its slip, by a pharmacist', async () => {
    its.script({ do: 'time-out' })
    const paying = card()
    await expect.poll(() => its.ledger().length).toBe(1)
    await its.unplug()
    await paying
    const [part] = till.payments.view().parts
    expect(till.payments.byHand(part?.id ?? '', true)).toMatchObject({ refused: 'not-allowed' })
    await till.unlockAs('pharmacist')
    expect(till.payments.byHand(part?.id ?? '', true)).toMatchObject({ total: 573 })
  })
})

describe('several tenders', () => {
  test('cash, then a card, then the rest in cash with change', async () => {
    // 5.73 = 2.00 cash + 3.00 card + 0.73 cash of 1.00, change 0.27.
    expect(till.payments.cash(wanted(200, revision()))).toBeNull()
    expect(await card(300)).toBeNull()
    expect(till.payments.view()).toMatchObject({ taken: 500 })
    expect(till.completeSale({ kind: 'cash', given: cents(70) }, revision())).toMatchObject({
      refused: 'not-enough-cash',
    })
    const sold = accepted(till.completeSale({ kind: 'cash', given: cents(100) }, revision()))
    expect(sold).toMatchObject({ total: 573, given: 100, change: 27, tenders: [{}, {}, {}] })
    expect(tenders()).toEqual([
      ['cash', 200, 200, 0],
      ['card', 300, 300, 0],
      ['cash', 73, 100, 27],
    ])
    // Float 100.00 and 2.73 of cash.
    expect([drawer(), its.charged()]).toEqual([10_273, 300])
  })

  test('never come to more than is due', async () => {
    expect(await card(574)).toMatchObject({ refused: 'amount-over-due' })
    expect(till.payments.cash(wanted(600, revision()))).toMatchObject({ refused: 'amount-over-due' })
    expect(await till.payments.card(wanted(100, 999))).toMatchObject({ refused: 'basket-changed' })
  })

  test('are given back one by one, the card’s by the terminal', async () => {
    expect(await card(300)).toBeNull()
    expect(till.payments.cash(wanted(100, revision()))).toBeNull()
    expect(till.basket.voidAll()).toEqual({ refused: 'payment-begun' })
    for (const { id } of till.payments.view().parts) expect(await till.payments.giveBack(id)).toBeNull()
    expect([its.charged(), till.payments.view().parts, drawer()]).toEqual([0, [], 10_000])
    expect(till.basket.voidAll()).toBeNull()
    // Neither is in any figure; both are facts for head office.
    expect(returned()).toEqual([
      ['card', 300, 'T000001', 'terminal', TEST_STAFF.cashier.id],
      ['cash', 100, null, 'hand', TEST_STAFF.cashier.id],
    ])
  })

  test('whose way back only the slip tells are facts by who read it', async () => {
    expect(await card(300)).toBeNull()
    its.script({ do: 'time-out' })
    const giving = till.payments.giveBack(till.payments.view().parts[0]?.id ?? '')
    await expect.poll(() => its.ledger().length).toBe(2)
    await its.unplug()
    expect(await giving).toEqual({ refused: 'card-unknown' })
    await till.unlockAs('pharmacist')
    expect(till.payments.byHand(till.payments.view().parts[0]?.id ?? '', true)).toBeNull()
    expect(returned()).toEqual([['card', 300, 'T000001', 'slip', TEST_STAFF.pharmacist.id]])
    expect(till.payments.view().parts).toEqual([])
  })

  test('stay taken when the terminal refuses to give back', async () => {
    expect(await card(300)).toBeNull()
    its.script({ do: 'decline', reason: 'refund-not-possible' })
    const [part] = till.payments.view().parts
    expect(await till.payments.giveBack(part?.id ?? '')).toMatchObject({ refused: 'refund-not-possible' })
    expect(till.payments.view()).toMatchObject({ taken: 300, parts: [{ state: 'taken' }] })
    expect(returned()).toEqual([])
  })
})
