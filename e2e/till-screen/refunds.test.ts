import { expect, test } from 'vitest'
import { setStage } from './stage.ts'

const stage = setStage()

const { page, until, open } = stage

const DOLIPRANE = '3400935955838'
const VENTOLINE = '3400949004751'
const KARDEGIC = '3400934744198'
const XARELTO = '3400921923056'

/** Two packs at 1.16 and one at 3.41, 5.73 in all, by cash (exact) or card. */
async function sell(key: 'F9' | 'F12') {
  for (const code of [DOLIPRANE, DOLIPRANE, VENTOLINE]) await stage.window.scan(code)
  await page().getByTestId('total').getByText('€5.73').waitFor()
  await stage.window.keys(key)
  if (key === 'F12') await stage.window.keys('Enter')
  await page().getByText('The next scan starts the next sale').waitFor()
  stage.window.pressed()
}

const drawer = () => stage.till.till.context.db.prepare('select amount from drawer_balance').pluck().get()
const onHand = (cip13: string) =>
  stage.till.till.context.db
    .prepare('select quantity from stock_on_hand s join product p on p.id = s.product_id where cip13 = ?')
    .pluck()
    .get(cip13)

test('a cashier takes a pack back by its receipt: two scans, two keys, and never more than was sold', async () => {
  await open('1111')
  await sell('F12')
  await stage.window.scan('R-1-000001')
  await page().getByRole('heading', { name: 'Refund' }).waitFor()
  await stage.window.scan(DOLIPRANE)
  await page().getByText('1 of 2').waitFor()
  await stage.window.keys('3', 'Enter')
  await until(() => page().getByTestId('refunded').innerText(), 'Give back in cash\n\n€1.16')
  expect(stage.window.pressed()).toBe(2)
  // 150.00 + 5.73 - 1.16; a medicine goes to quarantine unless someone says otherwise.
  expect([drawer(), onHand(DOLIPRANE)]).toEqual([15_457, 8])

  // The rest: one more Doliprane, to stock, and the Ventoline.
  await stage.window.scan('R-1-000001')
  await page().getByText('1 refunded before').waitFor()
  await stage.window.scan(DOLIPRANE)
  await page().getByText('1 of 2').waitFor()
  await stage.window.scan(DOLIPRANE)
  await page().getByText('No more than 1 of DOLIPRANE').waitFor()
  await stage.window.keys('Escape', 's', 'ArrowDown', '+', '1', 'Enter')
  await until(() => page().getByTestId('refunded').innerText(), 'Give back in cash\n\n€4.57')
  expect([drawer(), onHand(DOLIPRANE), onHand(VENTOLINE)]).toEqual([15_000, 9, 9])

  await stage.window.scan('R-1-000001')
  await until(() => page().getByText('all refunded').count(), 2)
  await stage.window.keys('1', 'Enter')
  await page().getByText('Nothing is chosen to come back.').waitFor()
  await stage.window.keys('Escape', 'Escape')
  // A pack scanned now is sold again.
  await stage.window.scan(KARDEGIC)
  await page().getByTestId('total').getByText('€1.62').waitFor()
})

test('without its paper a sale is found, printed again, and the card gets its money back', async () => {
  await open('2222')
  await sell('F9')
  await stage.window.keys('F6')
  await page().getByRole('option').first().waitFor()
  await stage.window.type('vento')
  await until(() => page().getByRole('option').count(), 1)
  await page().keyboard.press('Control+p')
  await page().getByText('Receipt 1: a copy is printing').waitFor()
  await stage.window.keys('Enter')
  await page().getByRole('heading', { name: 'Refund' }).waitFor()
  await stage.window.keys('a')
  await until(() => page().getByText('2 of 2').count(), 1)
  await stage.window.keys('Enter')
  await page().getByText('Choose why: 1 to 5.').waitFor()
  await stage.window.keys('1', 'Enter')
  await until(() => page().getByTestId('refunded').innerText(), 'Back to the card\n\n€5.73')
  expect(drawer()).toBe(15_000)
  await stage.window.keys('Enter')
  const jobs = stage.till.till.context.db.prepare('select kind from print_job order by id').pluck().all()
  expect(jobs).toEqual(['receipt', 'copy', 'refund'])
})

test('without any receipt it takes a pharmacist', async () => {
  await open('1111')
  await stage.window.keys('F6', 'F6')
  await page().getByRole('alert').getByText('Your role may not do this.').waitFor()
  await page().keyboard.press('Control+l')
  await page().waitForSelector('[name=pin]')
  await stage.window.type('2222')
  await stage.window.keys('Enter')
  await page().getByText('Ready').waitFor()
  await stage.window.keys('F6', 'F6')
  await page().getByText('Without a receipt').waitFor()
  await stage.window.scan(VENTOLINE)
  await page().getByText('1 back').waitFor()
  await stage.window.keys('2', 'Enter')
  await until(() => page().getByTestId('refunded').innerText(), 'Give back in cash\n\n€3.41')
  expect(drawer()).toBe(15_000 - 341)
})

test('what two tills refunded apart is told here, until it is put away', async () => {
  await open('1111')
  stage.till.till.context.db
    .prepare(
      `insert into event_exception (id, device_id, seq, branch_id, code, detail, raised_at)
       select '0190f000-0000-7000-8000-000000000009', id, 7, branch_id, 'refund-exceeds-sale',
         '12: DOLIPRANE, 2 / 1', '2026-03-12T09:41:07.000Z' from device`,
    )
    .run()
  stage.till.till.context.changes.touch('exception')
  await page().getByText('1 case to check').waitFor()
  await stage.window.keys('F6')
  await page().getByText('More was refunded than was sold (receipt 12: DOLIPRANE, 2 / 1)').waitFor()
  await stage.window.keys('Delete')
  await until(() => page().getByText('case to check').count(), 0)
})

test('a basket voided by key is told, taken back by undo, and a fact either way', async () => {
  await open('1111')
  for (const code of [DOLIPRANE, VENTOLINE]) await stage.window.scan(code)
  await page().getByTestId('total').getByText('€4.57').waitFor()
  await page().keyboard.press('Control+Delete')
  await page().getByText('Basket voided').waitFor()
  await page().getByTestId('total').getByText('0 items').waitFor()
  await page().keyboard.press('Control+z')
  await page().getByTestId('total').getByText('€4.57').waitFor()
  const acts = stage.till.till.context.db
    .prepare('select kind, how, count(*), sum(amount) from basket_action group by kind, how order by kind')
    .raw()
  expect(acts.all()).toEqual([
    ['removed', 'void', 2, 457],
    ['restored', 'undo', 2, 457],
  ])
})

test('a pack is exchanged for a dearer one by key, and for a cheaper one: both sides in one payment', async () => {
  await open('1111')
  await sell('F12')
  await stage.window.scan('R-1-000001')
  await page().getByRole('heading', { name: 'Refund' }).waitFor()
  await stage.window.scan(VENTOLINE)
  await page().getByText('1 of 1').waitFor()
  await stage.window.keys('2', 'x')
  await page().getByTestId('exchange').waitFor()
  await stage.window.scan(KARDEGIC)
  await stage.window.scan(XARELTO)
  // 1.62 + 23.25 = 24.87, less 3.41 that comes back: 21.46.
  await page().getByTestId('exchange').getByText('€24.87 less €3.41').waitFor()
  await page().getByTestId('total').getByText('€21.46').waitFor()
  await stage.window.keys('F12')
  await stage.window.type('50')
  await stage.window.keys('Enter')
  await until(() => page().getByTestId('change').innerText(), 'Change\n\n€28.54')
  expect(drawer()).toBe(15_000 + 573 + 2146)

  // A Kardegic at 1.62 comes back for a Doliprane at 1.16: 0.46 are given back.
  await stage.window.scan('R-1-000002')
  await page().getByRole('heading', { name: 'Refund' }).waitFor()
  await stage.window.scan(KARDEGIC)
  await page().getByText('1 of 1').waitFor()
  await stage.window.keys('2', 'x')
  await stage.window.scan(DOLIPRANE)
  await page().getByTestId('total').getByText('€0.46').waitFor()
  // Taken back by F6, and begun again.
  await stage.window.keys('F6')
  await page().getByRole('heading', { name: 'Refund' }).waitFor()
  await stage.window.keys('2', 'x')
  await page().getByTestId('exchange').waitFor()
  await stage.window.keys('F12')
  await until(() => page().getByTestId('change').innerText(), 'Give back in cash\n\n€0.46')
  expect(drawer()).toBe(15_000 + 573 + 2146 - 46)
  const papers = stage.till.till.context.db.prepare('select kind from print_job order by id').pluck().all()
  expect(papers).toEqual(['receipt', 'refund', 'receipt', 'refund', 'receipt'])
})
