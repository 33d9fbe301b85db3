import type { ProductRow } from '../domain/catalogue/product.ts'
import { MILLION, manyProducts } from './lib/catalogue.ts'
import { type Figure, figure, percentile } from './lib/figures.ts'
import { watchPaint } from './lib/painted.ts'
import { atWindowedTill } from './lib/windowed-till.ts'

const SCANS = 120
const FRAMES = 60

/** Runs in the page: the length of its frames while nothing happens, ms. */
async function idleFrames(count: number): Promise<number[]> {
  const times: number[] = []
  let last = await new Promise<number>(requestAnimationFrame)
  for (let i = 0; i < count; i++) {
    const at = await new Promise<number>(requestAnimationFrame)
    times.push(at - last)
    last = at
  }
  return times
}

function measure(label: string, products?: ProductRow[]): Promise<Figure[]> {
  return atWindowedTill(async ({ window, priced }) => {
    const frames = await window.page.evaluate(idleFrames, FRAMES)
    await window.page.evaluate(watchPaint)
    for (let i = 0; i < SCANS; i++) {
      await window.scan(priced[(i * 97) % priced.length]?.cip13 ?? '')
      await window.page.waitForFunction(
        (n) => (globalThis as unknown as { painted: number[] }).painted.length > n,
        i,
      )
    }
    const painted = await window.page.evaluate(() => (globalThis as unknown as { painted: number[] }).painted)
    const frame = percentile(frames, 0.5)
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(painted, share)) as [
      number,
      number,
      number,
    ]
    return [
      figure(`${label} p50`, p50, frame, { text: 'one frame is the limit', met: p50 <= 50 }),
      figure(`${label} p95`, p95, frame, { text: 'p95 ≤ 50 ms end to end', met: p95 <= 50 }),
      figure(`${label} p99`, p99, frame, { text: 'as p95', met: p99 <= 50 }),
    ]
  }, products)
}

/**
 * From the Enter of a wedge scan to the painted line, in Chromium, with the real catalogue; the limit is a frame.
 * @param options.large also with a million products
 */
export async function scanToPaint({ large }: { large: boolean }): Promise<Figure[]> {
  const small = await measure('scan-to-paint')
  return large ? [...small, ...(await measure('scan-to-paint 1M', await manyProducts(MILLION)))] : small
}
