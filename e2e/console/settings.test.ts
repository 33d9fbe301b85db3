import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { TEST_PRODUCTS } from '../../desktop/till/test-products.ts'
import { isVoucherCode } from '../../domain/customer/voucher-code.ts'
import { minor } from '../../domain/money.ts'
import { DEMO_STAFF, MARKET } from '../../scripts/demo/organisation.ts'
import { type Hands, layHandsOn } from '../support/hands.ts'
import { type Product, startProduct } from '../support/product.ts'
import { untilTheySell } from '../support/replica.ts'
import { until } from '../support/until.ts'
import { launch } from '../till-screen/window.ts'

/** A folder to look at what the tests see, while one works on it. */
const SHOTS = process.env.SHOTS

/** In the catalogue at 1.16. */
const DOLIPRANE = '3400935955838'

let product: Product
let hands: Hands
let browser: Browser
let page: Page

beforeAll(async () => {
  product = await startProduct({ products: TEST_PRODUCTS })
  const till = await product.addTill()
  browser = await launch()
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1440, height: 900 } })
  page = await context.newPage()
  await page.goto(`${product.serverUrl}/console/#prices`)
  await page.getByRole('button', { name: /Sophie Girard/ }).click()
  await untilTheySell([till], 60_000, TEST_PRODUCTS.length)
  hands = await layHandsOn(till.url)
  const pin = DEMO_STAFF.find((each) => each.role === 'pharmacist' && each.branchId === MARKET.id)?.pin ?? ''
  await hands.do('operator.unlock', { pin })
  await hands.do('session.open', { float: minor(10_000) })
})

afterAll(async () => {
  hands?.close()
  await browser?.close()
  await product?.close()
})

async function look(name: string): Promise<void> {
  if (!SHOTS) return
  for (const [width, colorScheme, language] of [
    [1440, 'light', 'en'],
    [1024, 'dark', 'fr'],
    [1024, 'light', 'de'],
  ] as const) {
    await page.setViewportSize({ width, height: width === 1440 ? 900 : 768 })
    await page.emulateMedia({ colorScheme })
    await page.locator('header select').first().selectOption(language)
    await page.screenshot({ path: `${SHOTS}/${name}-${width}-${language}.png`, fullPage: true })
  }
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.locator('header select').first().selectOption('en')
}

const add = async (code: string) => {
  await page.getByLabel('Add a product: name or code').fill(code)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: /^Add DOLIPRANE/ }).click()
}

/** What one more pack costs at the till; the basket is empty again afterwards. */
async function scanned(packs: number): Promise<number> {
  for (let i = 0; i < packs; i++) await hands.do('basket.scan', { raw: DOLIPRANE })
  const total = await until('the basket', () => {
    const basket = hands.see('basket')
    return basket?.lines[0]?.quantity === packs ? basket.total : null
  })
  await hands.do('basket.void', {})
  return total
}

const untilScanned = (packs: number, total: number) =>
  until(`${packs} packs at ${total}`, async () => ((await scanned(packs)) === total ? true : null))

it('a price list shows what a till will charge, says what is wrong by its field, and reaches the till', async () => {
  await page.getByRole('button', { name: 'New price list' }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Give it a name, 80 characters at most.').waitFor()
  await page.getByText('Add at least one product.').waitFor()
  await page.getByLabel('Name', { exact: true }).fill('Spring')
  await add(DOLIPRANE)
  const row = page.getByRole('listitem').filter({ hasText: 'DOLIPRANE' })
  await row.getByText('€1.16').first().waitFor()
  await row.getByLabel(/^Price of DOLIPRANE/).fill('1,999')
  await page.getByText('Type an amount such as 12.50.').waitFor()
  await row.getByLabel(/^Price of DOLIPRANE/).fill('0,95')
  await row.getByText('€0.95').waitFor()
  await look('list-form')
  expect(await scanned(1)).toBe(116)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Spring is saved.').waitFor()
  await untilScanned(1, 95)
})

it('a promotion shows what it takes off, reaches the till, and is stopped and taken up again', async () => {
  await page.getByRole('button', { name: 'New promotion' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Three for two')
  await page.getByLabel('Packs paid').fill('3')
  await add(DOLIPRANE)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Fewer than are taken.').waitFor()
  await page.getByLabel('Packs paid').fill('2')
  // 3 × 0.95 = 2.85, of which one pack is free: 1.90.
  const charged = page.getByRole('list', { name: 'A till will charge' })
  await charged.getByText('€1.90').waitFor()
  await charged.getByText('−0.95').waitFor()
  await look('promotion-form')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Three for two is saved.').waitFor()
  await untilScanned(3, 190)
  await page.getByRole('button', { name: 'Stop now: Three for two' }).click()
  await untilScanned(3, 285)
  await page.getByRole('button', { name: 'Undo' }).click()
  await untilScanned(3, 190)
  await look('prices')
})

it('a list is changed where it stands', async () => {
  await page.getByRole('button', { name: 'Edit Spring' }).click()
  const price = page.getByLabel(/^Price of DOLIPRANE/)
  expect(await price.inputValue()).toBe('0.95')
  await page.getByLabel('Last day (blank: no end)').fill('2020-01-01')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The last day is before the first.').waitFor()
  await page.getByLabel('Last day (blank: no end)').fill('')
  await price.fill('2')
  await page.getByRole('button', { name: 'Save' }).click()
  await untilScanned(1, 200)
})

it('a voucher is issued for an amount, taken at the till, and blocked', async () => {
  await page.getByRole('link', { name: 'Customers' }).click()
  await page.getByRole('button', { name: 'New voucher' }).click()
  await page.getByRole('button', { name: 'Issue' }).click()
  await page.getByText('Type an amount such as 25.00, not more than can be.').waitFor()
  await page.getByLabel('Amount (EUR)').fill('1,50')
  await page.getByLabel('Last day (blank: for ever)').fill('2020-01-01')
  await page.getByRole('button', { name: 'Issue' }).click()
  await page.getByText('Choose a day to come, or leave it blank.').waitFor()
  await page.getByLabel('Last day (blank: for ever)').fill('2099-12-31')
  await page.getByRole('button', { name: 'Issue' }).click()
  const code = ((await page.getByText(/^Issued: /).textContent()) ?? '').replace(/\D/g, '')
  expect(isVoucherCode(code)).toBe(true)
  const vouchers = page.getByRole('table', { name: 'Vouchers' })
  await vouchers.getByRole('cell', { name: '1.50' }).waitFor()
  await until('the till to know the voucher', () =>
    hands.do('basket.scan', { raw: code }).then(
      (scanned) => 'voucher' in scanned,
      () => false,
    ),
  )
  await page.getByRole('button', { name: `What moved on ${code}` }).click()
  await page
    .getByRole('region', { name: `What moved on ${code}` })
    .getByText('+1.50')
    .waitFor()
  await look('vouchers')
  await page.getByRole('button', { name: `Block ${code}` }).click()
  await vouchers.getByText('Blocked').waitFor()
})

it('a customer is made with a card that the till knows, changed, and closed', async () => {
  await page.getByRole('button', { name: 'New customer' }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Give a name, 120 characters at most.').waitFor()
  await page.getByLabel('Name', { exact: true }).fill('Renée Petit')
  await page.getByLabel('Loyalty card').fill('é')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('4 to 20 letters, digits or hyphens').waitFor()
  await page.getByLabel('Loyalty card').fill('C-1001')
  await page.getByLabel('Account limit (EUR; blank: none)').fill('150')
  await look('customer-form')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Renée Petit is saved.').waitFor()
  await until('the till to know the card', () =>
    hands.do('basket.scan', { raw: 'C-1001' }).then(
      (scanned) => 'customerId' in scanned,
      () => false,
    ),
  )
  expect(hands.see('basket')?.total).toBe(0)
  await page.getByRole('button', { name: 'Edit Renée Petit' }).click()
  await page.getByRole('radio', { name: 'No longer' }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('table', { name: 'Customers' }).getByText('Closed').waitFor()
})

it('a branch’s limits and rounding are set by keyboard', async () => {
  await page.getByRole('link', { name: 'Branches' }).click()
  const forms = page.getByRole('region', { name: 'Discounts and rounding' })
  const form = forms.getByRole('form', { name: MARKET.name })
  const limit = form.getByLabel('Pharmacist, up to % (usually 20%)')
  await limit.fill('101')
  await page.keyboard.press('Enter')
  await form.getByText('Type a rate from 0 to 100, such as 12.5.').waitFor()
  await limit.fill('12,5')
  await form.getByLabel('VAT is rounded').selectOption('On each line')
  await form.getByLabel('Cash is rounded').selectOption('To €0.50')
  await limit.press('Enter')
  await form.getByText('Saved.').waitFor()
  await look('branches')
  const limits = product.db.selectFrom('discount_limit').select(['role', 'rate_bp'])
  expect(await limits.execute()).toEqual([{ role: 'pharmacist', rate_bp: 1250 }])
})

it.each(['prices', 'customers', 'branches'])('%s has no accessibility fault', async (area) => {
  await page.goto(`${product.serverUrl}/console/#${area}`)
  await page.getByRole('navigation').waitFor()
  await page.getByRole('heading', { level: 2 }).first().waitFor()
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
})
