import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isRefusal, type Refusal } from '../../../domain/refusals.ts'
import type { CardBehaviour } from '../../../hardware/emulators/card-terminal.ts'
import { accepted, cents, TEST_STAFF } from '../test-fixtures.ts'
import type { Till } from '../till.ts'
import { wanted } from './payments.ts'
import { CUTS, type Cut, type PowerCuts, preparePowerCuts } from './power-cuts.ts'

/** Two Doliprane, 2.32, and a Ventoline, 3.41, by two cards; both Doliprane, or all of it, are to come back. */
async function sellAndTakeBack(cuts: PowerCuts, { all, exchange }: { all: boolean; exchange: boolean }) {
  const [doliprane, , ventoline] = cuts.seeded.products
  const { till, close } = await cuts.startInPeace()
  accepted(till.basket.add(doliprane?.id ?? '', 2))
  accepted(till.basket.add(ventoline?.id ?? '', 1))
  accepted(await till.payments.card(wanted(200, till.basket.revision())))
  const sold = accepted(await till.payments.card(wanted(undefined, till.basket.revision())))
  accepted(till.refunds.begin(sold?.saleId ?? ''))
  for (const { lineId, sold: packs } of till.refunds.view()?.lines.slice(0, all ? 2 : 1) ?? []) {
    accepted(till.refunds.choose(lineId, packs ?? 0, 'stock'))
  }
  if (exchange) {
    accepted(till.exchange.begin(agreed(till)))
    accepted(till.basket.add(doliprane?.id ?? ''))
  }
  close()
}

const agreed = (till: Till) => {
  const { revision, total } = till.refunds.view() ?? { revision: 0, total: cents(0) }
  return { reason: 'unwanted' as const, revision, total }
}

/** One attempt as a person makes it; who may decide so gives the money in cash. */
async function attempt(till: Till, inCash: boolean): Promise<unknown | Refusal> {
  if (inCash) (till.exchange.view() ? till.exchange : till.refunds).inCash(true)
  if (till.exchange.view()) return till.pay({ kind: 'parts' }, till.basket.revision())
  return till.refunds.view() ? till.refunds.give(agreed(till)) : null
}

const behaviour: fc.Arbitrary<CardBehaviour> = fc.constantFrom(
  { do: 'approve' },
  { do: 'approve-part', amount: 90 },
  { do: 'decline', reason: 'refund-not-possible' },
  { do: 'decline', reason: 'other' },
  { do: 'time-out' },
  { do: 'approve-and-cut' },
  { do: 'cut' },
)

/** More than are asked for at once. */
const CARDS_ARE_FINE = Array<CardBehaviour>(4).fill({ do: 'approve' })

const step = fc.record({
  behaviours: fc.array(behaviour, { minLength: 1, maxLength: 3 }),
  inCash: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  cut: fc.constantFrom<Cut>(...CUTS),
})

interface Plan {
  all: boolean
  exchange: boolean
  steps: (typeof step extends fc.Arbitrary<infer T> ? T : never)[]
}

/** The money goes back while things break, and then in peace. */
async function giveThrough(cuts: PowerCuts, { steps, ...what }: Plan): Promise<void> {
  await sellAndTakeBack(cuts, what)
  for (const { behaviours, cut, inCash } of steps) {
    const running = await cuts.start(cut)
    cuts.terminal.script(...behaviours)
    const ended = await Promise.race([attempt(running.till, inCash), running.died])
    if (ended !== 'died') running.close()
    cuts.terminal.forget()
  }
  // Now nothing breaks any more.
  const running = await cuts.startInPeace()
  for (let tries = 0; running.till.refunds.view() ?? running.till.exchange.view(); tries++) {
    expect(tries).toBeLessThan(20)
    cuts.terminal.script(...CARDS_ARE_FINE)
    const answer = await attempt(running.till, false)
    cuts.terminal.forget()
    if (isRefusal(answer as Refusal)) expect((answer as Refusal).refused).toMatch(/^refund-/)
  }
  const sumOf = (sql: string) => Number(running.till.context.db.prepare(sql).pluck().get() ?? 0)
  const back = sumOf(`select sum(amount) from refund_tender where kind = 'card'`)
  const paid = sumOf(`select sum(amount) from sale_tender where kind = 'card'`)
  expect(cuts.terminal.charged()).toBe(paid - back)
  // Each of the terminal's refunds is one tender of a refund, by its reference.
  const ids = running.till.context.db
    .prepare(`select id from refund_tender where kind = 'card' order by id`)
    .pluck()
    .all()
  const moved = cuts.terminal.ledger().filter(({ kind, state }) => kind === 'refund' && state === 'approved')
  expect(moved.map(({ reference }) => reference).sort()).toEqual(ids)
  // What is in the drawer is what left it.
  const cash = sumOf(`select sum(amount) from refund_tender where kind = 'cash'`)
  expect(sumOf('select sum(amount) from drawer_balance')).toBe(0 - cash)
  const total = sumOf('select sum(total) from refund')
  expect(sumOf('select sum(amount) from refund_tender')).toBe(total)
  expect(running.till.payments.view().back).toEqual([])
  running.close()
}

test('whatever breaks while money goes back, cards get what the refunds say, once', async () => {
  const plan = fc.record({
    all: fc.boolean(),
    exchange: fc.boolean(),
    steps: fc.array(step, { minLength: 1, maxLength: 5 }),
  })
  await fc.assert(
    fc.asyncProperty(plan, async (planned) => {
      const cuts = await preparePowerCuts(TEST_STAFF.pharmacist.id)
      await giveThrough(cuts, planned).finally(cuts.close)
    }),
    { numRuns: 15 },
  )
}, 60_000)
