import { tokensOf } from '../desktop/till/counter/search.ts'
import type { ProductRow } from '../domain/catalogue/product.ts'
import { createRandom } from '../forecast-models/random.ts'
import { openBenchTill } from './lib/bench-till.ts'
import { MILLION, manyProducts, realProducts } from './lib/catalogue.ts'
import { type Figure, figure, percentile } from './lib/figures.ts'

const QUERIES = 1500

/** What people type: the first letters of one or two words of a real name. */
function typedTexts(products: readonly ProductRow[]): string[] {
  const random = createRandom(7)
  return Array.from({ length: QUERIES }, () => {
    const { name } = products[Math.floor(random() * products.length)] as ProductRow
    const words = name.split(/[\s,]+/).filter((word) => word.length > 2)
    const first = (words[0] ?? name).slice(0, 1 + Math.floor(random() * 6))
    return random() < 0.3 && words[1] ? `${first} ${words[1].slice(0, 3)}` : first
  })
}

async function measure(label: string, products: ProductRow[], goalMs: number): Promise<Figure[]> {
  const bench = await openBenchTill(products)
  // As many matches as the till ranks, but no row of theirs, and in no order that means anything.
  const alone = bench.db.prepare('select rowid from product_search where product_search match ? limit 100')
  const ours: number[] = []
  const limits: number[] = []
  for (const text of typedTexts(products)) {
    const match = tokensOf(text)
      .map((token) => `"${token}"*`)
      .join(' ')
    const runs = [
      { times: ours, run: () => bench.till.search(text, 20) },
      { times: limits, run: () => alone.all(match) },
    ]
    // Whoever goes first finds the pages for the other.
    for (const { times, run } of ours.length % 2 === 0 ? runs : runs.toReversed()) {
      const from = performance.now()
      run()
      times.push(performance.now() - from)
    }
  }
  bench.close()
  const [p50, bare50] = [percentile(ours, 0.5), percentile(limits, 0.5)]
  const [p95, bare95] = [percentile(ours, 0.95), percentile(limits, 0.95)]
  return [
    figure(`search ${label} p50`, p50, bare50, {
      text: '≤ 1.5× the FTS5 query alone',
      met: p50 <= 1.5 * bare50,
    }),
    figure(`search ${label} p95`, p95, bare95, { text: `p95 ≤ ${goalMs} ms`, met: p95 <= goalMs }),
  ]
}

/** Search as people type, against the bare FTS5 query for the same words. */
export async function search({ large }: { large: boolean }): Promise<Figure[]> {
  const small = await measure('21k', await realProducts(), 10)
  return large ? [...small, ...(await measure('1M', await manyProducts(MILLION), 30))] : small
}
