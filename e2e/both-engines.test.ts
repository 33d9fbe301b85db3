import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { minor } from '../domain/money.ts'
import { DEMO_STAFF, MARKET } from '../scripts/demo/organisation.ts'
import { untilTillsEqualServer } from './support/compare.ts'
import { ELECTRIC_IS } from './support/electric.ts'
import { type Hands, layHandsOn, sellForCash } from './support/hands.ts'
import { DOLIPRANE, FENOFIBRATE, PACKS } from './support/packs.ts'
import { type Product, startProduct, type TestTill } from './support/product.ts'
import { untilTheySell } from './support/replica.ts'
import { until } from './support/until.ts'

const pin = DEMO_STAFF.find((each) => each.role === 'pharmacist' && each.branchId === MARKET.id)?.pin ?? ''

const MODES = [
  { name: 'the server’s own engine', electric: false },
  { name: `ELECTRIC_URL (${ELECTRIC_IS})`, electric: true },
]

/** Generous: what is shown here is that rows arrive, not how soon. */
const LIMIT_MS = 60_000

/** One number out of a till's file, read beside the running till. */
function readNumber(till: TestTill, query: string): number {
  const db = new Database(till.databaseFile, { readonly: true })
  try {
    return db.prepare(query).pluck().get() as number
  } finally {
    db.close()
  }
}

const sales = (till: TestTill) => readNumber(till, 'select count(*) from sale')

describe.each(MODES)('sync through $name', ({ name, electric }) => {
  let product: Product
  let first: TestTill
  let second: TestTill
  let one: Hands
  let two: Hands

  beforeAll(async () => {
    process.stdout.write(`Shapes come from ${name}.\n`)
    product = await startProduct({ electric, products: PACKS })
    first = await product.addTill()
    second = await product.addTill()
    const tills = [first, second]
    await untilTheySell(tills, LIMIT_MS, PACKS.length)
    one = await layHandsOn(first.url)
    two = await layHandsOn(second.url)
    for (const hands of [one, two]) {
      await hands.do('operator.unlock', { pin })
      await hands.do('session.open', { float: minor(10_000) })
    }
  }, 180_000)

  afterAll(async () => {
    one?.close()
    two?.close()
    await product?.close()
  })

  const untilSales = (count: number) =>
    until(`${count} sales at both tills`, () => sales(first) === count && sales(second) === count, LIMIT_MS)

  it('brings a sale to the other till, and a new price to both', async () => {
    await sellForCash(one, [DOLIPRANE, FENOFIBRATE])
    await untilSales(1)
    await product.db.updateTable('product').set({ price: 333 }).where('cip13', '=', DOLIPRANE).execute()
    for (const till of [first, second]) {
      const query = `select price from product where cip13 = '${DOLIPRANE}'`
      await until('the new price', () => readNumber(till, query) === 333, LIMIT_MS)
    }
    expect(await sellForCash(two, [DOLIPRANE])).toBe(1)
    await untilSales(2)
  })

  it('survives a cut line and the death of everything upstream, and every replica is equal again', async () => {
    product.line.cut()
    for (const hands of [one, two]) await sellForCash(hands, [FENOFIBRATE])
    product.line.restore()
    await untilSales(4)
    await product.stopServer('SIGKILL')
    for (const hands of [one, two]) await sellForCash(hands, [DOLIPRANE])
    await product.startServer()
    await untilSales(6)
    await untilTillsEqualServer(product.db, MARKET.id, [first, second])
    expect(await product.db.selectFrom('event_exception').select('code').distinct().execute()).toEqual(
      // The price was changed past the catalogue, whose history knows another for that day.
      expect.not.arrayContaining([{ code: 'journal-forked' }, { code: 'duplicate-fact' }]),
    )
  })

  it.runIf(electric)('keeps the secret between server and Electric', async () => {
    const url = `${product.electric?.env.ELECTRIC_URL}/v1/shape?table=branch&offset=-1`
    expect((await fetch(url)).status).toBe(401)
    const logs = readdirSync(product.dir).filter((file) => file.endsWith('.log'))
    expect(logs.length).toBeGreaterThan(2)
    for (const log of logs)
      expect(readFileSync(join(product.dir, log), 'utf8')).not.toMatch(/only.the.server/)
  })

  it.runIf(electric)('goes on when Electric alone was gone', async () => {
    await product.electric?.stop('SIGKILL')
    await sellForCash(one, [DOLIPRANE])
    const arrived = async () => (await product.db.selectFrom('sale').select('id').execute()).length === 7
    await until('the journal to arrive without Electric', arrived, LIMIT_MS)
    await product.electric?.start(product.databaseUrl)
    await untilSales(7)
    await untilTillsEqualServer(product.db, MARKET.id, [first, second])
  })
})
