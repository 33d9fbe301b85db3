import { AxeBuilder } from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestTill } from './test-till.ts'
import { buildTillUi, launch, openWindow } from './window.ts'

let ui: string
let browser: Browser

beforeAll(async () => {
  ui = await buildTillUi()
  browser = await launch()
})
afterAll(() => browser.close())

test('a newcomer’s first sale needs nothing but what the screen says', async () => {
  const till = await startTestTill(ui)
  const window = await openWindow(browser, till.address, { width: 1024, height: 768 })
  const { page } = window
  const told = (text: string | RegExp) => page.getByText(text).first().waitFor({ timeout: 10_000 })
  await told('First day here? Unlock, then F1 and T')
  await window.type('1111')
  await window.keys('Enter')
  await page.getByLabel('Float in the drawer').waitFor()
  await window.keys('F1', 't')
  await told('Nothing here is real')
  await told('Type your PIN, then Enter.')
  await window.type('1111')
  await window.keys('Enter')
  await told('Type the change that is in the drawer')
  await window.type('150')
  await window.keys('Enter')
  await told('Scan a pack, or type a name')
  await window.type('doliprane')
  await told('Enter adds the marked result')
  await page.getByText('on hand').first().waitFor()
  await window.keys('Enter')
  await told('F12 to pay')
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  await window.keys('F12')
  await told('Type what you are given')
  await window.type('20')
  await window.keys('Enter')
  await told('That was a sale')
  // 20.00 less 1.16.
  expect(await page.getByTestId('change').innerText()).toContain('18.84')
  await window.keys('F1', 'g')
  await page.getByText('That was a sale').waitFor({ state: 'detached' })
  await told('Nothing here is real')
  await window.keys('F1', 't')
  await page.getByText('Nothing here is real').waitFor({ state: 'detached' })
  await window.type('1111')
  await window.keys('Enter')
  // The drawer that was opened in training was never open.
  await page.getByLabel('Float in the drawer').waitFor()
  expect(till.till.context.journal.head().seq).toBe(0)
  await window.close()
  await till.stop()
})
