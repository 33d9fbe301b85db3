import Database from 'better-sqlite3'
import pg from 'pg'
import { minor } from '../domain/money.ts'
import { layHandsOn, sellForCash } from '../e2e/support/hands.ts'
import { startProduct } from '../e2e/support/product.ts'
import { DEMO_STAFF } from '../scripts/demo/organisation.ts'
import { untilWhole } from './first-replica.ts'
import { type Figure, figure, percentile } from './lib/figures.ts'

/** So many that the slowest hundredth is more than one. */
const SALES = 300
const DOLIPRANE = '3400935955838'

/** A notification's way through Postgres and back on one connection pair, ms. */
async function notifyRoundTrips(url: string): Promise<number[]> {
  const [speaker, listener] = [new pg.Client(url), new pg.Client(url)]
  await Promise.all([speaker.connect(), listener.connect()])
  await listener.query('listen bench')
  const times: number[] = []
  for (let i = 0; i < SALES; i++) {
    const heard = new Promise<void>((resolve) => listener.once('notification', () => resolve()))
    const from = performance.now()
    await speaker.query("notify bench, 'x'")
    await heard
    times.push(performance.now() - from)
  }
  await Promise.all([speaker.end(), listener.end()])
  return times
}

/** From a sale's commit at one till to its rows in the other till's SQLite, through server and shapes. */
export async function tillToTill(): Promise<Figure[]> {
  const product = await startProduct()
  try {
    const [first, second] = [await product.addTill(), await product.addTill()]
    const hands = await layHandsOn(first.url)
    const others = await layHandsOn(second.url)
    await Promise.all([hands, others].map(untilWhole))
    const limits = await notifyRoundTrips(product.databaseUrl)
    await hands.do('operator.unlock', { pin: DEMO_STAFF[1]?.pin ?? '' })
    await hands.do('session.open', { float: minor(10_000) })
    const other = new Database(second.databaseFile, { readonly: true })
    const read = other.prepare('select max(receipt_number) from sale').pluck()
    const times: number[] = []
    for (let i = 0; i < SALES; i++) {
      const number = await sellForCash(hands, [DOLIPRANE])
      const committed = performance.now()
      while (((read.get() as number | null) ?? 0) < number) {
        if (performance.now() - committed > 10_000) throw new Error('a sale did not arrive within 10 s')
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
      times.push(performance.now() - committed)
    }
    other.close()
    hands.close()
    others.close()
    const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)]
    return [
      figure('till-to-till p50', p50, percentile(limits, 0.5), { text: 'p50 ≤ 50 ms', met: p50 <= 50 }),
      figure('till-to-till p99', p99, percentile(limits, 0.99), { text: 'p99 ≤ 250 ms', met: p99 <= 250 }),
    ]
  } finally {
    await product.close()
  }
}
