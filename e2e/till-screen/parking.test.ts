import { expect, test } from 'vitest'
import { setStage } from './stage.ts'

/** A folder to look at what the tests see, while one works on it. */
const SHOTS = process.env.SHOTS

const stage = setStage({ window: SHOTS ? { width: 1024, height: 768 } : {} })

const shot = (name: string) => SHOTS && stage.window.page.screenshot({ path: `${SHOTS}/${name}.png` })

const { page, open } = stage
const total = (text: string) => page().getByTestId('total').getByText(text).waitFor()

const DOLIPRANE = '3400935955838'
const VENTOLINE = '3400949004751'
const KARDEGIC = '3400934744198'

test('a sale is parked under a name with one key, and taken up with two', async () => {
  await open('1111')
  // 2 × 1.16 + 3.41 = 5.73
  for (const code of [DOLIPRANE, DOLIPRANE, VENTOLINE]) await stage.window.scan(code)
  await total('€5.73')
  await stage.window.type('Mme Dupont')
  await stage.window.keys('F3')
  await page().getByText('Sale parked, 3 items').waitFor()
  await total('0 items')
  // The next customer does not wait.
  await stage.window.scan(KARDEGIC)
  await total('€1.62')
  await stage.window.keys('F12', 'Enter')
  await page().getByText('The next scan starts the next sale').waitFor()
  await shot('parked-key')
  stage.window.pressed()
  await stage.window.keys('F3')
  await page().getByRole('option').getByText('Mme Dupont').waitFor()
  await shot('parked-list')
  await stage.window.keys('Enter')
  await total('€5.73')
  expect(stage.window.pressed()).toBe(2)
  await stage.window.keys('F12', 'Enter')
  await page().getByText('The next scan starts the next sale').waitFor()
  expect(stage.till.till.parking.view()).toEqual([])
})

test('the right one of several is found by a word of it, and one nobody wants is put away', async () => {
  await open('1111')
  for (const code of [DOLIPRANE, VENTOLINE, KARDEGIC]) {
    await stage.window.scan(code)
    await page().getByTestId('total').getByText('1 item').waitFor()
    await stage.window.keys('F3')
    await total('0 items')
  }
  await stage.window.keys('F3')
  await expect.poll(() => page().getByRole('option').count()).toBe(3)
  await stage.window.type('vento')
  await expect.poll(() => page().getByRole('option').count()).toBe(1)
  await stage.window.keys('Enter')
  await total('€3.41')
  await page().keyboard.press('Control+Delete')
  await total('0 items')
  // Newest first: the second of the two left is Doliprane.
  await stage.window.keys('F3', 'ArrowDown', 'Delete')
  await page().getByRole('button', { name: 'Put away for good' }).waitFor()
  await stage.window.keys('Delete')
  await page().getByText('Parked sale put away').waitFor()
  expect(stage.till.till.parking.view().map(({ names }) => names)).toEqual([
    [expect.stringContaining('KARDEGIC')],
  ])
  const how = stage.till.till.context.db.prepare('select how from parked_basket_end order by at').pluck()
  expect(how.all()).toEqual(['recalled', 'discarded'])
})

test('two customers at once: each sale keeps its place, and scans go to the one that is shown', async () => {
  await open('2222')
  await stage.window.scan(DOLIPRANE)
  await total('€1.16')
  await page().keyboard.press('Control+b')
  await page().getByRole('navigation', { name: 'Open sales' }).getByText('New sale').waitFor()
  await stage.window.scan(VENTOLINE)
  await total('€3.41')
  await shot('tabs')
  // The drawer is not closed over their heads: it says so, and parks them.
  await stage.window.keys('F10')
  await page().getByText('Sales are still open: finish or park them.').waitFor()
  await shot('drawer-open-sales')
  await stage.window.keys('9')
  await page().getByText('2 sales parked').waitFor()
  await total('0 items')
  await stage.window.keys('7')
  await page().getByText('The drawer is being counted').first().waitFor()
  await stage.window.keys('Escape', 'Escape')
  await stage.window.keys('F3')
  await page().getByRole('option').first().waitFor()
  await stage.window.keys('Enter')
  await total('€1.16')
  // Taken up beside the other one.
  await page().keyboard.press('Control+b')
  await total('0 items')
  await stage.window.keys('F3')
  await page().getByRole('option').first().waitFor()
  await stage.window.keys('Enter')
  await total('€3.41')
  await page().keyboard.press('Control+b')
  await total('0 items')
  await page().keyboard.press('Control+b')
  await total('€1.16')
  await stage.window.keys('F12', 'Enter')
  await page().getByText('The next scan starts the next sale').waitFor()
  await page().keyboard.press('Control+b')
  await total('€3.41')
})

test('a note on a line and one on the sale are typed, shown, and kept with the sale', async () => {
  await open('1111')
  await stage.window.scan(DOLIPRANE)
  await total('€1.16')
  await page().keyboard.press('Control+e')
  await page().getByText('On DOLIPRANE').waitFor()
  await stage.window.type('one a day')
  await shot('note')
  await stage.window.keys('Enter')
  await page().getByRole('listitem').getByText('one a day').waitFor()
  await page().keyboard.press('Control+e')
  await page().keyboard.press('Control+e')
  await page().getByText('On the whole sale').waitFor()
  await stage.window.type('back at five')
  await stage.window.keys('Enter')
  await page().getByTestId('total').getByText('back at five').waitFor()
  await shot('noted')
  await stage.window.keys('F3')
  await total('0 items')
  await stage.window.keys('F3')
  await page().getByRole('option').first().waitFor()
  await stage.window.keys('Enter')
  await page().getByTestId('total').getByText('back at five').waitFor()
  await stage.window.keys('F12', 'Enter')
  await page().getByText('The next scan starts the next sale').waitFor()
  const { db } = stage.till.till.context
  expect(db.prepare('select note from sale').pluck().get()).toBe('back at five')
  expect(db.prepare('select note from sale_line').pluck().get()).toBe('one a day')
})
