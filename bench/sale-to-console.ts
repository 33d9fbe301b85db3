import { minor } from '../domain/money.ts'
import { layHandsOn, sellForCash } from '../e2e/support/hands.ts'
import { startProduct } from '../e2e/support/product.ts'
import { untilTheySell } from '../e2e/support/replica.ts'
import { launch, openWindow } from '../e2e/till-screen/window.ts'
import { DEMO_STAFF } from '../scripts/demo/organisation.ts'
import { type Figure, figure, percentile } from './lib/figures.ts'

const SALES = 100
const DOLIPRANE = '3400935955838'

/** Runs in the page: notes when each receipt number was first seen on it, ms since the epoch. */
function watchReceipts(): void {
  const page = globalThis as unknown as { receipts: Record<string, number> }
  page.receipts = {}
  const look = () => {
    for (const [, number = ''] of document.body.innerText.matchAll(/Receipt (\d+)/g)) {
      page.receipts[number] ??= Date.now()
    }
  }
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true })
}

/** A plain read of the health page from the same browser, ms. */
async function readOnce(url: string): Promise<number> {
  const from = performance.now()
  await (await fetch(url)).text()
  return performance.now() - from
}

/** From a sale's commit at a till to its line on the console's page, open all the time; the limit is one request. */
export async function saleToConsole(): Promise<Figure[]> {
  const product = await startProduct()
  const browser = await launch()
  try {
    const till = await product.addTill()
    await untilTheySell([till])
    const { page } = await openWindow(browser, `${product.serverUrl}/console/`)
    await page.getByRole('button', { name: /Sophie Girard/ }).click()
    await page.getByRole('article').first().waitFor()
    await page.evaluate(watchReceipts)
    const hands = await layHandsOn(till.url)
    await hands.do('operator.unlock', { pin: DEMO_STAFF[1]?.pin ?? '' })
    await hands.do('session.open', { float: minor(10_000) })
    const times: number[] = []
    const limits: number[] = []
    for (let i = 0; i < SALES; i++) {
      limits.push(await page.evaluate(readOnce, `${product.serverUrl}/v1/health`))
      const number = await sellForCash(hands, [DOLIPRANE])
      const committed = Date.now()
      const seen = await page.waitForFunction(
        (wanted) => (globalThis as unknown as { receipts: Record<string, number> }).receipts[wanted],
        String(number),
        { timeout: 10_000 },
      )
      times.push(Math.max(0, Number(await seen.jsonValue()) - committed))
    }
    hands.close()
    const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)]
    const limit = percentile(limits, 0.5)
    return [
      figure('sale-to-console p50', p50, limit, { text: 'p50 ≤ 250 ms', met: p50 <= 250 }),
      figure('sale-to-console p99', p99, limit, { text: 'p99 ≤ 1000 ms', met: p99 <= 1000 }),
    ]
  } finally {
    await browser.close()
    await product.close()
  }
}
