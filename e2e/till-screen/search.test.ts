import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestTill, type TestTill } from './test-till.ts'
import { buildTillUi, launch, openWindow, type TillWindow } from './window.ts'

let ui: string
let browser: Browser
let till: TestTill
let window: TillWindow

beforeAll(async () => {
  ui = await buildTillUi()
  browser = await launch()
})
afterAll(() => browser.close())
beforeEach(async () => {
  till = await startTestTill(ui)
  window = await openWindow(browser, till.address, { width: 1024, height: 768 })
})
afterEach(async () => {
  await window.close()
  await till.stop()
})

const page = () => window.page
const until = (what: () => unknown, value: unknown) => expect.poll(what, { timeout: 10_000 }).toEqual(value)

async function open(pin: string) {
  await page().waitForSelector('[name=pin]')
  await window.type(pin)
  await window.keys('Enter')
  await page().waitForSelector('[name=float]')
  await window.type('150')
  await window.keys('Enter')
  await page().getByText('Ready').waitFor()
}

const results = () =>
  page()
    .locator('[data-result]')
    .evaluateAll((rows) => rows.map((row) => (row as HTMLElement).innerText.split(/\s/)[0]))

test('a misspelt substance leads to the pack, says why, and another of the substance is a key away', async () => {
  await open('1111')
  await window.type('paracetmol 1000')
  await until(results, ['DOLIPRANE'])
  await page().getByText('Nothing is spelt “paracetmol 1000”. Did you mean:').waitFor()
  expect(await page().locator('[data-why]').innerText()).toBe('PARACÉTAMOL')
  await window.keys('F11')
  await page().getByRole('heading', { name: 'Same active substance' }).waitFor()
  await page().getByText('No generic group: check strength and form before you substitute.').waitFor()
  await until(results, ['EFFERALGAN'])
  await window.keys('Enter')
  // One pack of Efferalgan at 1.16.
  await page().getByTestId('total').getByText('€1.16').waitFor()
  expect(await page().locator('[role=combobox]').inputValue()).toBe('')
})

test('a code with two digits swapped is shown as what it may be, and added only by who has seen it', async () => {
  await open('1111')
  await window.type('3400935955883')
  await until(results, ['DOLIPRANE'])
  await window.keys('Enter')
  await page().getByTestId('total').getByText('€1.16').waitFor()
})

test('favourites stand where nothing is typed: pinned by key, touched or entered, at all tills by a pharmacist', async () => {
  await open('2222')
  await window.keys('F2')
  await page().getByText('No favourites yet').waitFor()
  await window.type('vento')
  await until(results, ['VENTOLINE'])
  await page().keyboard.press('Control+d')
  await page().getByText('a favourite at this till').waitFor()
  await page().getByRole('button', { name: 'Keep at all tills' }).waitFor()
  await page().keyboard.press('Control+d')
  await page().getByText('a favourite at all tills of the branch').waitFor()
  await window.keys('Escape')
  await page().getByRole('region', { name: 'Favourites' }).getByRole('button').click()
  await page().getByTestId('total').getByText('€3.41').waitFor()
  await window.keys('F2')
  await page().getByRole('heading', { name: 'Favourites' }).waitFor()
  await window.keys('Enter')
  await page().getByTestId('total').getByText('€6.82').waitFor()
})
