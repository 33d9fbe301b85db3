import { beforeAll, expect, it } from 'vitest'
import { type Noticed, reconnecting, type Trouble } from './support/reconnecting.ts'

/** With the product's own waits; `npm run bench -- reconnect` lasts until they are at their longest. */

const WITHIN = 10_000

const CAUSES = { link: 'network', names: 'name', portal: 'portal', server: 'server' } as const

let noticed: Record<Trouble, Noticed>

beforeAll(async () => {
  noticed = await reconnecting({ least: 2000, most: WITHIN }, 2)
})

it.each(Object.keys(CAUSES) as (keyof typeof CAUSES)[])('notices within 10 s: %s, and its end', (trouble) => {
  const { fault, said, sentMeanwhile, sale, online, price } = noticed[trouble]
  expect(fault).toBeLessThan(WITHIN)
  expect(said).toMatchObject({ state: 'offline', cause: CAUSES[trouble], sales: 2, amount: 436 })
  expect(said).toHaveProperty('lastSent', expect.any(String))
  expect(sentMeanwhile).toBe(0)
  expect(Math.max(sale, online, price)).toBeLessThan(WITHIN)
})

it('does not take a slow line for a dead one, and gets sales and prices through it', () => {
  const { fault, sentMeanwhile, price } = noticed.slow
  expect(fault).toBeNull()
  expect(sentMeanwhile).toBeGreaterThan(0)
  expect(price).toBeLessThan(WITHIN)
})
