import { ELECTRIC_PROTOCOL_QUERY_PARAMS } from '@electric-sql/client'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { refuse } from '../../../domain/refusals.ts'
import type { Caller, DeviceCaller, StaffCaller } from '../../auth/caller.ts'
import type { AppEnv } from '../../http/env.ts'
import { until } from '../testing.ts'
import { createGatekeeper } from './gatekeeper.ts'
import { syncedScope } from './scopes.ts'
import type { Upstream } from './upstream.ts'

const BRANCH_A = '0198a000-0000-7000-8000-00000000000a'

const device = (branchId: string): DeviceCaller => ({
  kind: 'device',
  deviceId: '0198a000-0000-7000-8000-000000000001',
  branchId,
  registerId: '0198a000-0000-7000-8000-000000000003',
  publicKey: {} as DeviceCaller['publicKey'],
})

const staff = (role: StaffCaller['role'], branchId: string | null): StaffCaller => ({
  kind: 'staff',
  staffId: '0198a000-0000-7000-8000-000000000002',
  name: 'Anna',
  role,
  branchId,
})

/** A gatekeeper whose upstream notes what it is asked; `token` maps to a caller. */
function setUp(callers: Record<string, Caller>, answer?: Upstream) {
  const asked: Request[] = []
  const app = new Hono<AppEnv>()
  const upstream: Upstream = async (request) => {
    asked.push(request)
    return (
      (await answer?.(request)) ??
      new Response('[]', {
        headers: { 'cache-control': 'public, max-age=604800, s-maxage=3600', etag: '"e"' },
      })
    )
  }
  const authenticate = async (authorization: string | undefined) =>
    callers[authorization ?? ''] ?? refuse('unauthenticated')
  app.route('/', createGatekeeper({ authenticate, upstream, recheckMs: 20 }))
  const get = (path: string, authorization?: string, init: RequestInit = {}) =>
    app.request(path, { ...init, headers: { ...init.headers, ...(authorization ? { authorization } : {}) } })
  const askedQuery = () => Object.fromEntries(new URL(asked.at(-1)?.url ?? '').searchParams)
  return { get, asked, askedQuery, callers }
}

describe('the gatekeeper', () => {
  it('holds a till to its branch and to the listed columns', async () => {
    const { get, askedQuery } = setUp({ till: device(BRANCH_A) })
    expect((await get('/v1/shape?table=register&offset=-1', 'till')).status).toBe(200)
    expect(askedQuery()).toEqual({
      table: 'register',
      columns: 'branch_id,id,name,number',
      where: 'branch_id = $1',
      'params[1]': BRANCH_A,
      offset: '-1',
    })
  })

  it('says 401 without a token and asks nobody', async () => {
    const { get, asked } = setUp({})
    const response = await get('/v1/shape?table=sale&offset=-1')
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ error: { code: 'unauthenticated' } })
    expect(asked).toHaveLength(0)
  })

  it.each([
    '/v1/shape/',
    '/v1//shape',
    '/v1/%73hape',
    '/v1/shape/../shape',
    '//v1/shape',
    '/V1/shape',
    '/v1/shape%2f',
  ])('lets nobody in by %s', async (path) => {
    const { get, asked } = setUp({ till: device(BRANCH_A) })
    for (const token of [undefined, 'unknown']) {
      expect([401, 404]).toContain((await get(`${path}?table=sale&offset=-1`, token)).status)
    }
    expect(asked).toHaveLength(0)
  })

  it.each([
    'where=true',
    'columns=id',
    'params[1]=x',
    'params={}',
    'secret=x',
    'subset__where=true',
    'params%5B1%5D=x',
    'params[]=x',
    'Where=true',
    'TABLE=staff',
    'table[]=staff',
    'api_secret=x',
    'source_id=x',
    'offset=0_0',
    'live=true&live=false',
    'other=1',
    'table=staff',
  ])('refuses %s from a client', async (extra) => {
    const { get, asked } = setUp({ till: device(BRANCH_A) })
    const response = await get(`/v1/shape?table=sale&offset=-1&${extra}`, 'till')
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: { details: { field: decodeURIComponent(extra).split('=')[0] } },
    })
    expect(asked).toHaveLength(0)
  })

  it('takes what is smuggled inside a value for the value', async () => {
    const { get, asked, askedQuery } = setUp({ till: device(BRANCH_A) })
    for (const table of [
      'sale%26table=staff_pin',
      'sale;table=staff',
      'sale%00',
      'sale%23',
      'sale%20',
      '%73ale%2f',
    ])
      expect((await get(`/v1/shape?table=${table}&offset=-1`, 'till')).status).toBe(403)
    expect(asked).toHaveLength(0)
    await get('/v1/shape?table=%73ale&offset=-1%26where=true%26table=staff_pin', 'till')
    expect(askedQuery()).toMatchObject({
      table: 'sale',
      where: 'branch_id = $1',
      offset: '-1&where=true&table=staff_pin',
    })
  })

  it('passes every protocol parameter but those of subsets', async () => {
    const { get, askedQuery } = setUp({ till: device(BRANCH_A) })
    for (const name of ELECTRIC_PROTOCOL_QUERY_PARAMS) {
      const { status } = await get(`/v1/shape?table=sale&${name}=v`, 'till')
      if (name.startsWith('subset__')) expect(status).toBe(400)
      else expect(askedQuery()).toMatchObject({ [name]: 'v' })
    }
  })

  it('gives PIN hashes to devices that stand at a register only', async () => {
    const { get, asked } = setUp({ tablet: { ...device(BRANCH_A), registerId: null } })
    expect((await get('/v1/shape?table=staff_pin&offset=-1', 'tablet')).status).toBe(403)
    expect(asked).toHaveLength(0)
  })

  it.each(['device_credential', 'pg_class', 'public.sale', '"sale"', 'Sale', 'sale;', 'staff_pin'])(
    'keeps %s from a branch manager',
    async (table) => {
      const { get, asked } = setUp({ boss: staff('branch_manager', BRANCH_A) })
      const response = await get(`/v1/shape?table=${encodeURIComponent(table)}&offset=-1`, 'boss')
      expect(response.status).toBe(403)
      expect(asked).toHaveLength(0)
    },
  )

  it('shows the upstream nothing of the caller, and lets no cache keep the answer', async () => {
    const { get, asked } = setUp({ till: device(BRANCH_A) })
    const response = await get('/v1/shape?table=sale&offset=-1', 'till', {
      headers: { cookie: 'a=b', 'if-none-match': '"e"', connection: 'keep-alive' },
    })
    expect([...(asked[0]?.headers.keys() ?? [])]).toEqual(['if-none-match'])
    expect(response.headers.get('cache-control')).toBe('private, no-cache')
    expect(response.headers.get('vary')).toBe('authorization')
    expect(response.headers.get('etag')).toBe('"e"')
  })

  it('passes on what the protocol says and nothing else of the upstream', async () => {
    const told = {
      'electric-handle': 'h',
      'electric-offset': '0_inf',
      'electric-schema': '{}',
      'electric-cursor': '7',
      'electric-up-to-date': '',
      'content-type': 'application/json',
      etag: '"e"',
    }
    const kept = { 'set-cookie': 'a=b', location: '/v1/shape?secret=x', via: 'proxy', 'x-request-id': '1' }
    const { get } = setUp(
      { till: device(BRANCH_A) },
      async () => new Response('[]', { headers: { ...told, ...kept, 'cache-control': 'no-store' } }),
    )
    const { headers } = await get('/v1/shape?table=sale&offset=-1', 'till')
    const ours = { 'cache-control': 'private, no-store', vary: 'authorization' }
    expect(Object.fromEntries(headers)).toEqual({ ...told, ...ours })
  })

  it('tells the upstream when the client has gone', async () => {
    const controller = new AbortController()
    const { get, asked } = setUp(
      { till: device(BRANCH_A) },
      (request) =>
        new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(new Error('gone')))),
    )
    const response = get('/v1/shape?table=sale&offset=0_inf&live=true', 'till', { signal: controller.signal })
    await until(() => asked.length === 1)
    controller.abort()
    expect((await response).status).toBe(499)
  })

  it('cuts an open stream when its caller is revoked, and frees the upstream', async () => {
    let cancelled = false
    const { get, callers, asked } = setUp({ till: device(BRANCH_A) }, async () => {
      const body = new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode(': keep-alive\n\n')),
        cancel: () => {
          cancelled = true
        },
      })
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    })
    const response = await get('/v1/shape?table=sale&offset=0_inf&live=true&live_sse=true', 'till')
    const reader = response.body?.getReader()
    expect((await reader?.read())?.done).toBe(false)
    const next = reader?.read()
    delete callers.till
    expect((await next)?.done).toBe(true)
    expect(asked[0]?.signal.aborted || cancelled).toBe(true)
  })
})

it('lets nobody see every branch because they have none, but head office', () => {
  const rows = (role: StaffCaller['role'], branchId: string | null) =>
    syncedScope(staff(role, branchId), 'sale')
  expect(rows('head_office', null)).toMatchObject({ where: null })
  expect(rows('branch_manager', BRANCH_A)).toMatchObject({ params: [BRANCH_A] })
  expect(rows('branch_manager', null)).toBeNull()
  expect(rows('it_admin', null)).toBeNull()
})
