import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FaultyLine, openFaultyLine } from './line.ts'

let server: Server
let line: FaultyLine
/** Requests that reached the server, by method and body. */
let heard: string[]

const ANSWER = JSON.stringify({ head: 'x'.repeat(200) })

beforeEach(async () => {
  heard = []
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      heard.push(`${request.method} ${request.url} ${body}`)
      response.end(ANSWER)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  line = await openFaultyLine()
  const address = server.address()
  line.leadTo(typeof address === 'object' && address ? address.port : null)
})

afterEach(async () => {
  await line.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const push = (body: string, ms = 2000) =>
  fetch(`${line.url}/v1/journal`, { method: 'POST', body, signal: AbortSignal.timeout(ms) }).then((answer) =>
    answer.text(),
  )

describe('a line with faults', () => {
  it('carries requests and answers as they are', async () => {
    expect(await push('one')).toBe(ANSWER)
    expect(heard).toEqual(['POST /v1/journal one'])
  })

  it('takes its time each way', async () => {
    line.delay(40)
    const began = performance.now()
    expect(await push('one')).toBe(ANSWER)
    expect(performance.now() - began).toBeGreaterThanOrEqual(79)
  })

  it('breaks what is under way when it is cut, and works again after', async () => {
    line.delay(10_000)
    const under = push('one')
    line.cut()
    await expect(under).rejects.toThrow()
    await expect(push('two')).rejects.toThrow()
    line.delay(0)
    line.restore()
    expect(await push('three')).toBe(ANSWER)
    expect(heard).toEqual(['POST /v1/journal three'])
  })

  it('says nothing at all when it is half open', async () => {
    expect(await push('one')).toBe(ANSWER)
    line.halfOpen()
    await expect(push('two', 100)).rejects.toThrow(/timeout/)
    expect(heard).toHaveLength(1)
    line.restore()
    // Connections of before are dead for ever: whoever asks on one of them asks again on another.
    await expect.poll(() => push('three', 300).catch(() => null), { timeout: 5000 }).toBe(ANSWER)
  })

  it('has a page of its own for everyone behind a captive portal', async () => {
    line.portal()
    expect(await push('one')).toContain('Welcome')
    line.restore()
    expect(await push('two')).toBe(ANSWER)
    expect(heard).toEqual(['POST /v1/journal two'])
  })

  it('loses the answer to a request that was carried out', async () => {
    line.spoil({ how: 'truncate', of: 'journal', part: 0 })
    await expect(push('one')).rejects.toThrow()
    expect(heard).toEqual(['POST /v1/journal one'])
    expect(await push('two')).toBe(ANSWER)
  })

  it('cuts an answer in two', async () => {
    line.spoil({ how: 'truncate', of: 'journal', part: 0.9 })
    await expect(push('one')).rejects.toThrow()
    expect(heard).toHaveLength(1)
  })

  it('brings an answer twice, and the client is not confused by it', async () => {
    line.spoil({ how: 'duplicate', of: 'journal' })
    expect(await push('one')).toBe(ANSWER)
    expect(await push('two')).toBe(ANSWER)
  })

  it('delivers a request a second time', async () => {
    line.spoil({ how: 'repeat', of: 'journal', afterMs: 5 })
    expect(await push('one')).toBe(ANSWER)
    await expect.poll(() => heard).toEqual(['POST /v1/journal one', 'POST /v1/journal one'])
  })

  it('leaves other exchanges alone', async () => {
    line.spoil({ how: 'truncate', of: 'shape', part: 0 })
    expect(await push('one')).toBe(ANSWER)
    await expect(fetch(`${line.url}/v1/shape?table=sale`)).rejects.toThrow()
  })
})
