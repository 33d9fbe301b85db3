import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { seedTill, TEST_STAFF } from '../desktop/till/test-fixtures.ts'
import type { ProductRow } from '../domain/catalogue/product.ts'
import { launch as launchBrowser, openWindow } from '../e2e/till-screen/window.ts'
import { launch, stopProcess } from '../scripts/stack/processes.ts'
import { freePort } from '../sync-server/database/embedded-postgres.ts'
import { realProducts } from './lib/catalogue.ts'
import { type Figure, figure, percentile } from './lib/figures.ts'
import { watchEnter, watchPaint } from './lib/painted.ts'

const SCANS = 120
const FRAMES = 60

const root = fileURLToPath(new URL('../', import.meta.url))

/** Runs in the page: the length of its frames while nothing happens, ms. */
async function idleFrames(count: number): Promise<number[]> {
  const times: number[] = []
  let last = await new Promise<number>(requestAnimationFrame)
  for (let i = 0; i < count; i++) {
    const at = await new Promise<number>(requestAnimationFrame)
    times.push(at - last)
    last = at
  }
  return times
}

/** From the Enter of a wedge scan to the painted line, in Chromium, with the real catalogue; the limit is a frame. */
export async function scanToPaint(): Promise<Figure[]> {
  const ui = join(root, 'dist/till-ui')
  if (!existsSync(join(ui, 'index.html')))
    throw new Error('the till UI is not built: npm run build:till-ui first')
  const dir = mkdtempSync(join(tmpdir(), 'pharmasaas-bench-'))
  const products = await realProducts()
  await seedTill(dir, products)
  const till = launch({
    name: 'till',
    command: [
      process.execPath,
      join(root, 'desktop/till/main.ts'),
      ...['--data', dir, '--port', String(await freePort()), '--ui', ui],
    ],
    logFile: join(dir, 'till.log'),
  })
  const browser = await launchBrowser()
  try {
    const window = await openWindow(browser, await till.ready)
    await window.page.addInitScript(watchEnter)
    await window.page.reload()
    await window.page.getByText('Type your PIN').waitFor()
    await window.type(TEST_STAFF.cashier.pin)
    await window.keys('Enter')
    await window.page.getByLabel('Float in the drawer').waitFor()
    await window.type('150')
    await window.keys('Enter')
    await window.page.getByText('Scan an item or type its name').first().waitFor()
    const frames = await window.page.evaluate(idleFrames, FRAMES)
    await window.page.evaluate(watchPaint)
    const priced = products.filter((product: ProductRow) => product.price && product.status === 'active')
    for (let i = 0; i < SCANS; i++) {
      await window.scan(priced[(i * 97) % priced.length]?.cip13 ?? '')
      await window.page.waitForFunction(
        (n) => (globalThis as unknown as { painted: number[] }).painted.length > n,
        i,
      )
    }
    const painted = await window.page.evaluate(() => (globalThis as unknown as { painted: number[] }).painted)
    const frame = percentile(frames, 0.5)
    const [p50, p95] = [percentile(painted, 0.5), percentile(painted, 0.95)]
    return [
      figure('scan-to-paint p50', p50, frame, { text: 'one frame is the limit', met: p50 <= 50 }),
      figure('scan-to-paint p95', p95, frame, { text: 'p95 ≤ 50 ms end to end', met: p95 <= 50 }),
    ]
  } finally {
    await browser.close()
    await stopProcess(till)
    rmSync(dir, { recursive: true, force: true })
  }
}
