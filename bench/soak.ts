import { readFileSync } from 'node:fs'
import type { ProductRow } from '../domain/catalogue/product.ts'
import type { TillWindow } from '../e2e/till-screen/window.ts'
import { createRandom } from '../forecast-models/random.ts'
import { type Figure, figure, percentile } from './lib/figures.ts'
import { watchPaint } from './lib/painted.ts'
import { atWindowedTill } from './lib/windowed-till.ts'

const SALES = 2000
const SCANS_A_SALE = 2
/** As many at either end are compared. */
const END = 100
/** At either end a search is typed behind each sale. */
const SEARCHES = 100
const GOAL = 1.1

/** What a process holds now, MB, as Linux counts it. */
function memoryOf(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024
}

/** What the window's page holds after a collection of garbage, MB. */
async function heapOf(window: TillWindow): Promise<number> {
  const session = await window.page.context().newCDPSession(window.page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize / 1_048_576
}

interface Page {
  painted: number[]
}

/** Scans a code. @returns ms from the scanner's Enter to the painted line */
async function scanOnce(window: TillWindow, code: string): Promise<number> {
  const before = await window.page.evaluate(() => (globalThis as unknown as Page).painted.length)
  await window.scan(code)
  await window.page.waitForFunction((n) => (globalThis as unknown as Page).painted.length > n, before)
  return window.page.evaluate((n) => (globalThis as unknown as Page).painted[n] ?? Number.NaN, before)
}

/** Types into the search line in one go. @returns ms until the results of exactly that text are painted */
async function searchOnce(window: TillWindow, text: string): Promise<number> {
  return window.page.evaluate(async (typed) => {
    const field = document.querySelector<HTMLInputElement>('[data-rest-focus]')
    if (!field) throw new Error('the search line is not there')
    const results = () => document.querySelector('#results')
    const put = (value: string) => {
      const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set
      set?.call(field, value)
      field.dispatchEvent(new InputEvent('input', { bubbles: true }))
    }
    const frame = () => new Promise<number>(requestAnimationFrame)
    const from = performance.now()
    put(typed)
    while ((results()?.childElementCount ?? 0) === 0) await frame()
    const took = (await frame()) - from
    put('')
    while (results()) await frame()
    return took
  }, text)
}

/** One sale: its scans, and cash. */
async function sell(window: TillWindow, codes: readonly string[]): Promise<number[]> {
  const scans: number[] = []
  for (const code of codes) scans.push(await scanOnce(window, code))
  await window.page.keyboard.press('F12')
  await window.page.locator('[name=given]').waitFor()
  await window.page.keyboard.press('Enter')
  await window.page.getByTestId('change').waitFor()
  // The payment's own Enter has been painted before the next scan is timed.
  await window.page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  )
  return scans
}

interface End {
  scans: number[]
  searches: number[]
  till: number
  window: number
}

/**
 * Two thousand sales at one till without a restart, rung up in a real window: scans and searches of the first hundred
 * sales against those of the last hundred, and what till and window hold at both ends.
 */
export function soak(): Promise<Figure[]> {
  return atWindowedTill(async ({ window, pid, priced }) => {
    await window.page.evaluate(watchPaint)
    const random = createRandom(5)
    const any = () => priced[Math.floor(random() * priced.length)] as ProductRow
    const sellAny = () =>
      sell(
        window,
        Array.from({ length: SCANS_A_SALE }, () => any().cip13),
      )
    const measure = async (): Promise<End> => {
      const end: End = { scans: [], searches: [], till: 0, window: 0 }
      for (let i = 0; i < END; i++) end.scans.push(...(await sellAny()))
      for (let i = 0; i < SEARCHES; i++) end.searches.push(await searchOnce(window, any().name.slice(0, 5)))
      end.till = memoryOf(pid)
      end.window = await heapOf(window)
      return end
    }
    // A window that has just been opened still compiles what it shows.
    for (let i = 0; i < END; i++) await sellAny()
    const first = await measure()
    for (let i = 0; i < SALES - 3 * END; i++) await sellAny()
    return compare(first, await measure())
  })
}

function compare(first: End, last: End): Figure[] {
  const as = (name: string, now: number, before: number, unit = 'ms') =>
    figure(
      name,
      now,
      before,
      { text: `≤ ${GOAL}× that of the first ${END} sales`, met: now <= before * GOAL },
      unit,
    )
  const at = (share: number, of: 'scans' | 'searches') =>
    [percentile(last[of], share), percentile(first[of], share)] as const
  return [
    as('soak scan p50', ...at(0.5, 'scans')),
    as('soak scan p95', ...at(0.95, 'scans')),
    as('soak search p50', ...at(0.5, 'searches')),
    as('soak search p95', ...at(0.95, 'searches')),
    as('soak memory till', last.till, first.till, 'MB'),
    as('soak memory window', last.window, first.window, 'MB'),
  ]
}
