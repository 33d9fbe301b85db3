import { connect } from 'node:net'
import { type Kysely, sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Role, roleSchema } from '../../../domain/permissions.ts'
import type { ServerTables } from '../../../migrations/schema.ts'
import { SYNCED_TABLES, type SyncedTable } from '../../../migrations/synced-tables.ts'
import type { ServerDatabase } from '../../database/pool.ts'
import { addDevice, deviceToken, send, startTestServer, type TestServer } from '../../test-server.ts'
import type { Message } from '../testing.ts'
import { DECISIONS, type Decision, PARTS, type Rows } from './matrix-decisions.ts'

/** The one day that {@link valueFor} gives every row, and one that none has. */
const [DAY, OTHER_DAY] = ['2026-03-02', '2026-03-03']

const SPOKESMEN = ['till of A', 'head_office of no branch']

/** Stands in every column that is not synced: it may leave the server in no answer. */
const PRIVATE = 'MUST-NOT-LEAVE-THE-SERVER'

interface Column {
  name: string
  type: string
}

async function columnsOf(db: Kysely<ServerTables>, table: string): Promise<Column[]> {
  const { rows } = await sql<Column>`
    select column_name as name, udt_name as type from information_schema.columns
    where table_schema = 'public' and table_name = ${table} and is_generated = 'NEVER'`.execute(db)
  return rows
}

let made = 0

/** A value of a column's type; texts that are not synced say so. */
function valueFor({ name, type }: Column, synced: SyncedTable): unknown {
  made += 1
  if (type === 'uuid') return uuidv7()
  if (type === 'text' || type === 'varchar')
    return name in synced.columns ? `${name} ${made}` : `${PRIVATE} ${made}`
  if (/^int|^numeric|^float/.test(type)) return made
  if (type === 'bool') return true
  if (type === 'date') return DAY
  if (type === 'timestamptz') return '2026-03-02T09:30:00.000Z'
  if (type === 'jsonb') return '{}'
  throw new TypeError(`${synced.table}.${name}: no test value for ${type}`)
}

const scopeColumn = (synced: SyncedTable) =>
  [synced.till, synced.console].flatMap((rows) => (rows?.rows === 'branch' ? [rows.column] : []))[0]

/** One row of every synced table for each branch, whatever the constraints between them. */
async function fill(db: ServerDatabase, branches: readonly string[]): Promise<void> {
  const checks = await sql<{ table: string; name: string }>`
    select conrelid::regclass::text as table, conname as name from pg_constraint
    where contype = 'c' and connamespace = 'public'::regnamespace`.execute(db)
  for (const { table, name } of checks.rows)
    await sql`alter table ${sql.id(table)} drop constraint ${sql.id(name)}`.execute(db)
  await db.connection().execute(async (connection) => {
    await sql`set session_replication_role = replica`.execute(connection)
    for (const synced of SYNCED_TABLES) {
      const columns = await columnsOf(connection, synced.table)
      const scope = scopeColumn(synced)
      for (const branch of branches) {
        const values = columns.map((column) =>
          column.name === scope
            ? branch
            : column.name === synced.parts?.open
              ? null
              : valueFor(column, synced),
        )
        await sql`insert into ${sql.table(synced.table)} (${sql.join(columns.map(({ name }) => sql.id(name)))})
          values (${sql.join(values)}) on conflict do nothing`.execute(connection)
      }
    }
    await sql`set session_replication_role = origin`.execute(connection)
  })
}

interface TestCaller {
  name: string
  token: string
  /** Null: every branch. */
  branchId: string | null
  rows: (decision: Decision) => Rows
}

let server: TestServer
const callers: TestCaller[] = []

async function addPerson(role: Role, branchId: string | null): Promise<string> {
  const id = uuidv7()
  await server.db
    .insertInto('staff')
    .values({ id, branch_id: branchId, name: role, role, active: true })
    .execute()
  const response = await send(server, '/v1/dev/sign-in', { body: { staffId: id } })
  return ((await response.json()) as { token: string }).token
}

async function addCallers(): Promise<void> {
  const { branchId, otherBranchId, otherRegisterId } = server.organisation
  const addOne = async (name: string, branch: string, register: string | null) => {
    const device = await addDevice(server)
    await server.db
      .updateTable('device')
      .set({ branch_id: branch, register_id: register })
      .where('id', '=', device.deviceId)
      .execute()
    const rows = (decision: Decision) => (register ? decision.till : decision.tablet)
    callers.push({ name, token: await deviceToken(device), branchId: branch, rows })
  }
  await addOne('till of A', branchId, server.organisation.registerIds[0])
  await addOne('tablet of A', branchId, null)
  await addOne('till of B', otherBranchId, otherRegisterId)
  for (const role of roleSchema.options) {
    for (const [name, branch] of [
      ['A', branchId] as const,
      ['B', otherBranchId] as const,
      ['no branch', null] as const,
    ]) {
      const sees = role === 'head_office' || (role === 'branch_manager' && branch !== null)
      const rows = (decision: Decision) => (sees ? decision.console : 'none')
      callers.push({
        name: `${role} of ${name}`,
        token: await addPerson(role, branch),
        branchId: branch,
        rows,
      })
    }
  }
}

beforeAll(async () => {
  server = await startTestServer()
  await fill(server.db, [server.organisation.branchId, server.organisation.otherBranchId])
  await addCallers()
})
afterAll(() => server?.stop())

async function rowsFor(caller: TestCaller, table: string, part?: string) {
  const query = `table=${table}&offset=-1${part ? `&part=${part}` : ''}`
  const response = await send(server, `/v1/shape?${query}`, { token: caller.token })
  const text = await response.text()
  const messages = response.status === 200 ? (JSON.parse(text) as Message[]) : []
  return { status: response.status, text, rows: messages.flatMap(({ value }) => (value ? [value] : [])) }
}

describe('every synced table × caller × branch, asked of the whole server', () => {
  it('has a decision for each synced table and no other', () => {
    expect(Object.keys(DECISIONS).sort()).toEqual(SYNCED_TABLES.map(({ table }) => table).sort())
    for (const { table } of SYNCED_TABLES) expect(table).toMatch(/^[a-z_][a-z0-9_]*$/)
  })

  it.each(SYNCED_TABLES.map((synced) => [synced.table, synced] as const))('%s', async (table, synced) => {
    const { branchId, otherBranchId } = server.organisation
    const scope = scopeColumn(synced)
    for (const caller of callers) {
      const { status, text, rows } = await rowsFor(caller, table)
      const allowed = caller.rows(DECISIONS[table])
      const what = `${table} to ${caller.name}`
      expect(status, what).toBe(allowed === 'none' ? 403 : 200)
      expect(text, what).not.toContain(PRIVATE)
      if (allowed === 'none') continue
      expect(rows.length, what).toBeGreaterThan(0)
      for (const row of rows)
        expect(Object.keys(row).sort(), what).toEqual(Object.keys(synced.columns).sort())
      if (allowed === 'all' || !scope) continue
      const seen = new Set(rows.map((row) => row[scope]))
      if (caller.branchId === null) {
        expect(seen, what).toContain(branchId)
        expect(seen, what).toContain(otherBranchId)
        continue
      }
      expect([...seen], what).toEqual([caller.branchId])
      expect(text, what).not.toContain(caller.branchId === branchId ? otherBranchId : branchId)
    }
  })

  it('has parts where it says so and nowhere else', () => {
    for (const { table, parts } of SYNCED_TABLES) {
      const named = Object.keys(parts ?? {}).filter((name) => name !== 'columns')
      expect(named.sort(), table).toEqual([...(PARTS[table] ?? [])].sort())
    }
  })

  it.each(SYNCED_TABLES.map((synced) => [synced.table, synced] as const))(
    'gives parts of %s to the console alone, each within what it may follow',
    async (table, synced) => {
      const scope = scopeColumn(synced)
      // Where there is no part at all, one of each kind says so for the others.
      const asking = synced.parts ? callers : callers.filter(({ name }) => SPOKESMEN.includes(name))
      for (const caller of asking) {
        const mayAll = ['branch_manager', 'head_office'].some((role) => caller.name.startsWith(role))
        for (const part of [`day:${DAY}`, `day:${OTHER_DAY}`, 'open']) {
          const kind = part === 'open' ? 'open' : 'day'
          const allowed =
            mayAll && caller.rows(DECISIONS[table]) !== 'none' && PARTS[table]?.includes(kind) === true
          const { status, text, rows } = await rowsFor(caller, table, part)
          const what = `${part} of ${table} to ${caller.name}`
          expect(status, what).toBe(allowed ? 200 : 403)
          expect(text, what).not.toContain(PRIVATE)
          if (!allowed) continue
          // One row a branch, of one day and open.
          const branches = caller.branchId === null ? 2 : 1
          expect(rows.length, what).toBe(part === `day:${OTHER_DAY}` ? 0 : branches)
          const brought = synced.parts?.columns ?? Object.keys(synced.columns)
          for (const row of rows) expect(Object.keys(row).sort(), what).toEqual([...brought].sort())
          if (scope && caller.branchId !== null)
            for (const row of rows) expect(row[scope], what).toBe(caller.branchId)
        }
      }
    },
  )

  it.each(['', 'closed', 'day:', 'day:soon', `day:${DAY}' or true`, `open&part=open`, 'day:2026-02-30'])(
    'cannot read %j as a part',
    async (part) => {
      const { token } = callers.find(({ name }) => name === 'head_office of no branch') as TestCaller
      const answer = await send(server, `/v1/shape?table=sale&offset=-1&part=${part}`, { token })
      expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('part')])
    },
  )

  it('shows nobody a salary, and nobody but a till a PIN hash or any key', () => {
    for (const { table, columns, console } of SYNCED_TABLES) {
      const names = Object.keys(columns).filter((name) =>
        /(^|_)pin(_|$)|_key|salary|secret|token|wage/.test(name),
      )
      expect(names, table).toEqual(table === 'staff_pin' ? ['pin_hash'] : [])
      if (names.length > 0) expect(console).toBeNull()
    }
  })
})

/** A request as it is written, not as an HTTP client would have tidied it. */
function raw(method: string, target: string, token?: string): Promise<{ status: number; text: string }> {
  const { port, host } = new URL(server.url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1')
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', reject)
    socket.on('close', () => resolve({ status: Number(text.split(' ')[1]), text }))
    const authorization = token ? `authorization: Bearer ${token}\r\n` : ''
    const elsewhere =
      'x-original-url: /v1/shape\r\nx-rewrite-url: /v1/shape\r\nx-http-method-override: GET\r\n'
    socket.write(
      `${method} ${target} HTTP/1.1\r\nhost: ${host}\r\n${authorization}${elsewhere}connection: close\r\n\r\n`,
    )
  })
}

const PATHS = [
  '/v1/shape',
  '/v1/shape/',
  '/v1/shape//',
  '/v1//shape',
  '//v1/shape',
  '/v1/%73hape',
  '/v1/%2573hape',
  '/v1/shape%2f',
  '/v1%2fshape',
  '/v1/shape%00',
  '/v1/shape%20',
  '/v1/shape.',
  '/v1/shape..',
  '/v1/shape...',
  '/v1/shape/.',
  '/v1/shape/..;/shape',
  '/v1/./shape',
  '/v1/x/../shape',
  '/v1/%2e%2e/v1/shape',
  '/v1/shape;v=1',
  '/v1/shape.json',
  '/V1/SHAPE',
  '/v1\\shape',
  '/v1/shape/staff_pin',
  '/v1/shapes',
  'http://elsewhere.example/v1/shape',
]

describe('the way in', () => {
  const tokenOf = (name: string) => callers.find((caller) => caller.name === name)?.token

  it.each(PATHS)('%s gives nothing to nobody, and to a till its own branch at most', async (path) => {
    const { otherBranchId } = server.organisation
    for (const [table, token] of [
      ['staff_pin', undefined],
      ['staff_pin', 'ey.ey.ey'],
      ['staff_pin', tokenOf('tablet of A')],
      ['basket_action', tokenOf('till of A')],
      ['staff', tokenOf('cashier of A')],
      ['sale', tokenOf('till of A')],
    ] as const) {
      const { status, text } = await raw('GET', `${path}?table=${table}&offset=-1`, token)
      if (path === '/v1/shape' && table === 'sale') expect(status).toBe(200)
      if (table === 'sale') expect([200, 400, 404]).toContain(status)
      else expect([400, 401, 403, 404]).toContain(status)
      if (status !== 200) expect(text).not.toContain('"operation"')
      expect(text).not.toContain(otherBranchId)
    }
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'HEAD'])(
    '%s brings no row and ends no shape',
    async (method) => {
      const token = tokenOf('till of A')
      const { status, text } = await raw(method, '/v1/shape?table=sale&offset=-1', token)
      expect([200, 404]).toContain(status)
      expect(text).not.toContain('"operation"')
      if (method !== 'HEAD') expect(status).toBe(404)
    },
  )
})

describe('a live request of one who is revoked', () => {
  const LIMIT_MS = 30_000

  /** Opens a request at the end of a shape's log. */
  async function follow(token: string, extra: string) {
    const start = await send(server, '/v1/shape?table=sale&offset=now', { token })
    await start.text()
    const handle = start.headers.get('electric-handle')
    const offset = start.headers.get('electric-offset')
    const query = `table=sale&handle=${handle}&offset=${offset}&live=true${extra}`
    const opened = send(server, `/v1/shape?${query}`, { token })
    const ended = opened.then(async (response) => ({
      status: response.status,
      text: await response.text().catch(() => 'broken'),
      at: performance.now(),
    }))
    return { opened, ended }
  }

  it('ends within 30 s, at the server’s own pace: long polls with 403, event streams at once', async () => {
    const device = await addDevice(server)
    const deviceBearer = await deviceToken(device)
    const manager = await addPerson('branch_manager', server.organisation.branchId)
    const streams = [await follow(deviceBearer, '&live_sse=true'), await follow(manager, '&live_sse=true')]
    await Promise.all(streams.map(({ opened }) => opened))
    const polls = [await follow(deviceBearer, ''), await follow(manager, '')]
    const from = performance.now()
    await server.db
      .updateTable('device')
      .set({ revoked_at: new Date().toISOString() })
      .where('id', '=', device.deviceId)
      .execute()
    await server.db
      .updateTable('staff')
      .set({ role: 'cashier' })
      .where('role', '=', 'branch_manager')
      .execute()
    for (const { ended } of [...streams, ...polls]) expect((await ended).at - from).toBeLessThan(LIMIT_MS)
    const again = [deviceBearer, manager].map((token) =>
      send(server, '/v1/shape?table=sale&offset=-1', { token }),
    )
    expect((await Promise.all(again)).map(({ status }) => status)).toEqual([403, 403])
    for (const { ended } of polls) expect((await ended).status).toBe(403)
  })
})
