import { expect, test } from 'vitest'
import { setStage } from './stage.ts'

const stage = setStage({ window: { width: 1024, height: 768 } })

const { page, until, open } = stage

const results = () =>
  page()
    .locator('[data-result]')
    .evaluateAll((rows) => rows.map((row) => (row as HTMLElement).innerText.split(/\s/)[0]))

test('a misspelt substance leads to the pack, says why, and another of the substance is a key away', async () => {
  await open('1111')
  await stage.window.type('paracetmol 1000')
  await until(results, ['DOLIPRANE'])
  await page().getByText('Nothing is spelt “paracetmol 1000”. Did you mean:').waitFor()
  expect(await page().locator('[data-why]').innerText()).toBe('PARACÉTAMOL')
  await stage.window.keys('F11')
  await page().getByRole('heading', { name: 'Same active substance' }).waitFor()
  await page().getByText('No generic group: check strength and form before you substitute.').waitFor()
  await until(results, ['EFFERALGAN'])
  await stage.window.keys('Enter')
  // One pack of Efferalgan at 1.16.
  await page().getByTestId('total').getByText('€1.16').waitFor()
  expect(await page().locator('[role=combobox]').inputValue()).toBe('')
})

test('a code with two digits swapped is shown as what it may be, and added only by who has seen it', async () => {
  await open('1111')
  await stage.window.type('3400935955883')
  await until(results, ['DOLIPRANE'])
  await stage.window.keys('Enter')
  await page().getByTestId('total').getByText('€1.16').waitFor()
})

test('favourites stand where nothing is typed: pinned by key, touched or entered, at all tills by a pharmacist', async () => {
  await open('2222')
  await stage.window.keys('F2')
  await page().getByText('No favourites yet').waitFor()
  await stage.window.type('vento')
  await until(results, ['VENTOLINE'])
  await page().keyboard.press('Control+d')
  await page().getByText('a favourite at this till').waitFor()
  await page().getByRole('button', { name: 'Keep at all tills' }).waitFor()
  await page().keyboard.press('Control+d')
  await page().getByText('a favourite at all tills of the branch').waitFor()
  await stage.window.keys('Escape')
  await page().getByRole('region', { name: 'Favourites' }).getByRole('button').click()
  await page().getByTestId('total').getByText('€3.41').waitFor()
  await stage.window.keys('F2')
  await page().getByRole('heading', { name: 'Favourites' }).waitFor()
  await stage.window.keys('Enter')
  await page().getByTestId('total').getByText('€6.82').waitFor()
})
