import { expect, test } from 'vitest'
import { setStage } from './stage.ts'

/** A folder to look at what the tests see, while one works on it. */
const SHOTS = process.env.SHOTS

const stage = setStage({ window: SHOTS ? { width: 1024, height: 768 } : {} })

const shot = (name: string) => SHOTS && stage.window.page.screenshot({ path: `${SHOTS}/${name}.png` })

const { page } = stage
const total = (text: string) => page().getByTestId('total').getByText(text, { exact: true }).waitFor()
const told = (text: string | RegExp) => page().getByText(text).first().waitFor()
const line = (cip13: string) => page().locator(`[data-line="${cip13}"]`)

const DOLIPRANE = '3400935955838'
const STREPSILS = '3400937412117'
/** No price is published for these. */
const SPEDIFEN = '3400936251892'
const ZYRTECSET = '3400949004775'

const db = () => stage.till.till.context.db
const rows = (sql: string) => db().prepare(sql).all()

const open = () => stage.open('1111')

/** What head office has set meanwhile: every second STREPSILS at half. */
function promote() {
  const [{ id }] = rows(`select id from product where cip13 = '${STREPSILS}'`) as [{ id: string }]
  db()
    .prepare(
      `insert into promotion (id, branch_id, name, valid_from, valid_to, rule)
        values ('0190c000-0000-7000-8000-000000000001', null, 'Second at half price', '2020-01-01', null, ?)`,
    )
    .run(JSON.stringify({ kind: 'second', productIds: [id], rateBp: 5000 }))
  stage.till.till.context.changes.touch('catalogue')
}

test('a promotion applies at the scan, a discount by two keys, and the sale says both', async () => {
  promote()
  await open()
  await stage.window.scan(STREPSILS)
  await total('€7.20')
  // The second at half: 7.20 + 3.60 = 10.80.
  await stage.window.scan(STREPSILS)
  await total('€10.80')
  await line(STREPSILS).getByText('Second at half price').waitFor()
  // 3 × 1.16 = 3.48, less 5 % (0.174) is 3.31.
  for (let i = 0; i < 3; i++) await stage.window.scan(DOLIPRANE)
  await total('€14.28')
  await stage.window.keys('F4')
  await page().waitForSelector('[name=figure]')
  await stage.window.type('5')
  await stage.window.keys('F5')
  await told('now €3.31')
  await shot('discount')
  await stage.window.keys('Enter')
  await total('€14.11')
  await line(DOLIPRANE).getByText('Regular customer').waitFor()
  await shot('discounted')
  // Undone and given again: one key each.
  await stage.window.keys('Control+z')
  await total('€14.28')
  await stage.window.keys('F4')
  await stage.window.type('5')
  await stage.window.keys('F5', 'Enter')
  await total('€14.11')
  await stage.window.keys('F12', 'Enter')
  await page().getByText('The next scan starts the next sale').waitFor()
  // 3.31 / 1.021 = 3.2419 → 3.24 + 0.07; 10.80 / 1.1 = 9.8181 → 9.82 + 0.98
  expect(rows('select vat_rate_bp, net, tax, gross from sale_tax order by vat_rate_bp')).toEqual([
    { vat_rate_bp: 210, net: 324, tax: 7, gross: 331 },
    { vat_rate_bp: 1000, net: 982, tax: 98, gross: 1080 },
  ])
  expect(rows('select scope, rate_bp, amount, reason from sale_discount order by scope')).toEqual([
    { scope: 'line', rate_bp: 500, amount: 17, reason: 'Regular customer' },
    { scope: 'promotion', rate_bp: null, amount: 360, reason: 'Second at half price' },
  ])
})

test('over the limit a second person types their PIN where the first was stopped', async () => {
  await open()
  await stage.window.scan(STREPSILS)
  await total('€7.20')
  // On the whole sale, an amount: 1.00 of 7.20 is more than a cashier’s 5 %.
  await stage.window.keys('F4', 'F4')
  await told('On the whole sale')
  await stage.window.keys('*')
  await told('Discount in €')
  await stage.window.type('1')
  await stage.window.keys('Enter')
  await told('Say why: F5 to F8, or type it.')
  await stage.window.keys('F6', 'Enter')
  await told(/takes off more than 5%.*/)
  await page().waitForSelector('[name=pin]')
  await shot('over-limit')
  await stage.window.type('1111')
  await stage.window.keys('Enter')
  await told('A second person must confirm this.')
  await stage.window.type('2222')
  await stage.window.keys('Enter')
  await total('€6.20')
  await stage.window.keys('F12', 'Enter')
  await page().getByText('The next scan starts the next sale').waitFor()
  const [{ id }] = rows(`select id from staff where role = 'pharmacist'`) as [{ id: string }]
  expect(rows('select amount, reason, approved_by from sale_discount')).toEqual([
    { amount: 100, reason: 'Damaged box', approved_by: id },
  ])
})

test('a price is typed for a line, and cash is rounded where the smallest coins are not in use', async () => {
  db().prepare('update branch set cash_rounding = 5').run()
  await open()
  await stage.window.scan(STREPSILS)
  await total('€7.20')
  await stage.window.keys('F5')
  await page().waitForSelector('[name=figure]')
  await stage.window.type('6.98')
  await shot('price')
  await stage.window.keys('Enter')
  // 6.98 is 7.00 in cash.
  await total('€6.98')
  await total('€7.00 in cash')
  await line(STREPSILS).getByText('typed price').waitFor()
  await stage.window.keys('F12')
  await shot('rounded')
  await stage.window.type('10')
  await stage.window.keys('Enter')
  await page().getByTestId('change').getByText('€3.00').waitFor()
  await shot('rounded-paid')
  expect(rows('select total, rounding from sale')).toEqual([{ total: 698, rounding: 2 }])
  expect(rows('select price_from, catalogue_price, unit_price from sale_line')).toEqual([
    { price_from: 'keyed', catalogue_price: 720, unit_price: 698 },
  ])
  expect(rows('select amount from drawer_balance')).toEqual([{ amount: 15_700 }])
})

test('packs without a price are sold at what is typed, and no scan is lost meanwhile', async () => {
  await open()
  await stage.window.scan(SPEDIFEN)
  await told('This product has no price here. Head office will see the one you type.')
  await line(SPEDIFEN).getByText('no price yet').waitFor()
  await shot('no-price')
  await stage.window.type('4.5')
  await stage.window.scan(DOLIPRANE)
  await stage.window.scan(ZYRTECSET)
  await line(ZYRTECSET).waitFor()
  await total('€1.16')
  await total('2 lines without a price')
  expect(await page().inputValue('[name=figure]')).toBe('4.5')
  await stage.window.keys('Enter')
  // 4.50 + 1.16, and the next price is asked for.
  await total('€5.66')
  await page().getByRole('heading', { name: 'Price' }).waitFor()
  await stage.window.keys('F12')
  await told('A line has no price yet: press F5 and type it.')
  await stage.window.scan(ZYRTECSET)
  await shot('no-price-next')
  await stage.window.type('6.2')
  await stage.window.keys('Enter')
  // 5.66 + 2 × 6.20.
  await total('€18.06')
  await stage.window.keys('F12')
  await page().waitForSelector('[name=given]')
  await stage.window.type('20')
  await stage.window.keys('Enter')
  await page().getByTestId('change').getByText('€1.94').waitFor()
  expect(
    rows('select cip13, quantity, unit_price, price_from, catalogue_price from sale_line order by line_no'),
  ).toEqual([
    { cip13: SPEDIFEN, quantity: 1, unit_price: 450, price_from: 'keyed', catalogue_price: null },
    { cip13: DOLIPRANE, quantity: 1, unit_price: 116, price_from: null, catalogue_price: null },
    { cip13: ZYRTECSET, quantity: 2, unit_price: 620, price_from: 'keyed', catalogue_price: null },
  ])
  // 16.90 / 1.1 = 15.3636 → 15.36 + 1.54; 1.16 / 1.021 = 1.1361 → 1.14 + 0.02
  expect(rows('select vat_rate_bp, net, tax, gross from sale_tax order by vat_rate_bp')).toEqual([
    { vat_rate_bp: 210, net: 114, tax: 2, gross: 116 },
    { vat_rate_bp: 1000, net: 1536, tax: 154, gross: 1690 },
  ])
})
