import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import type { AppEnv } from './env.ts'
import { largeInTurn } from './lanes.ts'
import { onError } from './refused.ts'

/** An app whose requests end when told to. */
function setUp(limits: { atOnce: number; waiting: number; waitMs: number }) {
  const app = new Hono<AppEnv>()
  const running: (() => void)[] = []
  app.onError(onError)
  app.post('/', largeInTurn({ largeBytes: 10, ...limits }), async (c) => {
    await new Promise<void>((resolve) => running.push(resolve))
    return c.text('done')
  })
  const post = async (length: string | null) =>
    app.request('/', { method: 'POST', headers: length === null ? {} : { 'content-length': length } })
  const turn = () => new Promise((resolve) => setTimeout(resolve, 1))
  return { post, running, turn }
}

describe('large requests', () => {
  it('take turns in their order, and let small ones pass', async () => {
    const { post, running, turn } = setUp({ atOnce: 1, waiting: 2, waitMs: 5000 })
    const first = post('11')
    const second = post('11')
    const third = post(null)
    await turn()
    expect(running).toHaveLength(1)
    const small = post('10')
    await turn()
    expect(running).toHaveLength(2)
    for (const answer of [first, small]) {
      running.shift()?.()
      expect((await answer).status).toBe(200)
    }
    await turn()
    expect(running).toHaveLength(1)
    running.shift()?.()
    expect((await second).status).toBe(200)
    await turn()
    running.shift()?.()
    expect((await third).status).toBe(200)
  })

  it('are asked to come again when too many wait, or wait too long; their places are free then', async () => {
    const { post, running, turn } = setUp({ atOnce: 1, waiting: 1, waitMs: 20 })
    const first = post('11')
    const second = post('11')
    const crowded = await post('11')
    expect([crowded.status, crowded.headers.get('retry-after')]).toEqual([429, '2'])
    expect((await second).status).toBe(429)
    running.shift()?.()
    expect((await first).status).toBe(200)
    const again = post('11')
    await turn()
    expect(running).toHaveLength(1)
    running.shift()?.()
    expect((await again).status).toBe(200)
  })
})
