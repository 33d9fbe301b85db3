import { ShapeStream } from '@electric-sql/client'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Answer, readToEnd, startTestEngine, type TestEngine, until } from '../testing.ts'

let t: TestEngine

beforeAll(async () => {
  t = await startTestEngine({ maxNewShapes: 1, maxRequests: 3 })
  await t.sql.query(`CREATE TABLE known (id int PRIMARY KEY); CREATE TABLE held (id int PRIMARY KEY);
    CREATE TABLE other (id int PRIMARY KEY)`)
})

afterAll(() => t?.stop())

it('asks those who want more new shapes than it may make to come back, and serves known ones meanwhile', async () => {
  await readToEnd(t, { table: 'known' })
  const holder = new pg.Client(t.postgres.url)
  await holder.connect()
  await holder.query('BEGIN; LOCK TABLE held IN ACCESS EXCLUSIVE MODE')
  const held = t.get({ table: 'held', offset: '-1' })
  let refused = await t.get({ table: 'other', offset: '-1' })
  await until(async () => {
    if (refused.status !== 429)
      refused = await t.get({ table: 'other', where: `id = ${Date.now()}`, offset: '-1' })
    return refused.status === 429
  })
  expect(refused.headers.get('cache-control')).toBe('no-store')
  // The one shape made before took no longer than that.
  expect(refused.headers.get('retry-after')).toBe('1')
  expect(JSON.parse(refused.text)).toEqual({
    code: 'concurrent_request_limit_exceeded',
    message: 'Concurrent initial request limit exceeded (limit: 1), please retry',
  })
  expect((await t.get({ table: 'known', offset: '-1' })).status).toBe(200)
  await holder.query('ROLLBACK')
  await holder.end()
  expect([200, 503]).toContain((await held).status)
  await until(async () => (await t.get({ table: 'other', offset: '-1' })).status === 200)
})

it('makes a shape once for any number of clients that ask for it at the same time', async () => {
  let clients: Answer[] = []
  // The snapshot of the test before may still be under way.
  await until(async () => {
    const asking = Array.from({ length: 3 }, () => t.get({ table: 'held', where: 'id = 7', offset: '-1' }))
    clients = await Promise.all(asking)
    return clients.every(({ status }) => status === 200)
  })
  expect(new Set(clients.map(({ handle }) => handle)).size).toBe(1)
})

it('asks those beyond its number of requests to come back; event streams count', async () => {
  const { handle, offset } = await readToEnd(t, { table: 'known' })
  const leaving = new AbortController()
  const live = { table: 'known', handle, offset, live: 'true' }
  const url = `${t.url}?${new URLSearchParams({ ...live, live_sse: 'true' })}`
  const stream = await fetch(url, { signal: leaving.signal })
  expect(stream.status).toBe(200)
  const waiting = [t.get(live), t.get(live)]
  await until(async () => (await t.engine().health()).waitingClients === 2)
  const refused = await t.get(live)
  // Both wait for a second at the most.
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
  leaving.abort()
  await until(async () => (await t.get({ table: 'known', offset: '-1' })).status === 200)
  await Promise.all(waiting)
})

it('is come back to by the official client', async () => {
  const client = new AbortController()
  const { handle, offset } = await readToEnd(t, { table: 'known' })
  const live = { table: 'known', handle, offset, live: 'true' }
  const waiting = [t.get(live), t.get(live), t.get(live)]
  await until(async () => (await t.engine().health()).waitingClients === 3)
  const statuses: number[] = []
  const stream = new ShapeStream({
    url: t.url,
    params: { table: 'known' },
    signal: client.signal,
    fetchClient: async (input, init) => {
      const response = await fetch(input, init)
      statuses.push(response.status)
      // What a polite client waits is not waited here.
      if (response.status !== 429) return response
      return new Response(response.body, { status: 429, headers: { 'retry-after': '0.1' } })
    },
  })
  stream.subscribe(() => undefined)
  await until(() => stream.isUpToDate)
  expect(statuses).toContain(429)
  client.abort()
  await Promise.all(waiting)
})
