import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isRefusal } from '../../../domain/refusals.ts'
import { createCardTerminal } from '../../../hardware/devices/card-terminal.ts'
import {
  type CardBehaviour,
  type CardTerminalEmulator,
  startCardTerminalEmulator,
} from '../../../hardware/emulators/card-terminal.ts'
import { tcpTransport } from '../../../hardware/transports/tcp.ts'
import { databaseFile } from '../data-folder.ts'
import { openTillDatabase } from '../store/database.ts'
import { accepted, cents, type SeededTill, seedTill, TEST_STAFF } from '../test-fixtures.ts'
import { createTill, type Till } from '../till.ts'
import { wanted } from './payments.ts'
import { CUTS, type Cut, withCut } from './power-cuts.ts'

const DOLIPRANE = '3400935955838'

let its: CardTerminalEmulator
let dataDir: string
let seeded: SeededTill
beforeAll(async () => {
  its = await startCardTerminalEmulator({ port: 0, answerAfterMs: 1 })
  dataDir = mkdtempSync(join(tmpdir(), 'till-crash-'))
  seeded = await seedTill(dataDir)
})
afterAll(async () => {
  await its.close()
  rmSync(dataDir, { recursive: true })
})

/** Starts the till's core on the file as it was left; whoever asks while the power goes is never answered. */
async function start(cut: Cut) {
  const db = await openTillDatabase(databaseFile(dataDir), { roomForLog: false })
  db.pragma('synchronous = OFF')
  const died = Promise.withResolvers<'died'>()
  const inner = createCardTerminal({
    transport: tcpTransport({ host: '127.0.0.1', port: its.port }),
    timeouts: { payMs: 25 },
  })
  const terminal = withCut(inner, cut, () => {
    db.close()
    died.resolve('died')
  })
  const operatorId = TEST_STAFF.cashier.id
  const till = createTill({
    db,
    identity: seeded.identity,
    locale: 'fr',
    hasPrinter: false,
    operatorId,
    terminal,
  })
  return { till, died: died.promise, close: () => db.close() }
}

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
  const first = await start('none')
  accepted(first.till.openSession(cents(0)))
  first.close()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      let running = await start('none')
      accepted(
        running.till.basket.add(seeded.products.find(({ cip13 }) => cip13 === DOLIPRANE)?.id ?? '', 10),
      )
      running.close()
      for (const { behaviour: next, cut, ...what } of steps) {
        running = await start(cut)
        its.script(next)
        const ended = await Promise.race([attempt(running.till, what), running.died])
        if (ended !== 'died') running.close()
      }
      // Now nothing breaks any more, and whatever was scripted is used up.
      running = await start('none')
      its.script()
      for (let tries = 0; !running.till.basket.isEmpty(); tries++) {
        expect(tries).toBeLessThan(20)
        const answer = await attempt(running.till, { amount: 10_000, back: false })
        if (isRefusal(answer)) expect(NO_MONEY_MOVED).toContain(answer.refused)
      }
      const taken = running.till.context.db
        .prepare(`select sum(amount) from sale_tender where kind = 'card'`)
        .pluck()
        .get()
      expect(its.charged()).toBe(taken)
      expect(running.till.payments.view().parts).toEqual([])
      // What the terminal gave back before a sale is a fact each, whoever was there to hear of it.
      const returned = running.till.context.db
        .prepare(`select sum(amount) from payment_return where kind = 'card'`)
        .pluck()
        .get()
      const refunds = its.ledger().filter(({ kind, state }) => kind === 'refund' && state === 'approved')
      expect(refunds.reduce((sum, { amount }) => sum + amount, 0)).toBe(returned ?? 0)
      running.close()
    }),
    { numRuns: 20 },
  )
}, 60_000)
