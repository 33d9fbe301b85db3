import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { refuse } from '../../../domain/refusals.ts'
import {
  BEAT_HEADER,
  type BundleAnswer,
  createFrameReader,
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

/** Reads a bundle's answers as they come. */
async function* answersOf(response: Response) {
  const read = createFrameReader()
  for await (const bytes of response.body ?? []) yield* read(bytes)
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
