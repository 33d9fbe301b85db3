import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { databaseFile } from '../data-folder.ts'
import { openTillDatabase } from '../store/database.ts'
import { accepted, cents, seedTill, TEST_STAFF } from '../test-fixtures.ts'
import { TEST_PRODUCTS } from '../test-products.ts'
import { createTill } from '../till.ts'

/** The whole month is `MONTH=30x667`: 20,010 sales. Here a few days of it, since each is like the other. */
const [days = 4, salesADay = 60] = (process.env.MONTH ?? '4x60').split('x').map(Number)

const dir = mkdtempSync(join(tmpdir(), 'month-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const CODES = TEST_PRODUCTS.filter(({ price }) => price !== null && price > 0).map(({ cip13 }) => cip13)

/** A start from the files alone: open, migrate, find who is there. */
async function coldStart(identity: Awaited<ReturnType<typeof seedTill>>['identity'], clock: { ms: number }) {
  const begun = performance.now()
  const db = await openTillDatabase(databaseFile(dir))
  const till = createTill({ db, identity, locale: 'fr', hasPrinter: false, now: () => clock.ms++ })
  accepted(await till.operators.unlock(TEST_STAFF.pharmacist.pin))
  expect(till.sessions.open()).toBeNull()
  return { db, till, tookMs: performance.now() - begun }
}

const countsOf = (amount: number) => [
  { denomination: cents(5000), quantity: Math.floor(amount / 5000) },
  { denomination: cents(1), quantity: amount % 5000 },
]

type Day = Awaited<ReturnType<typeof coldStart>>

/** Sales of one to three packs, two of three in cash, and some cash moved. @returns what must be in the drawer */
function sellAll({ db, till }: Day): number {
  // How soon a sale is on the disk is the bench's matter.
  db.pragma('synchronous = OFF')
  let drawer = 15_000
  accepted(till.openSession(cents(drawer)))
  for (let i = 0; i < salesADay; i++) {
    for (let n = 0; n <= i % 3; n++) accepted(till.scan(CODES[(i + n) % CODES.length] ?? ''))
    const { total, revision } = till.basket.view()
    const cash = i % 3 !== 0
    accepted(till.completeSale(cash ? { kind: 'cash', given: total } : { kind: 'card' }, revision))
    if (cash) drawer += total
  }
  accepted(till.moveCash({ kind: 'paid-out', amount: cents(1240), reason: 'timbres' }))
  accepted(till.moveCash({ kind: 'pick-up', amount: cents(10_000), reason: 'coffre' }))
  db.pragma('synchronous = FULL')
  return drawer - 11_240
}

test('days on end from a cold start without a line: each Z continues the last, each drawer adds up', async () => {
  const { identity } = await seedTill(dir)
  const seeded = statSync(databaseFile(dir)).size
  const clock = { ms: 0 }
  const took = { starts: [] as number[], closes: [] as number[] }
  let perpetual = 0
  for (let day = 0; day < days; day++) {
    // Over the night in March on which clocks go forward.
    clock.ms = Date.parse('2026-03-20T08:00:00.000Z') + day * 86_400_000
    const today = await coldStart(identity, clock)
    took.starts.push(today.tookMs)
    const inDrawer = sellAll(today)
    const begun = performance.now()
    const z = accepted(await today.till.countDrawer({ counts: countsOf(inDrawer) }))
    took.closes.push(performance.now() - begun)
    if ('pending' in z) throw new Error(`the drawer of day ${day} does not add up: ${JSON.stringify(z)}`)
    expect(z).toMatchObject({ zNumber: day + 1, expected: inDrawer, variance: 0, saleCount: salesADay })
    expect(z.firstReceipt).toBe(day * salesADay + 1)
    expect(z.perpetualTotal).toBe(perpetual + z.grossTotal)
    perpetual = z.perpetualTotal
    today.db.close()
  }
  const bytes = statSync(databaseFile(dir)).size - seeded
  const perSale = Math.round(bytes / (days * salesADay))
  // 20,000 sales stay well below 200 MB.
  expect(perSale).toBeLessThan(10_000)
  if (process.env.MONTH) {
    const most = (all: number[]) => Math.round(Math.max(...all))
    console.log({ days, salesADay, bytes, perSale, startMs: most(took.starts), closeMs: most(took.closes) })
  }
})
