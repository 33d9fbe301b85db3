import { sql } from 'kysely'
import type { Page } from 'playwright-core'
import { TEST_PRODUCTS } from '../desktop/till/test-products.ts'
import { startProduct } from '../e2e/support/product.ts'
import { launch, openWindow } from '../e2e/till-screen/window.ts'
import type { ServerDatabase } from '../sync-server/database/pool.ts'
import { type Figure, figure } from './lib/figures.ts'

const SALES = 200_000
const DAYS = 400

/** What nobody waits for gladly, ms. */
const SOON_MS = 3_000

/** What a page may fetch before it shows a chain's day, MB. */
const LIGHT_MB = 5

/** Sales of one euro each, over the days up to today, at the demo's three registers by turns. */
async function fill(db: ServerDatabase): Promise<void> {
  await sql`create temporary table made as
    select gen_random_uuid() as id, r.branch_id, r.id as register_id, n / 3 + 1 as number,
      now() - (${sql.lit(SALES - 1)} - n) * ${sql.lit(DAYS)} * interval '1 day' / ${sql.lit(SALES)} as at
    from generate_series(0, ${sql.lit(SALES - 1)}) n
    join (select id, branch_id, row_number() over (order by id) - 1 as turn from register) r on r.turn = n % 3`.execute(
    db,
  )
  await sql`insert into sale (id, branch_id, register_id, device_id, seq, session_id, cashier_id, receipt_number,
      business_date, completed_at, currency, total, event_hash)
    select id, branch_id, register_id, register_id, number, register_id, register_id, number,
      (at at time zone 'Europe/Paris')::date, at, 'EUR', 100, repeat(md5(id::text), 2) from made`.execute(db)
  await sql`insert into sale_tax (sale_id, branch_id, vat_rate_bp, net, tax, gross)
    select id, branch_id, 210, 98, 2, 100 from made`.execute(db)
  await sql`insert into sale_tender (id, sale_id, branch_id, kind, amount, given, change_given)
    select gen_random_uuid(), id, branch_id, 'cash', 100, 100, 0 from made`.execute(db)
  await sql`analyze`.execute(db)
}

/** Counts what comes over the wire, bytes. */
async function countBytes(page: Page): Promise<() => number> {
  const session = await page.context().newCDPSession(page)
  let bytes = 0
  session.on('Network.dataReceived', ({ encodedDataLength, dataLength }) => {
    bytes += encodedDataLength || dataLength
  })
  await session.send('Network.enable')
  return () => bytes
}

/** Signs in, and waits for the day's figures. @returns how long that took, ms */
async function open(page: Page): Promise<number> {
  const person = page.getByRole('button', { name: /Sophie Girard/ })
  await person.waitFor()
  const from = performance.now()
  await person.click()
  const vat = page.getByRole('article').getByText(/VAT €/)
  await vat.first().waitFor({ timeout: 180_000 })
  return performance.now() - from
}

/** From the sign-in of head office to the day's figures on the page, with two hundred thousand sales behind them. */
export async function consoleOpen(): Promise<Figure[]> {
  const product = await startProduct({ products: TEST_PRODUCTS })
  const browser = await launch()
  try {
    await product.db.connection().execute(fill)
    const { page } = await openWindow(browser, `${product.serverUrl}/console/`)
    const bytes = await countBytes(page)
    // The first one of all has the server take its first snapshots; that is not what a morning is like.
    const first = await open(page)
    await page.getByRole('button', { name: 'Sign out' }).click()
    const before = bytes()
    const ms = await open(page)
    const mb = (bytes() - before) / 1e6
    const soon = (value: number) => ({ text: `≤ ${SOON_MS} ms`, met: value <= SOON_MS })
    return [
      figure('console-open first', first, SOON_MS, soon(first)),
      figure('console-open', ms, SOON_MS, soon(ms)),
      figure('console-open bytes', mb, LIGHT_MB, { text: `≤ ${LIGHT_MB} MB`, met: mb <= LIGHT_MB }, 'MB'),
    ]
  } finally {
    await browser.close()
    await product.close()
  }
}
