import { minor } from '../domain/money.ts'
import { openBranch } from '../e2e/support/branch.ts'
import { type Hands, layHandsOn, sellForCash } from '../e2e/support/hands.ts'
import { until } from '../e2e/support/until.ts'
import { DEMO_STAFF, MARKET } from '../scripts/demo/organisation.ts'
import { bareCopy } from './lib/bare-copy.ts'
import { type Figure, figure } from './lib/figures.ts'

const DOLIPRANE = '3400935955838'
const PATIENCE_MS = 600_000
const MEMORY_MB = 300

/** Unlocks the till and opens its drawer as soon as it lets somebody. */
export async function openDrawer(hands: Hands): Promise<void> {
  await until(
    'the till to let somebody in',
    () =>
      hands.do('operator.unlock', { pin: DEMO_STAFF[1]?.pin ?? '' }).then(
        () => true,
        () => false,
      ),
    PATIENCE_MS,
  )
  await hands.do('session.open', { float: minor(10_000) })
}

/** Until the till has all of its rows. */
export const untilWhole = (hands: Hands) =>
  until('the whole replica', () => hands.see('till')?.loading === null, PATIENCE_MS)

/**
 * A till's first replica of a million rows, from its start to its last row, against the same rows by a cursor into
 * the same tables; and from its start to its first sale.
 */
export async function firstReplica(): Promise<Figure[]> {
  const branch = await openBranch({ sales: 70_000, demand: 330_000 })
  try {
    const till = await branch.addTill(0)
    const bare = await bareCopy(branch.databaseUrl, MARKET.id)
    const from = performance.now()
    const hands = await layHandsOn(await till.start())
    await openDrawer(hands)
    await sellForCash(hands, [DOLIPRANE])
    const sold = performance.now() - from
    await untilWhole(hands)
    const whole = performance.now() - from
    const memory = till.peakMemory()
    const cpu = till.cpuTime()
    hands.close()
    const label = `${(bare.rows / 1e6).toFixed(2)}M rows`
    return [
      figure(
        `first-replica ${label}`,
        whole / 1000,
        bare.ms / 1000,
        { text: '≤ 2× a bare copy', met: whole <= 2 * bare.ms },
        's',
      ),
      figure(
        'first-replica CPU',
        cpu / 1000,
        bare.cpuMs / 1000,
        { text: '≤ 2× a bare copy', met: cpu <= 2 * bare.cpuMs },
        's',
      ),
      figure(
        'first-replica to a sale',
        sold / 1000,
        whole / 1000,
        { text: 'with the catalogue', met: sold < whole / 3 },
        's',
      ),
      figure(
        'first-replica memory',
        memory,
        MEMORY_MB,
        { text: `≤ ${MEMORY_MB} MB`, met: memory <= MEMORY_MB },
        'MB',
      ),
    ]
  } finally {
    await branch.close()
  }
}
