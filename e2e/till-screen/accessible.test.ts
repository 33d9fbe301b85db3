import { AxeBuilder } from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestTill } from './test-till.ts'
import { buildTillUi, launch, openWindow, type TillWindow } from './window.ts'

let ui: string
let browser: Browser

beforeAll(async () => {
  ui = await buildTillUi()
  browser = await launch()
})
afterAll(() => browser.close())

/** What axe finds wrong with the screen as it is, each with the first place. */
async function faults({ page }: TillWindow): Promise<string[]> {
  // There are no frames here for which it would open a page of its own at each look.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
}

const typed = (text: string) => async (window: TillWindow) => {
  await window.type(text)
  await window.keys('Enter')
}

const searched = (text: string) => async (window: TillWindow) => {
  await window.keys('Escape')
  await window.type(text)
}

/** A usual reason, and a colleague's PIN. */
async function confirmed(window: TillWindow) {
  await window.keys('F5')
  await window.type('1111')
  await window.keys('Enter')
}

/** The marked sale's refund, all of it. */
async function refunding(window: TillWindow) {
  await window.keys('Enter')
  await window.page.getByRole('heading', { name: 'Refund' }).waitFor()
  await window.keys('a', '1')
}

/** Each state of the screen, in the order in which a day meets them: what to do, and what then shows. */
const STATES: [name: string, go: (window: TillWindow, codes: string[]) => Promise<unknown>, shows: string][] =
  [
    ['locked', async () => {}, 'Type your PIN'],
    ['a wrong PIN', typed('9999'), 'No one at this branch has this PIN.'],
    ['opening', typed('2222'), 'Float in the drawer'],
    ['ready', typed('150'), 'Ready'],
    ['a line', (w, codes) => w.scan(codes[2] ?? ''), 'Reimbursed'],
    ['a refused scan', (w) => w.scan('3400999999991'), 'Unknown code'],
    ['results', searched('doli'), 'on hand'],
    ['no result', searched('zzzz'), 'No product is called'],
    ['forecast', (w) => w.keys('Escape', 'ArrowRight'), 'Safety stock'],
    ['keys', (w) => w.keys('F1'), 'Clear, then close the panel'],
    ['pay', (w) => w.keys('F12'), 'Cash given'],
    ['change', (w) => w.keys('a'), 'The next scan starts the next sale'],
    ['sales', (w) => w.keys('F6'), 'Refund without a receipt'],
    ['refund', refunding, 'To quarantine'],
    ['refunded', (w) => w.keys('Enter'), 'Give back in cash'],
    ['drawer', (w) => w.keys('F10'), 'Count and close'],
    ['moving cash', (w) => w.keys('2'), 'Stamps and post'],
    ['only opening', (w) => w.keys('Escape', '4'), 'Opened a roll of coins'],
    ['X report', (w) => w.keys('Escape', '5'), 'nothing was closed'],
    ['drawer again', (w) => w.keys('F10'), 'Count and close'],
    ['papers', (w) => w.keys('0'), 'marked as a copy'],
    ['drawer once more', (w) => w.keys('Escape'), 'Count and close'],
    ['count', (w) => w.keys('7'), 'Enter goes on; empty counts as none.'],
    ['counted again', (w) => w.keys(...Array(18).fill('Enter')), 'The count does not agree.'],
    ['explaining a difference', (w) => w.keys(...Array(18).fill('Enter')), 'Explain the difference'],
    ['counted', (w) => confirmed(w), 'Drawer closed'],
    ['explained', (w) => w.keys('1'), 'Why the drawer may differ'],
  ]

test.each(['light', 'dark'] as const)('axe finds nothing in any state, %s', async (colorScheme) => {
  const till = await startTestTill(ui)
  const window = await openWindow(browser, till.address, { width: 1024, height: 768, colorScheme })
  const codes = till.products.filter(({ price }) => price !== null).map(({ cip13 }) => cip13)
  const found: Record<string, string[]> = {}
  for (const [name, go, shows] of STATES) {
    await go(window, codes)
    await window.page.getByText(shows).first().waitFor()
    found[name] = await faults(window)
  }
  expect(found).toEqual(Object.fromEntries(STATES.map(([name]) => [name, []])))
  await window.close()
  await till.stop()
})

/** What is too small for a finger, in px; a field is as large as the label around it, and 1 px is for readers only. */
const tooSmall = ({ page }: TillWindow) =>
  page
    .locator('button, label:has(input), input:not(label input), [role=option], [role=radio]')
    .evaluateAll((all) =>
      all
        .map((of) => ({
          name: of.getAttribute('aria-label') ?? of.textContent,
          at: of.getBoundingClientRect(),
        }))
        .filter(({ at }) => at.width > 1 && (at.width < 44 || at.height < 44))
        .map(({ name, at }) => `${name}: ${at.width} × ${at.height}`),
    )

test('on a tablet a sale is rung and the drawer counted by touch alone, and no target is small', async () => {
  const till = await startTestTill(ui)
  const window = await openWindow(browser, till.address, { width: 1180, height: 820, hasTouch: true })
  const { page } = window
  const small: string[] = []
  const look = async (shows: string) => {
    await page.getByText(shows).first().waitFor()
    small.push(...(await tooSmall(window)))
  }
  const tap = (...names: (string | RegExp)[]) =>
    names.reduce(
      (before, name) => before.then(() => page.getByRole('button', { name }).first().tap()),
      Promise.resolve(),
    )
  await look('Type your PIN')
  await tap('2', '2', '2', '2', 'Unlock')
  await look('Float in the drawer')
  await tap('1', '0', '0', /^Open the drawer/)
  await page.getByText('Ready').waitFor()
  // The scanner of a tablet is its only other hand.
  await window.scan('3400935955838')
  await page.locator('[data-line]').waitFor()
  await look('Reimbursed')
  // A second sale beside the first, and back to it.
  await tap(/^New sale/)
  await page.locator('[data-line]').waitFor({ state: 'detached' })
  await page.locator('[data-basket="1"]').tap()
  await page.locator('[data-line]').waitFor()
  await tap(/^Keys/)
  await look('Clear, then close the panel')
  await tap(/^Pay/)
  await look('Cash given')
  await tap(/^Exact/)
  await look('No change')
  await tap(/^Keys/, /^Drawer/)
  await look('Count and close')
  await tap(/^Count and close/)
  await look('Enter goes on; empty counts as none.')
  // 100.00 + 1.16
  for (const piece of ['€100.00', '€1.00', '€0.10', '€0.05', '€0.01']) {
    await page.getByLabel(`How many of ${piece}`).tap()
    await tap('1')
  }
  await tap(/^Close the drawer/)
  await look('No difference')
  await window.close()
  await till.stop()
  expect(small).toEqual([])
})

/** The line down for three days, a scanner that is gone, a printer without paper: what a small screen has to say at once. */
const FAULTS = {
  sync: {
    state: 'offline',
    since: '2026-11-20T01:58:00.000Z',
    cause: 'network',
    events: 820,
    sales: 812,
    amount: 1_234_567 as never,
    lastSent: '2026-11-20T01:57:00.000Z',
  },
  scanner: { state: 'not-found' },
  printer: { state: 'paper-out', waiting: 3 },
} as const

/** What to do about a network that wants a login. */
const PORTAL = {
  'en-GB': 'Open a browser page on this computer and sign in to the Wi-Fi.',
  'de-DE': 'An diesem Rechner eine Seite im Browser öffnen und am WLAN anmelden.',
  'fr-FR': 'Ouvrez une page web sur cet ordinateur et identifiez-vous sur le Wi-Fi.',
}

test('the key bar and the strip cut no word, in any language and on any screen', async () => {
  const till = await startTestTill(ui)
  const cut: string[] = []
  const said: string[] = []
  const helped: string[] = []
  till.set(FAULTS)
  for (const locale of ['en-GB', 'de-DE', 'fr-FR'] as const) {
    const window = await openWindow(browser, till.address, { width: 1024, height: 768, locale })
    const { page } = window
    if (locale === 'en-GB') {
      await page.getByText('Type your PIN').waitFor()
      await typed('2222')(window)
      await page.waitForSelector('[name=float]')
      await typed('150')(window)
      await window.scan(till.products.find(({ price }) => price !== null)?.cip13 ?? '')
    }
    await page.locator('[data-line]').waitFor()
    for (const [width, height] of [
      [1024, 768],
      [1440, 900],
      [1920, 1080],
      [3840, 2160],
    ] as const) {
      await page.setViewportSize({ width, height })
      const words = await page
        .locator('nav button > span:last-child, header .truncate')
        .evaluateAll((all) =>
          all.filter((word) => word.scrollWidth > word.clientWidth).map((word) => word.textContent),
        )
      if (words.length > 0) cut.push(`${locale} ${width}: ${words.join()}`)
    }
    await page.setViewportSize({ width: 1024, height: 768 })
    said.push((await page.locator('header').first().innerText()).replace(/\s+/g, ' '))
    // Why, and what to do, opens by its key and closes by Esc; the basket stays as it was.
    till.set({ sync: { ...FAULTS.sync, cause: 'portal' } })
    await page.keyboard.press('Control+i')
    const help = page.getByTestId('line-help')
    await help.getByText(PORTAL[locale]).waitFor()
    helped.push((await help.innerText()).replace(/\s+/g, ' '))
    await page.keyboard.press('Escape')
    await help.waitFor({ state: 'detached' })
    await page.locator('[data-line]').waitFor()
    till.set(FAULTS)
    await window.close()
  }
  await till.stop()
  expect(cut).toEqual([])
  // 01:57 UTC is 02:57 in Paris; not today.
  expect(said).toEqual([
    expect.stringContaining('812 sales waiting · last sent 20 Nov, 02:57'),
    expect.stringContaining('812 Verkäufe warten · zuletzt gesendet 20. Nov., 02:57'),
    expect.stringContaining('812 ventes en attente · dernier envoi 20 nov., 02:57'),
  ])
  expect(helped).toEqual([
    expect.stringContaining('812 sales over €12,345.67 are kept here'),
    expect.stringContaining('812 Verkäufe über 12.345,67 € liegen hier bereit'),
    expect.stringContaining('812 ventes pour 12 345,67 € sont gardées ici'),
  ])
})
