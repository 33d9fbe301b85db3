import { inflateRawSync } from 'node:zlib'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { refuse } from '../../../domain/refusals.ts'
import {
  BEAT_HEADER,
  type BundleAnswer,
  type BundleFrame,
  createFrameReader,
  FOLLOW_HEADER,
  LARGEST_ANSWER,
} from '../../../domain/shape-bundle.ts'
import type { Caller } from '../../auth/caller.ts'
import type { AppEnv } from '../../http/env.ts'
import { onError } from '../../http/refused.ts'
import { until } from '../testing.ts'
import { answerBundle } from './bundle.ts'
import { createGatekeeper } from './gatekeeper.ts'
import type { Upstream } from './upstream.ts'

const BRANCH = '0198a000-0000-7000-8000-00000000000a'
const TILL: Caller = {
  kind: 'device',
  deviceId: '0198a000-0000-7000-8000-000000000001',
  branchId: BRANCH,
  registerId: null,
  publicKey: {} as never,
}

function setUp(upstream: Upstream) {
  const asked: URLSearchParams[] = []
  const callers: Record<string, Caller> = { till: TILL }
  const app = new Hono<AppEnv>()
  app.onError(onError)
  const gatekeeper = createGatekeeper({
    authenticate: async (authorization) => callers[authorization ?? ''] ?? refuse('unauthenticated'),
    upstream: (request) => {
      asked.push(new URL(request.url).searchParams)
      return upstream(request)
    },
    recheckMs: 20,
  })
  app.route('/', gatekeeper)
  const post = (asks: unknown, init: RequestInit = {}) =>
    app.request('/v1/shapes', {
      method: 'POST',
      body: JSON.stringify({ asks }),
      headers: { authorization: 'till' },
      ...init,
    })
  return { post, asked, callers }
}

const textOf = ({ status, body }: BundleAnswer) => [status, new TextDecoder().decode(body)]

/** Reads a bundle's frames as they come. */
async function* framesOf(response: Response) {
  const read = createFrameReader(inflateRawSync)
  for await (const bytes of response.body ?? []) yield* read(bytes)
}

/** Reads the answers of a client that asks again itself. */
async function* answersOf(response: Response) {
  for await (const frame of framesOf(response)) {
    if (frame && !('ask' in frame)) throw new Error('nobody asked for that')
    yield frame
  }
}

async function allOf(response: Response) {
  const answers: (BundleAnswer | null)[] = []
  for await (const answer of answersOf(response)) answers.push(answer)
  return answers
}

describe('a bundle of questions', () => {
  it('is answered one by one, each when its answer is there, and ends with the last', async () => {
    const { promise, resolve } = Promise.withResolvers<Response>()
    const { post } = setUp(async ({ url }) =>
      new URL(url).searchParams.get('table') === 'sale'
        ? promise
        : new Response('[1]', { headers: { 'electric-offset': '7_0', 'set-cookie': 'a=b' } }),
    )
    const response = await post([
      'table=sale&handle=h&offset=0_0&live=true',
      'table=branch&handle=h&offset=0_0',
    ])
    const answers = answersOf(response)
    expect((await answers.next()).value).toBeNull()
    const first = (await answers.next()).value as BundleAnswer
    expect([
      first.ask,
      first.headers['electric-offset'],
      first.headers['set-cookie'],
      ...textOf(first),
    ]).toEqual([1, '7_0', undefined, 200, '[1]'])
    resolve(new Response('[2]', { status: 409 }))
    const second = (await answers.next()).value as BundleAnswer
    expect([second.ask, ...textOf(second)]).toEqual([0, 409, '[2]'])
    expect((await answers.next()).done).toBe(true)
  })

  it('holds each question to what its caller may read', async () => {
    const { post, asked } = setUp(async () => new Response('[]'))
    const response = await post([
      'table=register&handle=h&offset=0_0',
      'table=staff_pin&handle=h&offset=0_0',
      'table=journal_event&offset=0_0',
      'table=sale&offset=0_0&where=true',
      'table=sale&offset=0_0&live=true&live_sse=true',
    ])
    const statuses: number[] = []
    for await (const answer of answersOf(response)) if (answer) statuses[answer.ask] = answer.status
    expect(statuses).toEqual([200, 403, 403, 400, 400])
    expect(asked.map((query) => query.get('params[1]'))).toEqual([BRANCH])
  })

  it('leaves out what is too large', async () => {
    const { post } = setUp(async () => new Response('x'.repeat(LARGEST_ANSWER + 1)))
    const response = await post(['table=sale&handle=h&offset=0_0'])
    const answers = await allOf(response)
    expect(answers.at(-1)).toMatchObject({ ask: 0, status: 413, headers: {} })
    expect(answers.at(-1)?.body).toHaveLength(0)
  })

  it.each([[[]], [['']], ['table=sale'], [Array(101).fill('table=sale')], [[7]]])(
    'that is none is refused: %j',
    async (asks) => {
      const { post, asked } = setUp(async () => new Response('[]'))
      const response = await post(asks)
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ error: { code: 'field-not-readable' } })
      expect(asked).toHaveLength(0)
    },
  )

  it('of nobody is refused, and nobody is asked', async () => {
    const { post, asked } = setUp(async () => new Response('[]'))
    expect((await post(['table=sale&offset=0_0'], { headers: {} })).status).toBe(401)
    expect(asked).toHaveLength(0)
  })

  const waits: Upstream = ({ signal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('gone'))))

  it('is cut off with its caller', async () => {
    const { post, asked, callers } = setUp(waits)
    const response = await post([
      'table=sale&handle=h&offset=0_0&live=true',
      'table=sale_line&offset=0_0&live=true',
    ])
    await until(() => asked.length === 2)
    delete callers.till
    const answers = await allOf(response)
    expect(answers.map((answer) => answer?.status)).toEqual([undefined, 401, 401])
  })

  it('gives a sign of life while its questions wait, as often as it says', async () => {
    const { promise, resolve } = Promise.withResolvers<Response>()
    const { signal } = new AbortController()
    const response = answerBundle(['a question'], {
      answer: () => promise,
      knows: () => false,
      gone: signal,
      open: { signal, release: () => {} },
      beatMs: 5,
    })
    expect(response.headers.get(BEAT_HEADER)).toBe('5')
    const answers = answersOf(response)
    for (let n = 0; n < 4; n++) expect((await answers.next()).value).toBeNull()
    resolve(new Response('[]'))
    let last: BundleAnswer | null = null
    for await (const answer of answers) last = answer
    expect(last && textOf(last)).toEqual([200, '[]'])
  })

  it('frees the upstream when its client has gone', async () => {
    const freed: string[] = []
    const { post, asked } = setUp((request) => {
      request.signal.addEventListener('abort', () => freed.push(request.url))
      return waits(request)
    })
    const response = await post([
      'table=sale&handle=h&offset=0_0&live=true',
      'table=sale_line&offset=0_0&live=true',
    ])
    await until(() => asked.length === 2)
    await response.body?.cancel()
    await until(() => freed.length === 2)
  })
})

/** An answer that holds all there is. */
const upToDate = (offset: string, lsn: number, changes: unknown[] = []) =>
  Response.json([...changes, { headers: { control: 'up-to-date', global_last_seen_lsn: String(lsn) } }], {
    headers: {
      'electric-handle': 'h',
      'electric-offset': offset,
      'electric-cursor': '5',
      'electric-up-to-date': '',
      etag: '"no browser sees it"',
    },
  })

const change = (lsn: number) => ({
  key: 'k',
  value: {},
  headers: { operation: 'insert', lsn: String(lsn), op_position: 0 },
})

/** Shapes that wait until the test lets one go, and whatever is asked beside them. */
function scene(beside: (table: string, query: URLSearchParams) => Promise<Response> | Response) {
  const waiting = new Map<string, (answer: Response) => void>()
  const asked: string[] = []
  const { post, callers } = setUp(async ({ url, signal }) => {
    const query = new URL(url).searchParams
    const table = query.get('table') ?? ''
    asked.push(`${table} ${query.get('offset')}${query.has('live') ? ' waits' : ''}`)
    if (!query.has('live')) return beside(table, query)
    return new Promise((resolve, reject) => {
      waiting.set(table, resolve)
      signal.addEventListener('abort', () => reject(new Error('gone')))
    })
  })
  const open = async (tables: readonly string[]) => {
    const asks = tables.map((table) => `table=${table}&handle=h&offset=0_0&live=true`)
    const response = await post(asks, { headers: { authorization: 'till', [FOLLOW_HEADER]: '1' } })
    await until(() => tables.every((table) => waiting.has(table)))
    const frames = framesOf(response)
    expect((await frames.next()).value).toBeNull()
    const next = async () => (await frames.next()).value as BundleFrame
    return { response, frames, next }
  }
  const letGo = (table: string, answer: Response) => {
    const resolve = waiting.get(table)
    waiting.delete(table)
    resolve?.(answer)
  }
  return { open, letGo, waiting, asked, callers }
}

describe('a bundle that is followed', () => {
  it('asks on behind an answer by itself, and those that are silent, of whom its client would have to ask', async () => {
    const { open, letGo, waiting, asked } = scene((_, query) => upToDate(query.get('offset') ?? '', 21))
    const { response, next, frames } = await open(['sale', 'branch', 'staff'])
    expect(response.headers.get(FOLLOW_HEADER)).toBe('1')
    letGo('sale', upToDate('20_0', 20, [change(20)]))
    expect(await next()).toMatchObject({
      ask: 0,
      status: 200,
      goesOn: true,
      round: 1,
      headers: { 'electric-offset': '20_0', 'electric-cursor': '5', 'electric-up-to-date': '' },
    })
    expect(await next()).toEqual({ silent: [{ lsn: '21', asks: [1, 2] }], round: 1 })
    expect(asked.slice(3).sort()).toEqual(['branch 0_0', 'sale 20_0 waits', 'staff 0_0'])
    // What is known to be silent so far is not asked again.
    letGo('sale', upToDate('21_0', 21, [change(21)]))
    expect(await next()).toMatchObject({ ask: 0, round: 2 })
    expect(await next()).toEqual({ silent: [], round: 2 })
    expect(asked.slice(6)).toEqual(['sale 21_0 waits'])
    await frames.return()
    await until(() => waiting.size === 3)
  })

  it('tells only what is sure: not of a shape that has moved too, nor of one that nobody knows about', async () => {
    const { open, letGo } = scene((table, query) => {
      if (table === 'branch') return upToDate('20_2', 20, [change(20)])
      if (table === 'staff') return new Response('gone', { status: 503 })
      return upToDate(query.get('offset') ?? '', 20)
    })
    const { next, frames } = await open(['sale', 'branch', 'staff', 'register'])
    letGo('sale', upToDate('20_0', 20, [change(20)]))
    expect(await next()).toMatchObject({ ask: 0 })
    expect(await next()).toEqual({ silent: [{ lsn: '20', asks: [3] }], round: 1 })
    letGo('branch', upToDate('20_2', 20, [change(20)]))
    expect(await next()).toMatchObject({ ask: 1, goesOn: true })
    await frames.return()
  })

  it('does not ask about an answer that is on its way', async () => {
    const { open, letGo, asked } = scene((_, query) => upToDate(query.get('offset') ?? '', 20))
    const { next, frames } = await open(['sale', 'sale_line'])
    letGo('sale', upToDate('20_0', 20, [change(20)]))
    letGo('sale_line', upToDate('20_2', 20, [change(20)]))
    expect([await next(), await next()]).toMatchObject([
      { ask: 0, round: 1 },
      { ask: 1, round: 1 },
    ])
    expect(await next()).toEqual({ silent: [], round: 1 })
    expect(asked.filter((text) => !text.endsWith('waits'))).toEqual([])
    await frames.return()
  })

  it('asks an upstream again that does not yet tell how far it has come', async () => {
    const come = new Map<string, number>()
    const { open, letGo, asked } = scene((table, query) => {
      come.set(table, (come.get(table) ?? 18) + 1)
      return upToDate(query.get('offset') ?? '', come.get(table) ?? 0)
    })
    const { next, frames } = await open(['sale', 'branch'])
    letGo('sale', upToDate('20_0', 19, [change(20)]))
    expect(await next()).toMatchObject({ ask: 0 })
    // Not even of the shape that has moved is it said that there is no more.
    expect(await next()).toEqual({ silent: [{ lsn: '20', asks: [1, 0] }], round: 1 })
    expect(asked.filter((text) => text === 'branch 0_0')).toHaveLength(2)
    await frames.return()
  })

  it('gives back what it cannot follow, and ends with the last of it', async () => {
    const { open, letGo, callers } = scene(() => upToDate('0_0', 20))
    const { next } = await open(['sale', 'branch', 'staff'])
    letGo('sale', new Response('[]', { status: 409 }))
    expect(await next()).toMatchObject({ ask: 0, status: 409 })
    // An upstream that lets go at once would be asked without end.
    letGo('branch', upToDate('0_0', 20))
    const answer = await next()
    expect(answer).toMatchObject({ ask: 1, status: 200 })
    expect(answer).not.toHaveProperty('goesOn')
    delete callers.till
    expect(await next()).toMatchObject({ ask: 2, status: 401 })
    expect(await next()).toBeUndefined()
  })
})
