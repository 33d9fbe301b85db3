import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isRefusal, type Refusal } from '../../../domain/refusals.ts'
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

let its: CardTerminalEmulator
let dataDir: string
let seeded: SeededTill
beforeAll(async () => {
  its = await startCardTerminalEmulator({ port: 0, answerAfterMs: 1 })
  dataDir = mkdtempSync(join(tmpdir(), 'till-refund-crash-'))
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
  const operatorId = TEST_STAFF.pharmacist.id
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

/** Two Doliprane, 2.32, and a Ventoline, 3.41, by two cards; both Doliprane, or all of it, are to come back. */
async function sellAndTakeBack(till: Till, { all, exchange }: { all: boolean; exchange: boolean }) {
  const [doliprane, , ventoline] = seeded.products
  accepted(till.basket.add(doliprane?.id ?? '', 2))
  accepted(till.basket.add(ventoline?.id ?? '', 1))
  accepted(await till.payments.card(wanted(200, till.basket.revision())))
  const sold = accepted(await till.payments.card(wanted(undefined, till.basket.revision())))
  accepted(till.refunds.begin(sold?.saleId ?? ''))
  for (const { lineId, sold: packs } of till.refunds.view()?.lines.slice(0, all ? 2 : 1) ?? []) {
    accepted(till.refunds.choose(lineId, packs ?? 0, 'stock'))
  }
  if (!exchange) return
  accepted(till.exchange.begin(agreed(till)))
  accepted(till.basket.add(doliprane?.id ?? ''))
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

const step = fc.record({
  behaviours: fc.array(behaviour, { minLength: 1, maxLength: 3 }),
  inCash: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  cut: fc.constantFrom<Cut>(...CUTS),
})

test('whatever breaks while money goes back, cards get what the refunds say, once', async () => {
  const first = await start('none')
  accepted(first.till.openSession(cents(0)))
  first.close()
  const plan = fc.record({
    all: fc.boolean(),
    exchange: fc.boolean(),
    steps: fc.array(step, { minLength: 1, maxLength: 5 }),
  })
  await fc.assert(
    fc.asyncProperty(plan, async ({ steps, ...what }) => {
      let running = await start('none')
      await sellAndTakeBack(running.till, what)
      running.close()
      for (const { behaviours, cut, inCash } of steps) {
        running = await start(cut)
        its.script(...behaviours)
        const ended = await Promise.race([attempt(running.till, inCash), running.died])
        if (ended !== 'died') running.close()
        its.forget()
      }
      // Now nothing breaks any more.
      running = await start('none')
      for (let tries = 0; running.till.refunds.view() ?? running.till.exchange.view(); tries++) {
        expect(tries).toBeLessThan(20)
        const answer = await attempt(running.till, false)
        if (isRefusal(answer as Refusal)) expect((answer as Refusal).refused).toMatch(/^refund-/)
      }
      const sumOf = (sql: string) => Number(running.till.context.db.prepare(sql).pluck().get() ?? 0)
      const back = sumOf(`select sum(amount) from refund_tender where kind = 'card'`)
      const paid = sumOf(`select sum(amount) from sale_tender where kind = 'card'`)
      expect(its.charged()).toBe(paid - back)
      // Each of the terminal's refunds is one tender of a refund, by its reference.
      const ids = running.till.context.db
        .prepare(`select id from refund_tender where kind = 'card' order by id`)
        .pluck()
        .all()
      const moved = its.ledger().filter(({ kind, state }) => kind === 'refund' && state === 'approved')
      expect(moved.map(({ reference }) => reference).sort()).toEqual(ids)
      // What is in the drawer is what left it.
      const cash = sumOf(`select sum(amount) from refund_tender where kind = 'cash'`)
      expect(sumOf('select sum(amount) from drawer_balance')).toBe(0 - cash)
      const total = sumOf('select sum(total) from refund')
      expect(sumOf('select sum(amount) from refund_tender')).toBe(total)
      expect(running.till.payments.view().back).toEqual([])
      running.close()
    }),
    { numRuns: 15 },
  )
}, 60_000)
