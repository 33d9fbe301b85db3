import { openBranch } from '../e2e/support/branch.ts'
import { type Hands, layHandsOn, sellForCash } from '../e2e/support/hands.ts'
import { openDrawer, untilWhole } from './first-replica.ts'
import { type Figure, figure, percentile } from './lib/figures.ts'

const DOLIPRANE = '3400935955838'

/** Sales taken on the idle till. */
const QUIET = 1000

/** How long a sale of one pack takes, scan to paid, as the screen sees it, ms. */
async function timeSale(hands: Hands): Promise<number> {
  const from = performance.now()
  await sellForCash(hands, [DOLIPRANE])
  return performance.now() - from
}

/** Sales while the first replica loads, from the first that is possible to its last row, against the same on the idle till. */
export async function saleDuringLoad(): Promise<Figure[]> {
  const branch = await openBranch({ sales: 30_000, demand: 150_000 })
  try {
    const till = await branch.addTill(0)
    const hands = await layHandsOn(await till.start())
    await openDrawer(hands)
    const loading: number[] = []
    while (hands.see('till')?.loading !== null) loading.push(await timeSale(hands))
    await untilWhole(hands)
    const quiet: number[] = []
    while (quiet.length < QUIET) quiet.push(await timeSale(hands))
    hands.close()
    const [p50, quiet50] = [percentile(loading, 0.5), percentile(quiet, 0.5)]
    const [p99, quiet99] = [percentile(loading, 0.99), percentile(quiet, 0.99)]
    return [
      figure('sale-during-load p50', p50, quiet50, {
        text: 'p50 ≤ 50 ms over quiet',
        met: p50 <= quiet50 + 50,
      }),
      figure('sale-during-load p99', p99, quiet99, {
        text: 'p99 ≤ 50 ms over quiet',
        met: p99 <= quiet99 + 50,
      }),
    ]
  } finally {
    await branch.close()
  }
}
