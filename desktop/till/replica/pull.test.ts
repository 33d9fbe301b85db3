import { generateKeyPairSync } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { afterEach, expect, it, vi } from 'vitest'
import { openJournal } from '../journal/journal.ts'
import { openOwnHistory } from '../journal/own-history.ts'
import { createChanges } from '../store/changes.ts'
import { openTillDatabase } from '../store/database.ts'
import { createHearing } from './hearing.ts'
import { type KeptPull, keepPulling } from './keep-pulling.ts'
import { TILL_TABLES } from './load.ts'
import { type Pull, startPull } from './pull.ts'
import { createSlices } from './slices.ts'
import { createReplicaWriter } from './writer.ts'

let server: Server
let pull: Pull | KeptPull
afterEach(async () => {
  await pull.stop()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** A till and its server, which refuses one table, is too busy for all that wait together or says nothing while it is told to. */
async function open(table: string) {
  const line = { refuses: true, isBusy: false, busyAnswers: 0, isSilent: false, waiting: new Set<string>() }
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://server')
    if (line.isSilent) return
    if (request.method === 'POST') {
      if (line.isBusy) line.busyAnswers += 1
      response.writeHead(line.isBusy ? 503 : 404, { 'content-type': 'application/json' }).end('{}')
      return
    }
    if (line.refuses && url.searchParams.get('table') === table) {
      response.writeHead(403, { 'content-type': 'application/json' }).end('{"error":{"code":"not-allowed"}}')
      return
    }
    const headers = {
      'electric-handle': 'h',
      'electric-offset': '0_0',
      'electric-schema': '{}',
      'electric-cursor': '1',
      'electric-up-to-date': '',
    }
    if (url.searchParams.has('live')) {
      line.waiting.add(url.searchParams.get('table') ?? '')
      return
    }
    response.writeHead(200, { 'content-type': 'application/json', ...headers })
    response.end('[{"headers":{"control":"up-to-date","global_last_seen_lsn":"10"}}]')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const db = await openTillDatabase(':memory:')
  const deviceId = '00000000-0000-7000-8000-000000000003'
  const journal = openJournal(db, { deviceId, privateKey: generateKeyPairSync('ed25519').privateKey })
  const history = openOwnHistory(db, { deviceId, journal })
  const options = {
    serverUrl: `http://127.0.0.1:${port}`,
    fetch,
    hearing: createHearing(),
    db,
    history,
    slices: createSlices(() => performance.now()),
    writer: createReplicaWriter(db, { deviceId, history }),
    changes: createChanges(),
    now: () => Date.parse('2026-03-12T09:00:00.000Z'),
    failed: () => {},
  }
  const shapes = () => db.prepare('select shape from replica_shape').pluck().all()
  return { line, options, shapes }
}

async function follow(table: string) {
  const { line, options, shapes } = await open(table)
  const broken = (error: Error) => {
    throw error
  }
  const started = startPull({ ...options, broken, committed: () => {} })
  pull = started
  return { line, shapes, pull: started }
}

it('says that it is refused when one shape is, and that it no longer is', async () => {
  const { line, pull } = await follow('staff')
  const refused = { since: '2026-03-12T09:00:00.000Z', cause: 'refused' }
  await vi.waitFor(() => expect(pull.trouble()).toEqual(refused), { timeout: 5000 })
  expect(pull.ready()).toBe(false)
  line.refuses = false
  await vi.waitFor(() => expect(pull.ready()).toBe(true), { timeout: 8000 })
  expect(pull.trouble()).toBeNull()
}, 15_000)

it('follows the rest when the server is of a release that lacks a table, and that one once it is there', async () => {
  const { line, shapes, pull } = await follow('z_addendum')
  await vi.waitFor(() => expect(pull.loading()).toBeNull(), { timeout: 8000 })
  expect(pull.ready()).toBe(true)
  expect(pull.trouble()).toBeNull()
  expect(shapes().length).toBeGreaterThan(5)
  expect(shapes()).not.toContain('z_addendum')
  line.refuses = false
  await vi.waitFor(() => expect(shapes()).toContain('z_addendum'), { timeout: 12_000 })
}, 25_000)

it('goes on asking for every table when the server was too busy for all of them together', async () => {
  const { line } = await follow('none')
  line.isBusy = true
  await vi.waitFor(() => expect(line.busyAnswers).toBeGreaterThan(1), { timeout: 8000 })
  expect(line.waiting).toEqual(new Set())
  line.isBusy = false
  await vi.waitFor(() => expect(line.waiting).toEqual(new Set(TILL_TABLES)), { timeout: 8000 })
}, 20_000)

it('begins anew when it has heard nothing for long, although the server answers what is sent', async () => {
  const { line, options } = await open('none')
  line.isSilent = true
  const said: unknown[] = []
  const kept = keepPulling(options, ({ event }) => said.push(event), 300)
  pull = kept
  const standing = kept.current()
  kept.answered()
  expect(said).toEqual([])
  await vi.waitFor(() => expect(standing.isAlive(300)).toBe(false), { timeout: 5000 })
  line.isSilent = false
  kept.answered()
  kept.answered()
  await vi.waitFor(() => expect(kept.current().ready()).toBe(true), { timeout: 8000 })
  expect(said).toEqual(['pull-stalled'])
}, 15_000)
