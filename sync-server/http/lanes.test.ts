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
  const clock = { now: 0 }
  app.post(
    '/',
    largeInTurn({ largeBytes: 10, ...limits }, () => clock.now),
    async (c) => {
      await new Promise<void>((resolve) => running.push(resolve))
      return c.text('done')
    },
  )
  const post = async (length: string | null, encoding: Record<string, string> = {}) => {
    const headers = length === null ? {} : { 'content-length': length, ...encoding }
    return app.request('/', { method: 'POST', headers })
  }
  const turn = () => new Promise((resolve) => setTimeout(resolve, 1))
  return { post, running, turn, clock }
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
    expect([crowded.status, crowded.headers.get('retry-after')]).toEqual([429, '1'])
    expect((await second).status).toBe(429)
    running.shift()?.()
    expect((await first).status).toBe(200)
    const again = post('11')
    await turn()
    expect(running).toHaveLength(1)
    running.shift()?.()
    expect((await again).status).toBe(200)
  })

  it('are asked to come again when those who are there will be gone, by how long the last ones took', async () => {
    const { post, running, turn, clock } = setUp({ atOnce: 2, waiting: 3, waitMs: 60_000 })
    const asked: Promise<Response>[] = []
    const fill = async () => {
      while (asked.length < 5) asked.push(post('11'))
      await turn()
    }
    await fill()
    for (let i = 0; i < 20; i++) {
      // Each of the two that run takes eight seconds.
      clock.now += 8000
      for (const end of running.splice(0)) end()
      await turn()
      asked.splice(0, 2)
      await fill()
    }
    const crowded = await post('11')
    // Five are there, two at a time, about eight seconds each.
    expect([crowded.status, crowded.headers.get('retry-after')]).toEqual([429, '20'])
    while (running.length > 0) {
      running.shift()?.()
      await turn()
    }
    await Promise.all(asked)
  })

  it('are told by what they are once they are plain', async () => {
    const { post, running, turn } = setUp({ atOnce: 1, waiting: 0, waitMs: 20 })
    const first = post('11')
    await turn()
    const gzip = { 'content-encoding': 'gzip' }
    expect((await post('9', gzip)).status).toBe(429)
    const small = post('1', gzip)
    await turn()
    expect(running).toHaveLength(2)
    for (const end of running) end()
    expect([(await first).status, (await small).status]).toEqual([200, 200])
  })
})
