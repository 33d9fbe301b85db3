import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { serve } from '@hono/node-server'
import pg from 'pg'
import type { RunningPostgres } from '../database/embedded-postgres.ts'
import { startTestPostgres } from '../database/test-postgres.ts'
import { createShapeEngine, type ShapeEngine } from './engine/app.ts'
import type { EngineEvent, EngineOptions } from './engine/options.ts'

export interface Message {
  key?: string
  value?: Record<string, string | null>
  old_value?: Record<string, string | null>
  headers: Record<string, unknown>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly messages: Message[]
  readonly handle: string
  readonly offset: string
  readonly upToDate: boolean
}

/** An engine over a real Postgres, served on a real socket. */
export interface TestEngine {
  readonly postgres: RunningPostgres
  readonly sql: pg.Client
  readonly url: string
  readonly events: EngineEvent[]
  /** The engine's own folder. */
  readonly dataDir: string
  engine(): ShapeEngine
  /** Closes the engine and opens it again on the same data folder, this time with other options where given. */
  restart(otherwise?: Partial<EngineOptions>): Promise<void>
  get(query: Record<string, string>, init?: RequestInit): Promise<Answer>
  stop(): Promise<void>
}

async function toAnswer(response: Response): Promise<Answer> {
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    text,
    messages: text.startsWith('[') ? (JSON.parse(text) as Message[]) : [],
    handle: response.headers.get('electric-handle') ?? '',
    offset: response.headers.get('electric-offset') ?? '',
    upToDate: response.headers.has('electric-up-to-date'),
  }
}

export async function startTestEngine(options: Partial<EngineOptions> = {}): Promise<TestEngine> {
  const postgres = await startTestPostgres()
  const sql = new pg.Client(postgres.url)
  await sql.connect()
  const dataDir = await mkdtemp(join(tmpdir(), 'shapes-'))
  const events: EngineEvent[] = []
  const open = (otherwise: Partial<EngineOptions> = {}) =>
    createShapeEngine({
      databaseUrl: postgres.url,
      dataDir,
      longPollMs: 1000,
      onEvent: (event) => events.push(event),
      ...options,
      ...otherwise,
    })
  let engine = await open()
  const server = serve({ fetch: (request) => engine.fetch(request), port: 0, hostname: '127.0.0.1' })
  if (!server.listening) await new Promise<void>((resolve) => server.once('listening', () => resolve()))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/shape`
  return {
    postgres,
    sql,
    url,
    events,
    dataDir,
    engine: () => engine,
    restart: async (otherwise) => {
      await engine.close()
      engine = await open(otherwise)
    },
    get: async (query, init) => toAnswer(await fetch(`${url}?${new URLSearchParams(query)}`, init)),
    stop: async () => {
      if ('closeAllConnections' in server) server.closeAllConnections()
      server.close()
      await engine.close()
      await sql.end()
      await postgres.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Follows a shape from the beginning, or from a place, until it is up to date. */
export async function readToEnd(
  engine: Pick<TestEngine, 'get'>,
  shape: Record<string, string>,
  from?: { handle: string; offset: string },
): Promise<{ messages: Message[]; handle: string; offset: string; lsn: string; requests: number }> {
  const messages: Message[] = []
  let place: { handle?: string; offset: string } = from ?? { offset: '-1' }
  for (let requests = 1; ; requests++) {
    const answer = await engine.get({ ...shape, ...place })
    // As the official client does.
    if (answer.status === 503) {
      await delay(100)
      continue
    }
    if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`)
    messages.push(...answer.messages)
    const { handle, offset } = answer
    if (answer.upToDate) {
      const lsn = String(answer.messages.at(-1)?.headers.global_last_seen_lsn)
      return { messages, handle, offset, lsn, requests }
    }
    place = { handle, offset }
  }
}

/** The rows that a client holds after these messages; throws where one does not fit what went before. */
export function applyMessages(
  messages: readonly Message[],
  rows: Map<string, Record<string, string | null>> = new Map(),
): Map<string, Record<string, string | null>> {
  for (const { key, value, headers } of messages) {
    if (key === undefined || !value) continue
    if (headers.operation === 'insert') {
      if (rows.has(key)) throw new Error(`${key} is inserted twice`)
      rows.set(key, value)
    } else {
      const row = rows.get(key)
      if (!row) throw new Error(`${key} is not there to ${String(headers.operation)}`)
      if (headers.operation === 'delete') rows.delete(key)
      else rows.set(key, { ...row, ...value })
    }
  }
  return rows
}

/** Waits for a condition, failing after a limit. */
export async function until(condition: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition did not come true in time')
    await delay(5)
  }
}
