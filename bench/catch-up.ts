import Database from 'better-sqlite3'
import { addSales, openBranch } from '../e2e/support/branch.ts'
import { layHandsOn } from '../e2e/support/hands.ts'
import { until } from '../e2e/support/until.ts'
import { MARKET } from '../scripts/demo/organisation.ts'
import { untilWhole } from './first-replica.ts'
import { bareCopy } from './lib/bare-copy.ts'
import { type Figure, figure } from './lib/figures.ts'

const SALES = 100_000

/** Sales in one transaction, as ingest takes a till's batch in. */
const BATCH = 50

const PATIENCE_MS = 900_000

const PARTS = ['sale', 'sale_line', 'sale_tax', 'sale_tender', 'stock_movement', 'stock_on_hand']

/** A till that was off while its branch made a hundred thousand sales, from its start until it has them all. */
export async function catchUp(): Promise<Figure[]> {
  const branch = await openBranch({ sales: 1000, demand: 0 })
  try {
    const till = await branch.addTill(0)
    const hands = await layHandsOn(await till.start())
    await untilWhole(hands)
    hands.close()
    await till.stop()
    await addSales(branch.databaseUrl, { count: SALES, first: 1001, perTransaction: BATCH })
    const bare = await bareCopy(branch.databaseUrl, MARKET.id, (table) => PARTS.includes(table))
    const from = performance.now()
    await till.start()
    const db = new Database(till.databaseFile, { readonly: true })
    const total = db.prepare('select sale_count from register_total').pluck()
    await until('the last sale', () => total.get() === SALES + 1000, PATIENCE_MS)
    const took = performance.now() - from
    db.close()
    return [
      figure(
        `catch-up ${SALES / 1000}k sales`,
        took / 1000,
        bare.ms / 1000,
        { text: '≤ 4× a bare copy of the same rows', met: took <= 4 * bare.ms },
        's',
      ),
      figure(
        'catch-up memory',
        till.peakMemory(),
        300,
        { text: '≤ 300 MB', met: till.peakMemory() <= 300 },
        'MB',
      ),
    ]
  } finally {
    await branch.close()
  }
}
