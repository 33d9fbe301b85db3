import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEMO_STAFF, MARKET } from '../scripts/demo/organisation.ts'
import { tillRows, untilTillsEqualServer } from './support/compare.ts'
import { DOLIPRANE, FENOFIBRATE } from './support/packs.ts'
import { type Product, startProduct, type TestTill } from './support/product.ts'
import { untilTheySell } from './support/replica.ts'
import { until } from './support/until.ts'
import { launch, openWindow, type TillWindow } from './till-screen/window.ts'

const ANASTROZOLE = '3400949497294'
/** Not reimbursable, so at 10 % VAT, and without a published price: head office sets one below. */
const HUMEX = '3400937688369'

const person = (role: string) => DEMO_STAFF.find((each) => each.role === role && each.branchId === MARKET.id)

const unlock = async (window: TillWindow, role: string) => {
  await window.page.getByText('Type your PIN').waitFor()
  await window.type(String(person(role)?.pin))
  await window.keys('Enter')
  await window.page
    .getByText(String(person(role)?.name))
    .first()
    .waitFor()
}

const openDrawer = async (window: TillWindow, float: string) => {
  await window.page.getByLabel('Float in the drawer').waitFor()
  await window.type(float)
  await window.keys('Enter')
  await window.page.getByText('Scan an item or type its name').first().waitFor()
}

const count = async (page: Page, pieces: Record<string, string>) => {
  for (const [denomination, quantity] of Object.entries(pieces)) {
    await page.getByLabel(denomination, { exact: true }).fill(quantity)
  }
}

describe('a Saturday at the counter', () => {
  let product: Product
  let browser: Browser
  let first: TestTill
  let second: TestTill
  let counter: TillWindow
  let other: TillWindow
  /** Head office's page, opened once and never reloaded. */
  let office: TillWindow

  beforeAll(async () => {
    product = await startProduct()
    browser = await launch()
    const unpriced = await product.db
      .selectFrom('product')
      .select('cip13')
      .where('vat_rate_bp', '=', 1000)
      .where('cip13', '=', HUMEX)
      .execute()
    expect(unpriced).toHaveLength(1)
    await product.db.updateTable('product').set({ price: 599 }).where('cip13', '=', HUMEX).execute()
    first = await product.addTill()
    second = await product.addTill()
    counter = await openWindow(browser, first.url)
    other = await openWindow(browser, second.url)
    office = await openWindow(browser, `${product.serverUrl}/console/`)
    await office.page.getByRole('button', { name: /Sophie Girard/ }).click()
    await branchCard().getByText('€0.00', { exact: true }).first().waitFor()
    await untilTheySell([first, second])
    for (const till of [first, second]) expect(tillRows(till.databaseFile).product).toHaveLength(20_895)
  }, 180_000)

  afterAll(async () => {
    await browser?.close()
    await product?.close()
  })

  const branchCard = () => office.page.getByRole('article').filter({ hasText: MARKET.name })

  it('rings three packs for cash, and the paper says so', async () => {
    await unlock(counter, 'cashier')
    await openDrawer(counter, '150')
    for (const code of [DOLIPRANE, FENOFIBRATE, HUMEX]) await counter.scan(code)
    // 2.18 + 2.56 + 5.99 = 10.73
    await counter.page.getByText('10.73').first().waitFor()
    await counter.keys('F12')
    await counter.type('20')
    await counter.keys('Enter')
    // 20.00 - 10.73 = 9.27
    await counter.page.getByText('9.27').first().waitFor()
    const receipt = await until('the receipt', () => first.printer.receipts()[0])
    const paper = receipt.lines.join('\n')
    expect(paper).toContain('Pharmacie du Marché')
    expect(paper).toContain('DOLIPRANE 1000 mg, comprimé')
    expect(paper).toMatch(/TOTAL\s+10,73 €/)
    expect(paper).toMatch(/Espèces \(reçu\)\s+20,00 €/)
    expect(paper).toMatch(/Rendu\s+9,27 €/)
    // 2.1 %: 2.18 + 2.56 = 4.74; 4.74 / 1.021 = 4.6425 -> 4.64 net, 0.10 VAT.
    expect(paper).toMatch(/2,1 %\s+4,64\s+0,10\s+4,74/)
    // 10 %: 5.99 / 1.1 = 5.4454 -> 5.45 net, 0.54 VAT.
    expect(paper).toMatch(/10 %\s+5,45\s+0,54\s+5,99/)
    expect(first.printer.drawer.pulses).toBe(1)
    const { event_hash } = await until('the sale at head office', () =>
      product.db.selectFrom('sale').select('event_hash').where('receipt_number', '=', 1).executeTakeFirst(),
    )
    expect(paper).toContain(event_hash.slice(0, 8).toUpperCase())
  })

  it('shows the sale on the page that head office has open', async () => {
    await branchCard().getByText('€10.73', { exact: true }).waitFor({ timeout: 5000 })
    const sessions = office.page.getByRole('table', { name: 'Cash sessions' })
    await sessions.getByText('Open since').first().waitFor()
  })

  it('shows the sale at the other till', async () => {
    await until('the sale at the second till', () => tillRows(second.databaseFile).sale?.length === 1)
    expect(tillRows(second.databaseFile).sale_line).toHaveLength(3)
  })

  it('goes on selling at both tills while the line is down', async () => {
    product.line.cut()
    await counter.page.getByText(/Offline since/).waitFor()
    for (const _ of [1, 2]) await counter.scan(DOLIPRANE)
    await counter.page.getByText('4.36').first().waitFor()
    await counter.keys('F12', 'Enter')
    await until('the second receipt', () => first.printer.receipts().length === 2)
    await unlock(other, 'cashier')
    await openDrawer(other, '100')
    await other.scan(ANASTROZOLE)
    await other.page.getByText('25.36').first().waitFor()
    await other.keys('F9')
    await until('the receipt at the second till', () => second.printer.receipts().length === 1)
    expect(second.printer.receipts()[0]?.lines.join('\n')).toMatch(/TOTAL\s+25,36 €/)
    expect(second.printer.drawer.pulses).toBe(0)
  })

  it('closes the drawer offline, blind, 4.50 short', async () => {
    await counter.keys('Control+l')
    await unlock(counter, 'pharmacist')
    await counter.keys('F10', '7')
    // Float 150.00 + 10.73 + 4.36 = 165.09 expected; 3 × 50 + 10 + 0.50 + 0.05 + 2 × 0.02 = 160.59 counted.
    expect(await counter.page.getByText('165.09').count()).toBe(0)
    await count(counter.page, {
      'How many of €50.00': '3',
      'How many of €10.00': '1',
      'How many of €0.50': '1',
      'How many of €0.05': '1',
      'How many of €0.02': '2',
    })
    await counter.page.getByRole('button', { name: 'Close the drawer' }).last().click()
    await counter.page.getByText(/Short/).first().waitFor()
    expect(await counter.page.getByTestId('variance').textContent()).toMatch(/Short.*4\.50/s)
    const z = await until('the Z report', () => first.printer.receipts()[2])
    const paper = z.lines.join('\n')
    expect(paper).toMatch(/165,09/)
    expect(paper).toMatch(/160,59/)
    expect(paper).toMatch(/-\s?4,50/)
    expect(first.printer.receipts()).toHaveLength(3)
  })

  it('brings both tills and head office to the same rows when the line returns', async () => {
    product.line.restore()
    await until(
      'every journal to arrive',
      async () => {
        const heads = await product.db.selectFrom('device_head').select('seq').execute()
        // Till 1: opened, two sales, closed. Till 2: opened, one sale.
        return (
          heads
            .map((head) => head.seq)
            .sort()
            .join() === '2,4'
        )
      },
      30_000,
    )
    const server = await untilTillsEqualServer(product.db, MARKET.id, [first, second])
    for (const till of [first, second]) expect(tillRows(till.databaseFile)).toEqual(server)
    expect(server.sale?.map((sale) => sale.total).sort()).toEqual([1073, 2536, 436])
    expect(server.cash_session?.find((session) => session.z_number === 1)).toMatchObject({
      opening_float: 15_000,
      expected: 16_509,
      counted: 16_059,
      variance: -450,
      sale_count: 2,
      gross_total: 1509,
    })
    expect(await product.db.selectFrom('journal_alarm').selectAll().execute()).toEqual([])
  })

  it('shows head office all three sales and the variance, without a reload', async () => {
    // 10.73 + 4.36 + 25.36 = 40.45
    await branchCard().getByText('€40.45', { exact: true }).waitFor()
    const closed = office.page
      .getByRole('table', { name: 'Cash sessions' })
      .getByRole('row')
      .filter({ hasText: 'Short' })
    expect((await closed.textContent())?.replaceAll('−', '-')).toMatch(
      /150\.00.*165\.09.*160\.59.*-4\.50|150\.00.*160\.59.*165\.09.*-4\.50/,
    )
  })

  it('takes up at one till what was parked at the other', async () => {
    await counter.keys('Enter')
    await openDrawer(counter, '150')
    for (const code of [DOLIPRANE, FENOFIBRATE]) await counter.scan(code)
    // 2.18 + 2.56
    await counter.page.getByTestId('total').getByText('€4.74').waitFor()
    await counter.type('Mme Dupont')
    await counter.keys('F3')
    await counter.page.getByText('Sale parked, 2 items').waitFor()
    await until('the parked sale at the other till', () =>
      tillRows(second.databaseFile).parked_basket?.some(({ label }) => label === 'Mme Dupont'),
    )
    await other.keys('F3')
    await other.page.getByRole('option').getByText('Mme Dupont').waitFor()
    await other.keys('Enter')
    await other.page.getByTestId('total').getByText('€4.74').waitFor()
    await other.keys('F12')
    await other.type('5')
    await other.keys('Enter')
    // 5.00 − 4.74
    await other.page.getByTestId('change').getByText('€0.26').waitFor()
    await until('its sale to be at the first till', () => tillRows(first.databaseFile).sale?.length === 4)
  })

  it('closes a dead till’s drawer from its neighbour, and adds what comes late', async () => {
    product.line.cut()
    await other.page.getByText(/Offline since/).waitFor()
    await other.scan(DOLIPRANE)
    await other.page.getByTestId('total').getByText('€2.18').waitFor()
    await other.keys('F12', 'Enter')
    await other.page.getByText('The next scan starts the next sale').waitFor()
    await second.kill()
    product.line.restore()
    await counter.keys('F10', '8', '1')
    // Float 100.00 + 4.74 are expected here; 2.18 more lie there, which nobody else can know of yet.
    await count(counter.page, {
      'How many of €100.00': '1',
      'How many of €5.00': '1',
      'How many of €1.00': '1',
      'How many of €0.50': '1',
      'How many of €0.20': '2',
      'How many of €0.02': '1',
    })
    await counter.page.getByRole('button', { name: 'Close that drawer' }).click()
    // That till was at work minutes ago, by all that is known here: a second person says that it is dead.
    await counter.page.locator('[name=second-pin]').focus()
    await counter.type(String(person('cashier')?.pin))
    await counter.keys('Enter')
    await until(
      'the difference',
      async () => (await counter.page.getByTestId('variance').textContent()) === 'Over €2.18',
    )
    const z = await until('its Z report', () =>
      first.printer
        .receipts()
        .map(({ lines }) => lines.join('\n'))
        .find((paper) => paper.includes('Clôturé depuis un autre poste')),
    )
    // 25.36 by card and 4.74 in cash.
    expect(z).toMatch(/30,10/)
    expect(z).toMatch(/104,74/)

    await second.start()
    await other.page.goto(second.url)
    await unlock(other, 'pharmacist')
    await openDrawer(other, '50')
    const late = await until('the addendum', () =>
      second.printer
        .receipts()
        .map(({ lines }) => lines.join('\n'))
        .find((paper) => paper.includes('ADDITIF AU Z 1 - 1')),
    )
    expect(late).toMatch(/2,18/)
    const [addendum] = await until('the addendum at head office', async () => {
      const rows = await product.db.selectFrom('z_addendum').selectAll().execute()
      return rows.length === 1 ? rows : null
    })
    // 104.74 + 2.18 were to be there, and were.
    expect(addendum).toMatchObject({
      sale_count: 1,
      gross_total: 218,
      cash: 218,
      expected: 10_692,
      variance: 0,
    })
  })

  it('leaves journals that verify, at the server and at the tills', async () => {
    const verify = (source: string) =>
      promisify(execFile)(process.execPath, ['sync-server/audit/main.ts', 'verify', source])
    for (const source of [product.databaseUrl, first.databaseFile, second.databaseFile]) {
      const { stdout } = await verify(source)
      expect(stdout).toContain('chain, hashes and signatures hold')
      expect(stdout).not.toContain('BROKEN')
    }
  })
})
