import { join } from 'node:path'
import Database from 'better-sqlite3'
import { openBenchTill } from './lib/bench-till.ts'
import { type Figure, figure, percentile } from './lib/figures.ts'

const SALES = 600
const LINES = 3

const PAGE_BYTES = 700

/** A complete sale of three lines against one bare fsynced insert, turn by turn on the same disk. */
export async function saleCommit(): Promise<Figure[]> {
  const bench = await openBenchTill()
  const { till } = bench
  const bare = new Database(join(bench.dir, 'bare.sqlite'))
  bare.pragma('journal_mode = WAL')
  bare.pragma('synchronous = FULL')
  bare.exec('create table entry (id integer primary key, body text not null)')
  const insert = bare.prepare('insert into entry (body) values (?)')
  const body = 'x'.repeat(PAGE_BYTES)
  const codes = bench.db
    .prepare('select cip13 from product where price is not null limit ?')
    .pluck()
    .all(LINES)
  const sales: number[] = []
  const limits: number[] = []
  for (let i = 0; i < SALES + 50; i++) {
    for (const code of codes as string[]) till.scan(code)
    const { revision } = till.basket.view()
    const from = performance.now()
    const completed = till.completeSale({ kind: 'card' }, revision)
    const committed = performance.now()
    insert.run(body)
    const done = performance.now()
    if ('refused' in completed) throw new Error(completed.refused)
    if (i < 50) continue
    sales.push(committed - from)
    limits.push(done - committed)
  }
  bare.close()
  bench.close()
  const [p50, bare50] = [percentile(sales, 0.5), percentile(limits, 0.5)]
  const [p99, bare99] = [percentile(sales, 0.99), percentile(limits, 0.99)]
  return [
    figure('sale-commit p50', p50, bare50, {
      text: 'p50 ≤ 2× a bare fsynced insert',
      met: p50 <= 2 * bare50,
    }),
    figure('sale-commit p99', p99, bare99, { text: 'p99 ≤ 5 ms over it', met: p99 <= bare99 + 5 }),
  ]
}
