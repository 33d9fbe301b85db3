import { createServer, type Server, type ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fetchUnlessSilent } from './silence.ts'

let server: Server
let url: string
let answer: (response: ServerResponse) => void

beforeEach(async () => {
  server = createServer((_, response) => answer(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/v1/shape`
})

afterEach(async () => {
  vi.useRealTimers()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

describe('a fetch that gives up on silence', () => {
  it('hands on what is answered in time', async () => {
    answer = (response) => response.writeHead(409, { 'electric-handle': 'h' }).end('[]')
    const response = await fetchUnlessSilent(fetch)(`${url}?live=true`)
    expect([response.status, response.headers.get('electric-handle'), await response.text()]).toEqual([
      409,
      'h',
      '[]',
    ])
  })

  it.each(['', '?live=true'])('gives up a request "%s" that nobody answers', async (query) => {
    answer = () => {}
    const hurried = fetchUnlessSilent(fetch, { live: 50, firstWord: 50 })
    await expect(hurried(url + query)).rejects.toThrow('nothing was heard')
  })

  it.each([
    ['a log that it goes on with', 'handle=h&offset=5_0', { resumed: 25 }],
    ['a shape from its beginning', 'offset=-1', { firstWord: 25 }],
  ])(
    'soon asks anew for %s, and waits longer each time, as a slow line needs',
    async (_, query, patience) => {
      answer = () => {}
      const hurried = fetchUnlessSilent(fetch, patience)
      const ask = () => hurried(`${url}?${query}`)
      await expect(ask()).rejects.toThrow('for 0.025 s')
      await expect(ask()).rejects.toThrow('for 0.05 s')
      answer = (response) => response.end('[]')
      expect(await (await ask()).text()).toBe('[]')
      answer = () => {}
      await expect(ask()).rejects.toThrow('for 0.025 s')
    },
  )

  it('waits a quarter of a minute for one of a shape that a line swallows, not two', async () => {
    vi.useFakeTimers()
    const swallowed: typeof fetch = (_, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
      })
    const asked = fetchUnlessSilent(swallowed)(`${url}?offset=-1`).catch((error: Error) => error.message)
    await vi.advanceTimersByTimeAsync(15_000)
    expect(await asked).toContain('nothing was heard')
  })

  it('gives up an answer that stops in the middle', async () => {
    answer = (response) => response.write('[{"half":')
    const response = await fetchUnlessSilent(fetch, { pause: 50 })(url)
    await expect(response.text()).rejects.toThrow('nothing was heard')
  })

  it('hears an answer to its end that is longer under way than any pause', async () => {
    answer = async (response) => {
      for (let i = 0; i < 20; i++) {
        response.write('x')
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      response.end()
    }
    const patient = fetchUnlessSilent(fetch, { pause: 1500 })
    expect(await (await patient(url)).text()).toBe('x'.repeat(20))
  })

  it('still ends when the caller wants it to', async () => {
    answer = () => {}
    await expect(fetchUnlessSilent(fetch)(url, { signal: AbortSignal.timeout(10) })).rejects.toThrow(
      'timeout',
    )
  })
})
