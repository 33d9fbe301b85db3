import { ELECTRIC_PROTOCOL_QUERY_PARAMS } from '@electric-sql/client'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { roleSchema } from '../../../domain/permissions.ts'
import { refuse } from '../../../domain/refusals.ts'
import { SYNCED_TABLES } from '../../../migrations/synced-tables.ts'
import type { Caller, DeviceCaller, StaffCaller } from '../../auth/caller.ts'
import type { AppEnv } from '../../http/env.ts'
import { until } from '../testing.ts'
import { createGatekeeper } from './gatekeeper.ts'
import { syncedScope } from './scopes.ts'
import { electricUpstream, type Upstream } from './upstream.ts'

const BRANCH_A = '0198a000-0000-7000-8000-00000000000a'
const BRANCH_B = '0198a000-0000-7000-8000-00000000000b'

const device = (branchId: string): DeviceCaller => ({
  kind: 'device',
  deviceId: '0198a000-0000-7000-8000-000000000001',
  branchId,
  registerId: null,
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
    'other=1',
    'table=staff',
  ])('refuses %s from a client', async (extra) => {
    const { get, asked } = setUp({ till: device(BRANCH_A) })
    const response = await get(`/v1/shape?table=sale&offset=-1&${extra}`, 'till')
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { details: { field: extra.split('=')[0] } } })
    expect(asked).toHaveLength(0)
  })

  it('passes every protocol parameter but those of subsets', async () => {
    const { get, askedQuery } = setUp({ till: device(BRANCH_A) })
    for (const name of ELECTRIC_PROTOCOL_QUERY_PARAMS) {
      const { status } = await get(`/v1/shape?table=sale&${name}=v`, 'till')
      if (name.startsWith('subset__')) expect(status).toBe(400)
      else expect(askedQuery()).toMatchObject({ [name]: 'v' })
    }
  })

  it('answers a table × role × branch as the list of synced tables says', async () => {
    const callers = roleSchema.options.flatMap((role) => [staff(role, BRANCH_A), staff(role, null)])
    for (const synced of SYNCED_TABLES) {
      expect(synced.table).toMatch(/^[a-z_][a-z0-9_]*$/)
      for (const caller of [device(BRANCH_A), device(BRANCH_B), ...callers]) {
        const scope = syncedScope(caller, synced.table)
        const console = caller.kind === 'staff' && ['branch_manager', 'head_office'].includes(caller.role)
        const rows = caller.kind === 'device' ? synced.till : console ? synced.console : null
        if (rows === null) {
          expect(scope).toBeNull()
          continue
        }
        expect(scope?.columns).toEqual(Object.keys(synced.columns).sort())
        const held = rows.rows === 'branch' && caller.branchId !== null
        expect(scope?.where).toBe(held ? `${rows.column} = $1` : null)
        expect(scope?.params).toEqual(held ? [caller.branchId] : [])
      }
    }
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

  it('never sends a PIN hash, a key or a salary to a person', () => {
    for (const role of roleSchema.options) {
      const columns = SYNCED_TABLES.flatMap(
        ({ table }) => syncedScope(staff(role, null), table)?.columns ?? [],
      )
      expect(columns.filter((name) => /pin|key|salary|secret/.test(name))).toEqual([])
    }
  })

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

  it('puts the secret on requests to a real Electric only', async () => {
    const { createServer } = await import('node:http')
    const urls: string[] = []
    const electric = createServer((request, response) => {
      urls.push(request.url ?? '')
      response.setHeader('content-encoding', 'identity').end('[]')
    })
    await new Promise<void>((resolve) => electric.listen(0, '127.0.0.1', resolve))
    const { port } = electric.address() as { port: number }
    const upstream = electricUpstream({ url: `http://127.0.0.1:${port}/electric/`, secret: 's3cret' })
    const { get } = setUp({ till: device(BRANCH_A) }, upstream)
    const response = await get('/v1/shape?table=branch&offset=-1', 'till')
    electric.close()
    expect(response.status).toBe(200)
    expect(urls[0]).toMatch(/^\/electric\/v1\/shape\?.*secret=s3cret/)
    expect(JSON.stringify([...response.headers])).not.toContain('s3cret')
  })

  it('says 503 when the upstream is not there', async () => {
    const { get } = setUp({ till: device(BRANCH_A) }, electricUpstream({ url: 'http://127.0.0.1:1' }))
    expect((await get('/v1/shape?table=branch&offset=-1', 'till')).status).toBe(503)
  })
})
