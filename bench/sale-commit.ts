import { join } from 'node:path'
import { openTillDatabase, type TillDatabase } from '../desktop/till/store/database.ts'
import type { ProductRow } from '../domain/catalogue/product.ts'
import { createRandom } from '../forecast-models/random.ts'
import { openBenchTill } from './lib/bench-till.ts'
import { MILLION, manyProducts, realProducts } from './lib/catalogue.ts'
import { type Figure, figure, percentile } from './lib/figures.ts'

const SALES = 600

const WARM_UP = 100

const LINES = 3

const BODY_BYTES = 700

/** Customers between two quiet moments, in which a till empties its log. */
const CUSTOMERS = 20

/** The limit: one row into one table, with the till's own pragmas and a log laid out as the till's is. */
async function openBare(dir: string): Promise<{ db: TillDatabase; insert: () => void }> {
  const db = await openTillDatabase(join(dir, 'bare.sqlite'))
  db.exec('create table entry (id integer primary key, body text not null)')
  const statement = db.prepare('insert into entry (body) values (?)')
  const body = 'x'.repeat(BODY_BYTES)
  return { db, insert: () => statement.run(body) }
}

/** Sells out of a catalogue and inserts bare rows by turns. */
async function measure(label: string, products: ProductRow[]): Promise<Figure[]> {
  const bench = await openBenchTill(products)
  const { till } = bench
  const bare = await openBare(bench.dir)
  const random = createRandom(11)
  const codes = bench.db
    .prepare(`select cip13 from product where price is not null and status = 'active'`)
    .pluck()
    .all() as string[]
  const sales: number[] = []
  const limits: number[] = []
  for (let i = 0; i < SALES + WARM_UP; i++) {
    if (i % CUSTOMERS === 0) for (const db of [bench.db, bare.db]) db.pragma('wal_checkpoint(PASSIVE)')
    for (let line = 0; line < LINES; line++) till.scan(codes[Math.floor(random() * codes.length)] ?? '')
    const { revision } = till.basket.view()
    const from = performance.now()
    const completed = till.completeSale({ kind: 'card' }, revision)
    const committed = performance.now()
    bare.insert()
    const done = performance.now()
    if ('refused' in completed) throw new Error(completed.refused)
    if (i < WARM_UP) continue
    sales.push(committed - from)
    limits.push(done - committed)
  }
  bare.db.close()
  bench.close()
  const at = (share: number) => [percentile(sales, share), percentile(limits, share)] as const
  const [p50, bare50] = at(0.5)
  const over = (name: string, share: number) => {
    const [value, limit] = at(share)
    return figure(name, value, limit, { text: '≤ 5 ms over it', met: value <= limit + 5 })
  }
  return [
    figure(`${label} p50`, p50, bare50, {
      text: 'p50 ≤ 2× a bare fsynced insert',
      met: p50 <= 2 * bare50,
    }),
    over(`${label} p95`, 0.95),
    over(`${label} p99`, 0.99),
  ]
}

/**
 * A complete sale of three lines, out of the whole real catalogue, against one bare fsynced insert, turn by turn on
 * the same disk. Both logs are emptied outside the measured time, as the till does when nobody is at the counter.
 * @param options.large also out of a million products
 */
export async function saleCommit({ large }: { large: boolean }): Promise<Figure[]> {
  const small = await measure('sale-commit', await realProducts())
  return large ? [...small, ...(await measure('sale-commit 1M', await manyProducts(MILLION)))] : small
}
