import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createPerseverance } from './perseverance.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Forty shapes that ask a server which is there or not. */
function follow(shapes: number) {
  const perseverance = createPerseverance(() => 1)
  const server = { attempts: 0, moments: new Set<number>(), answer: null as (() => Response) | null }
  const attempt = async () => {
    server.attempts += 1
    server.moments.add(Date.now())
    if (!server.answer) throw new TypeError('no line')
    return server.answer()
  }
  const stopping = new AbortController()
  const asked = Array.from({ length: shapes }, () =>
    perseverance.ask(attempt, async (response) => response, stopping.signal),
  )
  return { perseverance, server, asked, stopping }
}

it('tries for all shapes in the same moment, less and less often, and for all at once when the line is back', async () => {
  const { perseverance, server, asked } = follow(40)
  await vi.advanceTimersByTimeAsync(60_000)
  // 0.2, 0.34, 0.58, 0.98 and 1.67 s after the ones before, then every 2.84 and 3 s.
  expect(server.moments.size).toBeGreaterThan(20)
  expect(server.moments.size).toBeLessThan(26)
  expect(server.attempts).toBe(40 * server.moments.size)
  server.answer = () => Response.json([])
  perseverance.regained()
  await vi.advanceTimersByTimeAsync(0)
  expect((await Promise.all(asked)).every(({ status }) => status === 200)).toBe(true)
})

it('waits as long as a busy server asks, hands on what is a word to this till, and ends when told', async () => {
  const { server, asked, stopping } = follow(1)
  server.answer = () => new Response(null, { status: 503, headers: { 'retry-after': '5' } })
  await vi.advanceTimersByTimeAsync(300)
  expect(server.attempts).toBe(2)
  await vi.advanceTimersByTimeAsync(4800)
  expect(server.attempts).toBe(2)
  server.answer = () => new Response(null, { status: 409 })
  await vi.advanceTimersByTimeAsync(400)
  expect((await asked[0])?.status).toBe(409)
  const other = follow(1)
  other.stopping.abort(new Error('enough'))
  await expect(other.asked[0]).rejects.toThrow('enough')
  stopping.abort()
})

it('asks again though a refusal cannot be let go of', async () => {
  const { server, asked } = follow(2)
  const neverLetGo = () => new ReadableStream({ cancel: () => new Promise<void>(() => {}) })
  server.answer = () => new Response(neverLetGo(), { status: 503 })
  await vi.advanceTimersByTimeAsync(300)
  expect(server.attempts).toBe(4)
  server.answer = () => Response.json([])
  await vi.advanceTimersByTimeAsync(3000)
  expect(server.attempts).toBe(6)
  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200])
})

it('breaks off what waits on the old line, but nothing that is being answered', async () => {
  const perseverance = createPerseverance()
  const { signal } = new AbortController()
  const seen: AbortSignal[] = []
  let answer = (_: Response) => {}
  const waits = (asking: AbortSignal) =>
    new Promise<Response>((resolve, reject) => {
      seen.push(asking)
      answer = resolve
      asking.addEventListener('abort', () => reject(asking.reason))
    })
  const asked = perseverance.ask(waits, async (response) => response, signal)
  await vi.advanceTimersByTimeAsync(0)
  perseverance.regained()
  await vi.advanceTimersByTimeAsync(0)
  expect(seen.map(({ aborted }) => aborted)).toEqual([true, false])
  answer(Response.json([]))
  await asked
  perseverance.regained()
  expect(seen[1]?.aborted).toBe(false)
})
