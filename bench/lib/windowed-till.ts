import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { seedTill, TEST_STAFF } from '../../desktop/till/test-fixtures.ts'
import type { ProductRow } from '../../domain/catalogue/product.ts'
import { launch as launchBrowser, openWindow, type TillWindow } from '../../e2e/till-screen/window.ts'
import { launch, stopProcess } from '../../scripts/stack/processes.ts'
import { freePort } from '../../sync-server/database/embedded-postgres.ts'
import { realProducts } from './catalogue.ts'
import { watchEnter } from './painted.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** A till as its own process with the whole real catalogue, its drawer open, and a Chromium window onto it. */
export interface WindowedTill {
  window: TillWindow
  pid: number | undefined
  /** What can be sold. */
  priced: readonly ProductRow[]
}

async function openDrawer(window: TillWindow): Promise<void> {
  await window.page.addInitScript(watchEnter)
  await window.page.reload()
  await window.page.getByText('Type your PIN').waitFor()
  await window.type(TEST_STAFF.cashier.pin)
  await window.keys('Enter')
  await window.page.getByLabel('Float in the drawer').waitFor()
  await window.type('150')
  await window.keys('Enter')
  await window.page.getByText('Scan an item or type its name').first().waitFor()
}

/**
 * Measures something at such a till, and puts it away.
 * @param products its catalogue; the whole real one when absent
 * @throws Error when the till's screen is not built
 */
export async function atWindowedTill<T>(
  measure: (till: WindowedTill) => Promise<T>,
  products?: ProductRow[],
): Promise<T> {
  const ui = join(root, 'dist/till-ui')
  if (!existsSync(join(ui, 'index.html')))
    throw new Error('the till UI is not built: npm run build:till-ui first')
  const dir = mkdtempSync(join(tmpdir(), 'pharmasaas-bench-'))
  const catalogue = products ?? (await realProducts())
  await seedTill(dir, catalogue)
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
    await openDrawer(window)
    const priced = catalogue.filter((product) => product.price && product.status === 'active')
    return await measure({ window, pid: till.child.pid, priced })
  } finally {
    await browser.close()
    await stopProcess(till)
    rmSync(dir, { recursive: true, force: true })
  }
}
