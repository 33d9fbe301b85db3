import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCardTerminal } from '../../../hardware/devices/card-terminal.ts'
import {
  type CardTerminalEmulator,
  startCardTerminalEmulator,
} from '../../../hardware/emulators/card-terminal.ts'
import { tcpTransport } from '../../../hardware/transports/tcp.ts'
import { accepted, cents, openTestTill, type TestTill } from '../test-fixtures.ts'
import { createTill } from '../till.ts'
import { wanted } from './payments.ts'

const DOLIPRANE = '3400935955838'
const VENTOLINE = '3400949004751'

let its: CardTerminalEmulator
let till: TestTill

beforeEach(async () => {
  its = await startCardTerminalEmulator({ port: 0 })
  till = await openTestTill({ terminal: terminal() })
  await till.unlockAs('cashier')
  accepted(till.openSession(cents(10_000)))
})
afterEach(async () => {
  till.dispose()
  await its.close()
})

const terminal = () =>
  createCardTerminal({
    transport: tcpTransport({ host: '127.0.0.1', port: its.port }),
    timeouts: { payMs: 60 },
  })

/** Two packs at 1.16 and one at 3.41, 5.73 in all, by so many cards; the last pays the rest. */
async function sell(...amounts: (number | undefined)[]): Promise<string> {
  for (const code of [DOLIPRANE, DOLIPRANE, VENTOLINE]) accepted(till.scan(code))
  let sold = null
  for (const amount of amounts) {
    sold = accepted(await till.payments.card(wanted(amount, till.basket.revision())))
  }
  if (!sold) throw new Error('the sale was not paid in full')
  return sold.saleId
}

/** Both Doliprane, 2.32, or the whole sale, 5.73. */
function takeBack(saleId: string, all = false) {
  accepted(till.refunds.begin(saleId))
  for (const { lineId, left } of till.refunds.view()?.lines.slice(0, all ? 2 : 1) ?? []) {
    accepted(till.refunds.choose(lineId, left ?? 0, 'stock'))
  }
}
const agreed = (of = till.refunds) => {
  const { revision, total } = of.view() ?? { revision: 0, total: cents(0) }
  return { reason: 'unwanted' as const, revision, total }
}
const give = () => till.refunds.give(agreed())
const tenders = () =>
  till.context.db.prepare('select kind, amount, reference from refund_tender order by id').raw().all()
const drawer = () => till.context.db.prepare('select amount from drawer_balance').pluck().get()
const refunds = () => its.ledger().filter(({ kind, state }) => kind === 'refund' && state === 'approved')

test('money goes back to the card that paid, for its transaction, before the refund is a fact', async () => {
  takeBack(await sell(undefined))
  expect(till.refunds.complete(agreed())).toMatchObject({ refused: 'payment-open' })
  expect(accepted(await give())).toMatchObject({ total: 232, tenders: [{ kind: 'card', amount: 232 }] })
  expect(refunds()).toMatchObject([{ amount: 232, of: 'T000001' }])
  expect(tenders()).toEqual([['card', 232, 'T000001']])
  expect(till.context.db.prepare('select id from refund_tender').pluck().get()).toBe(refunds()[0]?.reference)
  expect([till.refunds.view(), till.payments.view().back, drawer()]).toEqual([null, [], 10_000])
})

test('a refusal leaves the refund free: again, or in cash by who may decide so', async () => {
  takeBack(await sell(undefined))
  its.script({ do: 'decline', reason: 'refund-not-possible' }, { do: 'decline', reason: 'other' })
  expect(await give()).toEqual({ refused: 'refund-not-possible' })
  expect(await give()).toEqual({ refused: 'refund-declined' })
  expect(till.refunds.view()).toMatchObject({ begun: false })
  expect(till.refunds.inCash(true)).toMatchObject({ refused: 'not-allowed' })
  await till.unlockAs('pharmacist')
  accepted(till.refunds.inCash(true))
  expect(till.refunds.view()?.tenders).toEqual([{ kind: 'cash', amount: 232 }])
  accepted(await give())
  expect([tenders(), drawer(), refunds()]).toEqual([[['cash', 232, null]], 10_000 - 232, []])
})

test('an answer that is lost is looked up; one that nobody knows bars the drawer and the next attempt', async () => {
  const saleId = await sell(undefined)
  takeBack(saleId)
  its.script({ do: 'approve-and-cut' })
  accepted(await give())
  expect(its.charged()).toBe(573 - 232)

  takeBack(saleId, true)
  its.script({ do: 'time-out' })
  const giving = give()
  await expect.poll(() => its.ledger().length).toBe(3)
  await its.unplug()
  expect(await giving).toEqual({ refused: 'card-unknown' })
  await till.unlockAs('pharmacist')
  expect(till.refunds.cancel()).toEqual({ refused: 'refund-begun' })
  expect(till.refunds.begin(saleId)).toEqual({ refused: 'refund-begun' })
  expect(till.scan(VENTOLINE)).toEqual({ refused: 'refund-begun' })
  expect(till.refunds.inCash(true)).toEqual({ refused: 'payment-open' })
  expect(till.closeSession([])).toEqual({ refused: 'refund-begun' })
  await its.plugIn()
  expect(await give()).toEqual({ refused: 'refund-cancelled' })
  accepted(await give())
  // 5.73 - 2.32 - 3.41
  expect([its.charged(), refunds().map(({ amount }) => amount)]).toEqual([0, [232, 341]])
})

test('of two cards the second is refused: what has gone back stays, the rest goes in cash', async () => {
  // 5.73 = 4.00 and 1.73, to two cards.
  takeBack(await sell(400, undefined), true)
  its.script({ do: 'approve' }, { do: 'decline', reason: 'card-expired' })
  expect(await give()).toEqual({ refused: 'refund-declined' })
  expect(till.refunds.view()).toMatchObject({ begun: true, total: 573 })
  expect(till.payments.view().back).toMatchObject([{ amount: 400, state: 'taken' }])
  // The till dies here, and goes on where it was.
  const { db, now } = till.context
  const again = createTill({
    db,
    identity: till.identity,
    locale: 'fr',
    hasPrinter: true,
    now,
    terminal: terminal(),
  })
  await again.operators.unlock('2222')
  accepted(again.refunds.inCash(true))
  expect(again.refunds.view()?.tenders).toEqual([
    { kind: 'card', amount: 400 },
    { kind: 'cash', amount: 173 },
  ])
  accepted(await again.refunds.give(agreed(again.refunds)))
  expect(tenders()).toEqual([
    ['card', 400, 'T000001'],
    ['cash', 173, null],
  ])
  expect([its.charged(), drawer()]).toEqual([173, 10_000 - 173])
})

test('once money is going back, what other tills say changes the refund no more', async () => {
  const saleId = await sell(400, undefined)
  takeBack(saleId, true)
  its.script({ do: 'approve' }, { do: 'decline', reason: 'other' })
  await give()
  // Another till's refund of one Doliprane arrives.
  till.context.db.exec(`insert into refund_line select 'ffffffff-0000-7000-8000-000000000001',
    'ffffffff-0000-7000-8000-000000000002', branch_id, 1, sale_id, id, product_id, cip13, name, 1, 116, vat_rate_bp,
    'stock' from sale_line where quantity = 2`)
  expect(till.refunds.view()).toMatchObject({ total: 573 })
  expect(accepted(await give()).total).toBe(573)
  expect(its.charged()).toBe(0)
})

test('the rest of an exchange goes back to the card, then both are made; the basket stands still meanwhile', async () => {
  takeBack(await sell(undefined))
  accepted(till.exchange.begin(agreed()))
  accepted(till.scan(DOLIPRANE))
  // 2.32 come back for 1.16: 1.16 are owed to the card.
  its.script({ do: 'time-out' }, { do: 'decline', reason: 'other' })
  const paying = till.pay({ kind: 'parts' }, till.basket.revision())
  await expect.poll(() => till.payments.view().back[0]?.underWay).toBe(true)
  expect(till.scan(DOLIPRANE)).toEqual({ refused: 'payment-begun' })
  expect(till.exchange.cancel()).toEqual({ refused: 'refund-begun' })
  await till.payments.cancelCard()
  expect(await paying).toEqual({ refused: 'refund-cancelled' })
  expect(await till.pay({ kind: 'parts' }, till.basket.revision())).toEqual({ refused: 'refund-declined' })
  expect(till.basket.isEmpty()).toBe(false)
  accepted(await till.pay({ kind: 'parts' }, till.basket.revision()))
  expect(tenders()).toEqual(
    expect.arrayContaining([
      ['card', 116, 'T000001'],
      ['exchange', 116, null],
    ]),
  )
  expect([its.charged(), drawer(), till.exchange.view()]).toEqual([573 - 116, 10_000, null])
})

test('the rest of an exchange whose card is refused goes in cash', async () => {
  takeBack(await sell(undefined))
  accepted(till.exchange.begin(agreed()))
  accepted(till.scan(DOLIPRANE))
  await till.unlockAs('pharmacist')
  accepted(till.exchange.inCash(true))
  accepted(await till.pay({ kind: 'cash', given: cents(0) }, till.basket.revision()))
  expect([its.charged(), drawer()]).toEqual([573, 10_000 - 116])
})

test('what is approved in part is taken, or given back, in part: the rest is still due', async () => {
  for (const code of [DOLIPRANE, DOLIPRANE, VENTOLINE]) accepted(till.scan(code))
  its.script({ do: 'approve-part', amount: 300 })
  expect(await till.payments.card(wanted(undefined, till.basket.revision()))).toBeNull()
  expect([till.payments.view().taken, till.payments.due()]).toEqual([300, 273])
  const { saleId } = accepted(till.completeSale({ kind: 'cash', given: cents(273) }, till.basket.revision()))
  takeBack(saleId, true)
  its.script({ do: 'approve-part', amount: 100 })
  // 1.00, then the other 2.00 of the 3.00; 2.73 in cash.
  accepted(await give())
  expect(tenders()).toEqual([
    ['card', 100, 'T000001'],
    ['card', 200, 'T000001'],
    ['cash', 273, null],
  ])
  expect([its.charged(), drawer()]).toEqual([0, 10_000])
})

test('without a terminal a card is recorded by hand, as ever', async () => {
  const plain = await openTestTill()
  await plain.unlockAs('cashier')
  accepted(plain.openSession(cents(0)))
  accepted(plain.scan(VENTOLINE))
  const { saleId } = accepted(plain.completeSale({ kind: 'card' }, plain.basket.revision()))
  accepted(plain.refunds.begin(saleId))
  accepted(plain.refunds.scan(plain.product(2).id, 1))
  expect(accepted(await plain.refunds.give(agreed(plain.refunds))).tenders).toEqual([
    { kind: 'card', amount: 341 },
  ])
  plain.dispose()
})
