import { AxeBuilder } from '@axe-core/playwright'
import Database from 'better-sqlite3'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { TEST_PRODUCTS } from '../../desktop/till/test-products.ts'
import { isVoucherCode } from '../../domain/customer/voucher-code.ts'
import { minor } from '../../domain/money.ts'
import { DEMO_STAFF, MARKET } from '../../scripts/demo/organisation.ts'
import { type Hands, layHandsOn, sellForCash } from '../support/hands.ts'
import { type Product, startProduct, type TestTill } from '../support/product.ts'
import { untilTheySell } from '../support/replica.ts'
import { until } from '../support/until.ts'
import { launch } from '../till-screen/window.ts'

/** A folder to look at what the tests see, while one works on it. */
const SHOTS = process.env.SHOTS

/** In the catalogue at 1.16. */
const DOLIPRANE = '3400935955838'

let product: Product
let till: TestTill
let hands: Hands
let browser: Browser
let page: Page

beforeAll(async () => {
  product = await startProduct({ products: TEST_PRODUCTS })
  till = await product.addTill()
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
    [1280, 'light', 'en'],
    [1280, 'dark', 'de'],
    [1024, 'dark', 'fr'],
    [1024, 'light', 'de'],
  ] as const) {
    await page.setViewportSize({ width, height: width === 1280 ? 800 : 768 })
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

const person = (role: string) => {
  const found = DEMO_STAFF.find((each) => each.role === role && each.branchId === MARKET.id)
  if (!found?.pin) throw new Error(`the demo has no ${role}`)
  return { ...found, pin: found.pin }
}

/** What the till's file holds of somebody's PIN. */
function pinHash(staffId: string): unknown {
  const db = new Database(till.databaseFile, { readonly: true })
  try {
    return db.prepare('select pin_hash from staff_pin where staff_id = ?').pluck().get(staffId)
  } finally {
    db.close()
  }
}

it('a new PIN is set by keyboard alone; the till opens with it, and with the old one no more', async () => {
  const cashier = person('cashier')
  await page.getByRole('link', { name: 'Staff & tills' }).click()
  const edit = page.getByRole('button', { name: `Edit ${cashier.name}` })
  await edit.focus()
  const old = pinHash(cashier.id)
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key)
  }
  await press('Enter')
  const focused = page.locator(':focus')
  await until('the name to be typed in', async () => (await focused.inputValue()) === cashier.name)
  await press('Tab', 'Tab', 'Tab')
  await page.keyboard.type('1234')
  await press('Tab')
  await page.keyboard.type('3691')
  await press('Enter')
  await page.getByText('Easily guessed: choose digits neither all alike nor in a row.').waitFor()
  await press('Shift+Tab', 'Control+a')
  await page.keyboard.type('3961')
  await page.getByText('This is another PIN. Type the same one twice.').waitFor()
  expect(await focused.getAttribute('type')).toBe('password')
  await look('team-person')
  await press('Control+a')
  await page.keyboard.type('3691')
  await press('Enter')
  await page.getByText(`${cashier.name} is saved.`).waitFor()
  expect(await focused.getAttribute('aria-label')).toBe(`Edit ${cashier.name}`)
  await until('the new PIN at the till', () => pinHash(cashier.id) !== old)
  await expect(hands.do('operator.unlock', { pin: cashier.pin })).rejects.toThrow('wrong-pin')
  expect(await hands.do('operator.unlock', { pin: '3691' })).toMatchObject({ name: cashier.name })
})

it('a role that is taken away counts at the till at once, and is given back', async () => {
  const { name, pin } = person('pharmacist')
  await hands.do('operator.unlock', { pin })
  await hands.do('session.x-report', {})
  await page.getByRole('button', { name: `Edit ${name}` }).click()
  await page.getByLabel('Role').selectOption('Cashier')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText(`${name} is saved.`).waitFor()
  await until('the role at the till', () => hands.see('operator')?.role === 'cashier')
  await expect(hands.do('session.x-report', {})).rejects.toThrow('not-allowed')
  await page.getByRole('button', { name: 'Undo' }).click()
  await until('the role to be back', () => hands.see('operator')?.role === 'pharmacist')
  await page.getByText(`${name} is as before.`).waitFor()
  await page.getByRole('button', { name: `Edit ${name}` }).click()
  const changed = page.getByRole('region', { name: `Edit ${name}` }).getByRole('listitem')
  await changed.filter({ hasText: 'Cashier → Pharmacist' }).getByText('Sophie Girard').waitFor()
  await changed.filter({ hasText: 'Pharmacist → Cashier' }).waitFor()
  await look('team-history')
  await page.keyboard.press('Escape')
})

it('a person is added with a sign-in of their own, and asked to make good what is wrong', async () => {
  await page.getByRole('button', { name: 'Add a person' }).click()
  const form = page.getByRole('region', { name: 'Add a person' })
  await form.getByRole('button', { name: 'Save' }).click()
  await form.getByText('Give a name, 80 characters at most.').waitFor()
  await form.getByLabel('Name').fill('Nora Petit')
  await form.getByLabel('Role').selectOption('Branch manager')
  await form.getByText('Choose a branch.').waitFor()
  await form.getByRole('combobox').nth(1).selectOption(MARKET.name)
  await form.getByLabel(/^Console sign-in/).fill('nora')
  await form.getByText('Type it as Clerk has it: user_…').waitFor()
  await form.getByLabel(/^Console sign-in/).fill('user_2nora')
  await form.getByLabel('New PIN').fill(person('pharmacist').pin)
  await form.getByLabel('PIN again').fill(person('pharmacist').pin)
  await form.getByRole('button', { name: 'Save' }).click()
  await form.getByText('Somebody at this branch has this PIN.').waitFor()
  await look('team-add')
  await form.getByLabel('New PIN').fill('')
  await form.getByLabel('PIN again').fill('')
  await form.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Nora Petit is saved.').waitFor()
  const staff = page.getByRole('table', { name: 'Staff' })
  await staff
    .getByRole('row', { name: /Nora Petit/ })
    .getByText('None yet')
    .waitFor()
})

it('who leaves loses the console that they have open, after a warning of what that leaves undone', async () => {
  const { name } = person('branch_manager')
  const context = await browser.newContext({ locale: 'en-GB' })
  const theirs = await context.newPage()
  await theirs.goto(`${product.serverUrl}/console/`)
  await theirs.getByRole('button', { name: new RegExp(name) }).click()
  await theirs.getByRole('article').first().waitFor()
  await page.getByRole('button', { name: `End the access of ${person('pharmacist').name}` }).click()
  await page.getByRole('button', { name: 'End access' }).waitFor()
  expect(await page.getByText('After this, nobody').count()).toBe(0)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: `End the access of ${name}` }).click()
  await look('team-end')
  await page.getByRole('button', { name: 'End access' }).click()
  await page.getByText(`${name} has left.`).waitFor()
  await theirs.getByText('Your session has ended. Sign in again.').waitFor()
  await context.close()
  await page.getByRole('button', { name: `End the access of ${person('pharmacist').name}` }).click()
  await page.getByText(`After this, nobody at ${MARKET.name} can close a drawer.`).waitFor()
  await page.keyboard.press('Escape')
})

it('a till that is revoked says so and goes on selling, and sends it all once that is taken back', async () => {
  await page.getByRole('button', { name: `Revoke ${MARKET.name} · Comptoir 1` }).click()
  await page.getByLabel('Why').selectOption('Stolen')
  await page.getByLabel('Note (may stay blank)').fill('Break-in')
  await look('team-revoke')
  await page.getByRole('button', { name: 'Revoke', exact: true }).last().click()
  await page.getByText(`${MARKET.name} · Comptoir 1 is revoked.`).waitFor()
  await until('the till to hear of it', () => {
    const sync = hands.see('status')?.sync
    return sync?.state === 'offline' && sync.cause === 'revoked'
  })
  const screen = await page.context().newPage()
  await screen.goto(till.url)
  await screen.getByText(/^Revoked by head office/).waitFor()
  const receipt = await sellForCash(hands, [DOLIPRANE])
  await screen.getByText('1 sale waiting').waitFor()
  if (SHOTS) await screen.screenshot({ path: `${SHOTS}/till-revoked.png` })
  await screen.close()
  await page.getByRole('table', { name: 'Tills' }).getByText('Stolen · Break-in · Sophie Girard').waitFor()
  await look('team')
  await page.getByRole('button', { name: `Replace ${MARKET.name} · Comptoir 1` }).click()
  await page.getByRole('button', { name: 'Make a code' }).click()
  await page.getByText(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/).waitFor()
  await look('team-enrol')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: `Use ${MARKET.name} · Comptoir 1 again` }).click()
  await page.getByText(`${MARKET.name} · Comptoir 1 is in use again.`).waitFor()
  const sold = product.db.selectFrom('sale').where('receipt_number', '=', receipt).select('id')
  await until('the sale at head office', async () => (await sold.execute()).length === 1)
})

it.each(['prices', 'customers', 'branches', 'team'])('%s has no accessibility fault', async (area) => {
  await page.goto(`${product.serverUrl}/console/#${area}`)
  await page.getByRole('navigation').waitFor()
  await page.getByRole('heading', { level: 2 }).first().waitFor()
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
})
