import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isRefusal } from '../../../domain/refusals.ts'
import type { CardBehaviour } from '../../../hardware/emulators/card-terminal.ts'
import { accepted, cents, TEST_STAFF } from '../test-fixtures.ts'
import type { Till } from '../till.ts'
import { wanted } from './payments.ts'
import { CUTS, type Cut, type PowerCuts, preparePowerCuts } from './power-cuts.ts'

const DOLIPRANE = '3400935955838'

let cuts: PowerCuts
beforeAll(async () => {
  cuts = await preparePowerCuts(TEST_STAFF.cashier.id)
})
afterAll(() => cuts.close())

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

test('whatever breaks at whichever moment, customers are charged what their sales say, once', async () => {
  const first = await cuts.start('none')
  accepted(first.till.openSession(cents(0)))
  first.close()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      let running = await cuts.start('none')
      accepted(
        running.till.basket.add(cuts.seeded.products.find(({ cip13 }) => cip13 === DOLIPRANE)?.id ?? '', 10),
      )
      running.close()
      for (const { behaviour: next, cut, ...what } of steps) {
        running = await cuts.start(cut)
        cuts.terminal.script(next)
        const ended = await Promise.race([attempt(running.till, what), running.died])
        if (ended !== 'died') running.close()
      }
      // Now nothing breaks any more, and whatever was scripted is used up.
      running = await cuts.start('none')
      cuts.terminal.script()
      for (let tries = 0; !running.till.basket.isEmpty(); tries++) {
        expect(tries).toBeLessThan(20)
        const answer = await attempt(running.till, { amount: 10_000, back: false })
        if (isRefusal(answer)) expect(NO_MONEY_MOVED).toContain(answer.refused)
      }
      const taken = running.till.context.db
        .prepare(`select sum(amount) from sale_tender where kind = 'card'`)
        .pluck()
        .get()
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
    }),
    { numRuns: 30 },
  )
}, 60_000)
