import { AxeBuilder } from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestTill } from './test-till.ts'
import { buildTillUi, launch, openWindow, type TillWindow } from './window.ts'

const DOLIPRANE = '3400935955838'
const KARDEGIC = '3400934744198'

let ui: string
let browser: Browser

beforeAll(async () => {
  ui = await buildTillUi()
  browser = await launch()
})
afterAll(() => browser.close())

const faults = async ({ page }: TillWindow) => (await new AxeBuilder({ page }).analyze()).violations

test('a customer follows their basket, their total and their change', async () => {
  const till = await startTestTill(ui)
  const price = (code: string) => till.products.find(({ cip13 }) => cip13 === code)?.price ?? 0
  // 1.16 and 1.62: two and one of them are 3.94; of 10.00 that leaves 6.06.
  expect([price(DOLIPRANE), price(KARDEGIC)]).toEqual([116, 162])
  const counter = await openWindow(browser, till.address)
  const display = await openWindow(browser, till.displayAddress, { width: 800, height: 480 })
  const shows = (text: string | RegExp) => display.page.getByText(text).first().waitFor({ timeout: 5000 })
  await shows('Welcome')
  expect(await faults(display)).toEqual([])
  await counter.page.getByText('Type your PIN').waitFor()
  await counter.type('1111')
  await counter.keys('Enter')
  await counter.page.getByLabel('Float in the drawer').waitFor()
  await counter.type('150')
  await counter.keys('Enter')
  await counter.page.getByText('Scan an item or type its name').first().waitFor()
  await counter.scan(DOLIPRANE)
  await counter.scan(DOLIPRANE)
  await counter.scan(KARDEGIC)
  await shows('€3.94')
  await shows('3 items')
  await shows(/2\s×/)
  expect(await faults(display)).toEqual([])
  // Whatever is searched or looked up at the counter is not the customer's business.
  await counter.type('ventoline')
  await counter.page.getByText('on hand').first().waitFor()
  expect(await display.page.getByText(/on hand|ventoline/i).count()).toBe(0)
  await counter.keys('Escape', 'F12')
  await counter.type('10')
  await counter.keys('Enter')
  await shows('Your change')
  await shows('€6.06')
  expect(await faults(display)).toEqual([])
  await till.hangUp()
  await shows('One moment, please')
  await till.answerAgain()
  await shows('€6.06')
  await counter.page.getByText('Online', { exact: true }).waitFor()
  await counter.scan(KARDEGIC)
  await shows('€1.62')
  await counter.close()
  await display.close()
  await till.stop()
})

test('a display opened with the till’s own token shows nothing', async () => {
  const till = await startTestTill(ui)
  const [, token] = till.address.split('#')
  const [page] = till.displayAddress.split('#')
  const display = await openWindow(browser, `${page}#${token}`)
  await display.page
    .getByText('Un instant, s’il vous plaît')
    .or(display.page.getByText('One moment, please'))
    .waitFor()
  await display.close()
  await till.stop()
})
