import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isRefusal } from '../../../domain/refusals.ts'
import type { CardBehaviour } from '../../../hardware/emulators/card-terminal.ts'
import { accepted, TEST_STAFF } from '../test-fixtures.ts'
import type { Till } from '../till.ts'
import { wanted } from './payments.ts'
import { CUTS, type Cut, type PowerCuts, preparePowerCuts } from './power-cuts.ts'

const DOLIPRANE = '3400935955838'

/** One attempt as a person makes it: what is open is asked about first, else so much is taken or given back. */
async function attempt(till: Till, { amount, back }: { amount: number; back: boolean }): Promise<unknown> {
  const { parts } = till.payments.view()
  if (parts.some(({ state }) => state !== 'taken')) return till.payments.settle()
  const [first] = parts
  if (back && first) return till.payments.giveBack(first.id)
  const due = till.payments.due()
  if (due === 0) return till.payments.finish(till.basket.revision())
  return till.payments.card(wanted(Math.min(amount, due), till.basket.revision()))
}

const behaviour: fc.Arbitrary<CardBehaviour> = fc.constantFrom(
  { do: 'approve' },
  { do: 'approve' },
  { do: 'decline', reason: 'insufficient-funds' },
  { do: 'time-out' },
  { do: 'approve-and-cut' },
  { do: 'cut' },
)

/** What may be answered of an attempt that was left open, once nothing breaks any more. */
const NO_MONEY_MOVED = ['card-no-funds', 'card-cancelled', 'refund-declined', 'refund-cancelled']

const step = fc.record({
  behaviour,
  amount: fc.integer({ min: 1, max: 1200 }),
  back: fc.boolean(),
  cut: fc.constantFrom<Cut>(...CUTS),
})

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Whether the basket stands still, as a person finds out: by setting the quantity that it has. */
function standsStill({ basket }: Till): boolean {
  const [line] = basket.view().lines
  const refused = basket.setQuantity(line?.lineId ?? '', line?.quantity ?? 1)
  return refused?.refused === 'payment-begun'
}

/** Ten Doliprane, 11.60, are paid while things break, and then in peace. */
async function sellThrough(cuts: PowerCuts, steps: readonly Step[]): Promise<void> {
  const { till, close } = await cuts.startInPeace()
  accepted(till.basket.add(cuts.seeded.products.find(({ cip13 }) => cip13 === DOLIPRANE)?.id ?? '', 10))
  close()
  for (const { behaviour: next, cut, ...what } of steps) {
    const running = await cuts.start(cut)
    cuts.terminal.script(next)
    const ended = await Promise.race([attempt(running.till, what), running.died])
    cuts.terminal.forget()
    if (ended === 'died') continue
    expect(standsStill(running.till)).toBe(running.till.payments.view().parts.length > 0)
    running.close()
  }
  // Now nothing breaks any more: a customer has money enough, and the terminal says so. Each part may still be asked about
  // once, and then the rest is taken.
  const running = await cuts.startInPeace()
  expect(standsStill(running.till)).toBe(running.till.payments.view().parts.length > 0)
  for (let tries = 0; !running.till.basket.isEmpty(); tries++) {
    expect(tries).toBeLessThan(steps.length + 2)
    cuts.terminal.script({ do: 'approve' })
    const answer = await attempt(running.till, { amount: 10_000, back: false })
    cuts.terminal.forget()
    if (isRefusal(answer)) expect(NO_MONEY_MOVED).toContain(answer.refused)
  }
  const taken = running.till.context.db
    .prepare(`select sum(amount) from sale_tender where kind = 'card'`)
    .pluck()
    .get()
  expect(taken).toBe(1160)
  expect(cuts.terminal.charged()).toBe(taken)
  expect(running.till.payments.view().parts).toEqual([])
  // What the terminal gave back before a sale is a fact each, whoever was there to hear of it.
  const returned = running.till.context.db
    .prepare(`select sum(amount) from payment_return where kind = 'card'`)
    .pluck()
    .get()
  const refunds = cuts.terminal
    .ledger()
    .filter(({ kind, state }) => kind === 'refund' && state === 'approved')
  expect(refunds.reduce((sum, { amount }) => sum + amount, 0)).toBe(returned ?? 0)
  running.close()
}

/** A rest of 4.92, which the emulated terminal never takes on a day of its own: seed -2079405583 met with it. */
const FOUR_92: Step = { behaviour: { do: 'approve' }, amount: 668, back: false, cut: 'none' }

test('whatever breaks at whichever moment, customers are charged what their sales say, once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const cuts = await preparePowerCuts(TEST_STAFF.cashier.id)
      await sellThrough(cuts, steps).finally(cuts.close)
    }),
    { numRuns: 30, examples: [[[FOUR_92]]] },
  )
}, 60_000)
