import { execFile } from 'node:child_process'
import { createPublicKey } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Database from 'better-sqlite3'
import { sql } from 'kysely'
import { v7 as uuid } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../../../e2e/support/until.ts'
import { SYNCED_TABLES } from '../../../../migrations/synced-tables.ts'
import { openPool } from '../../../../sync-server/database/pool.ts'
import { ingestBatch } from '../../../../sync-server/journal/ingest.ts'
import { projectPassedOver } from '../../../../sync-server/journal/passed-over.ts'
import { buildWithout } from '../../../../sync-server/journal/test-builds.ts'
import { appendAll, ledgerOf } from '../../../../sync-server/journal/test-ledger.ts'
import { send, signIn, startTestServer, type TestServer } from '../../../../sync-server/test-server.ts'
import { databaseFile, lockFile } from '../../data-folder.ts'
import { createAuthorizedFetch } from '../../device/authorized-fetch.ts'
import { type DeviceIdentity, enrol } from '../../device/identity.ts'
import { lockFolder } from '../../folder-lock.ts'
import { openJournal } from '../../journal/journal.ts'
import { createChanges } from '../../store/changes.ts'
import { openTillDatabase, type TillDatabase } from '../../store/database.ts'
import { spawnTill } from '../../test-process.ts'
import { tellsOfJournals } from '../stages.ts'
import { startSync } from '../sync.ts'
import { addColumns, dropColumns } from '../test-releases.ts'
import { askServer } from './ask.ts'
import { verifyReplica } from './verify.ts'

const MAIN = join(import.meta.dirname, 'main.ts')
const OLDER_RELEASE = pathToFileURL(join(import.meta.dirname, '..', 'test-older-release.ts')).href
const PRODUCTS = 60

let server: TestServer
let dataDir: string
let identity: DeviceIdentity
let db: TillDatabase
let stop: () => Promise<void>

/** Names as catalogues have them, and worse. */
const NAMES = ['Doliprane', 'Été «fort»', 'a"b\\c\'d', 'line\nfeed\ttab', '🎉 𝒳', '', '{}', 'NULL', '\\N']

/** Rows in every kind of column: a catalogue, and a morning's sales of the neighbour register. */
async function fillServer(): Promise<void> {
  const { product, branchId } = server.organisation
  const original = await server.db
    .selectFrom('product')
    .selectAll()
    .where('id', '=', product.id)
    .executeTakeFirstOrThrow()
  const products = Array.from({ length: PRODUCTS }, (_, i) => ({
    ...original,
    id: uuid(),
    cip13: String(3_400_900_000_000 + i),
    name: `${NAMES[i % NAMES.length]}`,
    price: i % 7 === 0 ? null : i * 101,
  }))
  await server.db.insertInto('product').values(products).execute()
  const stock = products.map(({ id }, i) => ({ branch_id: branchId, product_id: id, quantity: i - 5 }))
  await server.db.insertInto('stock_on_hand').values(stock).execute()
  const pin = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g'
  await server.db
    .insertInto('staff_pin')
    .values({ staff_id: server.organisation.staff.cashier, branch_id: branchId, pin_hash: pin })
    .execute()
  await server.db
    .insertInto('forecast_model')
    .values({
      id: uuid(),
      name: 'demand',
      sha256: 'a'.repeat(64),
      bytes: 5,
      feature_version: 1,
      horizon_days: 28,
      trained_at: '2026-03-02T09:30:00.120Z',
      metrics: '{"b": 1, "a": [1.50, null]}',
    })
    .execute()
  const { newJournal, post } = ledgerOf(() => server)
  const journal = await newJournal(1)
  const sales = Array.from({ length: 20 }, () => journal.sale(2))
  expect((await post(journal.device, appendAll(journal, [journal.opened(), ...sales]))).status).toBe(200)
}

async function enrolIn(folder: string, register: 0 | 1): Promise<DeviceIdentity> {
  const { branchId, registerIds } = server.organisation
  const token = await signIn(server, 'it_admin')
  const body = { branchId, registerId: registerIds[register] }
  const made = await send(server, '/v1/enrolments', { token, body })
  const { code } = (await made.json()) as { code: string }
  return enrol(folder, { serverUrl: server.url, code, deviceName: `Till ${register + 1}`, fetch })
}

/** Runs the till's sync on the folder, in this process. @param send how its journal reaches the server */
async function startTill(request: typeof fetch = fetch): Promise<void> {
  const unlock = lockFolder(lockFile(dataDir))
  db = await openTillDatabase(databaseFile(dataDir))
  const sync = startSync({
    serverUrl: server.url,
    identity,
    db,
    journal: openJournal(db, identity),
    changes: createChanges(),
    fetch: request,
    now: Date.now,
    random: Math.random,
    log: () => undefined,
  })
  stop = async () => {
    await sync.stop()
    db.close()
    unlock()
    stop = async () => undefined
  }
  await until('the replica', () => sync.loading() === null)
}

beforeAll(async () => {
  server = await startTestServer()
  dataDir = await mkdtemp(join(tmpdir(), 'verify-'))
  await fillServer()
  identity = await enrolIn(dataDir, 0)
  await startTill()
})

afterAll(async () => {
  await stop?.()
  await server?.stop()
  await rm(dataDir, { recursive: true, force: true })
})

const verify = (...extra: string[]) => verifyIn(dataDir, ...extra)

function verifyIn(folder: string, ...extra: string[]): Promise<{ code: number; out: string; err: string }> {
  const args = [MAIN, 'verify', '--data', folder, '--server', server.url, ...extra]
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    )
  })
}

const positions = () =>
  Object.fromEntries(
    (db.prepare('select * from replica_shape').all() as { shape: string }[]).map((row) => [row.shape, row]),
  )

/** What the report says of each table that is not equal. */
const faults = (out: string) =>
  out
    .split('\n')
    .slice(1, -2)
    .filter((line) => !line.trimEnd().endsWith(' equal'))
    .map((line) => line.split(/\s+/)[0])

/** Deletes a row, alters one and adds one. */
function corruptStock() {
  const added = uuid()
  const products = db.prepare('select product_id from stock_on_hand limit 2').pluck().all() as string[]
  const [gone = '', altered = ''] = products
  db.prepare('delete from stock_on_hand where product_id = ?').run(gone)
  db.prepare('update stock_on_hand set quantity = quantity + 1 where product_id = ?').run(altered)
  db.prepare('insert into stock_on_hand (branch_id, product_id, quantity) values (?, ?, 3)').run(
    identity.branchId,
    added,
  )
  return { gone, altered, added }
}

const stockHere = () => db.prepare('select product_id, quantity from stock_on_hand order by product_id').all()
const stockThere = () =>
  server.db.selectFrom('stock_on_hand').select(['product_id', 'quantity']).orderBy('product_id').execute()

describe('npm run replica -- verify', () => {
  it('finds every table equal beside a running till, whatever is in its columns', async () => {
    const { code, out } = await verify()
    expect([code, faults(out)]).toEqual([0, []])
    for (const { table, till } of SYNCED_TABLES)
      expect(out.includes(`\n${table} `) || out.startsWith(`${table} `)).toBe(till !== null)
    expect(out).toMatch(new RegExp(`product +${PRODUCTS + 1} +${PRODUCTS + 1} +equal`))
  })

  it('names the rows that differ, and changes nothing on a dry run', async () => {
    const { gone, altered, added } = corruptStock()
    const before = [stockHere(), positions()]
    const { code, out } = await verify('--dry-run')
    expect([code, faults(out)]).toEqual([1, ['stock_on_hand']])
    const key = (product: string) => `${identity.branchId} ${product}`
    expect(out).toContain(
      `DIFFERS (1 missing here: ${key(gone)}; 1 too many here: ${key(added)}; 1 with other values: ${key(altered)} (quantity))`,
    )
    expect([stockHere(), positions()]).toEqual(before)
  })

  it('has those rows alone written over by the running till, and lost ones of every table', async () => {
    const lost = SYNCED_TABLES.flatMap(({ table, key, till }) => {
      if (!till || tellsOfJournals(table) || table === 'stock_on_hand') return []
      const first = `select ${key.join(', ')} from "${table}" order by ${key.join(', ')} limit 1`
      const { changes } = db.prepare(`delete from "${table}" where (${key.join(', ')}) = (${first})`).run()
      return changes > 0 ? [table as string] : []
    })
    expect(lost).toEqual(expect.arrayContaining(['product', 'forecast_model', 'staff_pin', 'sale', 'branch']))
    const before = positions()
    const { code, out } = await verify()
    expect([code, faults(out).sort()]).toEqual([0, [...lost, 'stock_on_hand'].sort()])
    expect(out.match(/: repaired, equal now/g)).toHaveLength(lost.length + 1)
    expect(out).toMatch(new RegExp(`, ${lost.length + 1} repaired\\.`))
    expect(stockHere()).toEqual(await stockThere())
    expect(positions()).toEqual(before)
  })

  it('lets own events that are not sent yet be, and fetches a table anew beside them from a server that compares no parts', async () => {
    const olderServer: typeof fetch = async (input, init) =>
      String(input).endsWith('/v1/replica/parts')
        ? Response.json({ error: { text: '', remedy: '' } }, { status: 404 })
        : fetch(input, init)
    await stop()
    await startTill(async (input, init) =>
      String(input).endsWith('/v1/journal') ? Response.json({}, { status: 503 }) : fetch(input, init),
    )
    const journal = openJournal(db, identity)
    const actor = { staffId: server.organisation.staff.cashier, role: 'cashier' as const }
    const { branchId, registerId } = identity
    const place = { branchId, registerId, sessionId: uuid(), businessDate: '2026-03-02', currency: 'EUR' }
    const opened = { type: 'cash-session.opened', version: 1, actor, at: '2026-03-02T09:30:00.000Z' as const }
    db.transaction(() => journal.append({ ...opened, payload: { ...place, float: 10_000 } }))()
    db.exec("update product set name = 'wrong' where rowid = (select min(rowid) from product)")
    const reports = await verifyReplica({
      db,
      device: { deviceId: identity.deviceId, journal },
      there: askServer({
        serverUrl: server.url,
        fetch: createAuthorizedFetch(identity, { fetch: olderServer, now: Date.now }),
      }),
      tables: ['product', 'sale', 'cash_session'],
      dryRun: false,
      say: () => undefined,
      patienceMs: 4000,
    })
    expect(reports.map(({ table, outcome, unsent }) => [table, outcome, unsent])).toEqual([
      ['product', 'refetched', 0],
      ['sale', 'equal', 0],
      ['cash_session', 'moving', 1],
    ])
    expect(db.prepare('select count(*) from cash_session').pluck().get()).toBe(2)
    await stop()
  })

  it('brings a stopped till up to date, and heals it too', async () => {
    await startTill()
    db.exec('delete from sale_line where id in (select id from sale_line limit 3)')
    await stop()
    await server.db.updateTable('product').set({ price: 1 }).where('price', 'is', null).execute()
    const { code, out } = await verify('--table', 'sale_line', '--table', 'product')
    expect([code, faults(out)]).toEqual([0, ['sale_line']])
    await startTill()
    expect(db.prepare('select count(*) from sale_line').pluck().get()).toBe(20)
    expect(db.prepare('select count(*) from product where price is null').pluck().get()).toBe(0)
  })

  it('has by sync what an older server had passed over of its own fact, once that server is upgraded', async () => {
    await stop()
    await startTill(async (input, init) =>
      String(input).endsWith('/v1/journal') ? Response.json({}, { status: 503 }) : fetch(input, init),
    )
    const ownerId = server.organisation.staff.cashier
    const { deviceId, branchId, registerId } = identity
    const sessionId = uuid()
    const place = { branchId, registerId, sessionId, businessDate: '2026-03-02', currency: 'EUR' }
    const actor = { staffId: ownerId, role: 'cashier' as const }
    const at = '2026-03-02T09:30:00.000Z' as const
    const journal = openJournal(db, identity)
    const event = db.transaction(() =>
      journal.append({
        type: 'cash-session.opened',
        version: 1,
        actor,
        at,
        payload: { ...place, float: 0, ownerId },
      }),
    )()
    const owner = () => db.prepare('select owner_id from cash_session where id = ?').pluck().get(sessionId)
    await until('its own fact', () => owner() === ownerId)

    const pool = openPool(server.databaseUrl, () => undefined)
    const tools = { pool, clock: Date.now, newId: uuid }
    const older = buildWithout('older', new Set(['opened.ownerId']))
    const publicKey = createPublicKey(identity.privateKey)
    const device = { kind: 'device' as const, deviceId, branchId, registerId, publicKey }
    const pending = { events: 0, sales: 0, amount: 0 }
    await ingestBatch({ ...tools, build: older }, device, { deviceId, events: [event], pending } as never)
    await until('the row without it', () => owner() === null)
    expect(await projectPassedOver(tools)).toBe(1)
    await until('the field', () => owner() === ownerId)
    await pool.end()
    await stop()
    await startTill()
  })

  it('finds in a till that was upgraded offline what one has that knew all columns, with nothing fetched anew', async () => {
    const lacks = {
      product: { cis: `text not null default ''` },
      device: { enrolled_at: `text not null default ''` },
      branch: { z_mail: 'text' },
    }
    const folder = await mkdtemp(join(tmpdir(), 'upgraded-'))
    await enrolIn(folder, 1)
    const older = await openTillDatabase(databaseFile(folder))
    dropColumns(older, lacks)
    older.close()
    const environment = { TEST_LACKS: JSON.stringify(lacks), NODE_OPTIONS: `--import ${OLDER_RELEASE}` }
    const start = () => spawnTill(folder, ['--server', server.url, '--port', '0'], environment)
    const look = new Database(databaseFile(folder))
    const kept = look.prepare('select columns from replica_unknown where key = ?').pluck()
    const place = look.prepare(`select handle from replica_shape where shape = 'product'`).pluck()
    const products = server.db.selectFrom('product').selectAll()
    const [set, gone, anew] = await products.orderBy('cip13').limit(3).execute()
    if (!set || !gone || !anew) throw new Error('no products')
    const setCis = (cis: string) =>
      server.db.updateTable('product').set({ cis }).where('id', '=', set.id).execute()

    const first = await start()
    await until('the catalogue', () => place.get())
    await setCis('60002283')
    await until('a column by itself', () => kept.get(set.id) === '{"cis":"60002283"}')
    await first.kill()
    await setCis('60002284')
    await server.db.updateTable('branch').set({ z_mail: 'z@example.org' }).execute()
    await server.db
      .insertInto('product')
      .values({ ...anew, id: uuid(), cip13: '3400930009999', cis: '60002285' })
      .execute()
    await server.db.deleteFrom('stock_on_hand').where('product_id', '=', gone.id).execute()
    await server.db.deleteFrom('product').where('id', '=', gone.id).execute()
    const second = await start()
    await until('what it missed', () => kept.get(gone.id) === undefined && kept.get(set.id))
    await until('the branch', () => String(kept.get(server.organisation.branchId)).includes('example.org'))
    await second.kill()
    const handle = place.get()

    addColumns(look, lacks)
    const upgraded = await spawnTill(folder, ['--port', '0'])
    const known = ['id', 'cip13', 'cis'] as const
    expect(look.prepare(`select ${known} from product order by id`).all()).toEqual(
      await server.db.selectFrom('product').select(known).orderBy('id').execute(),
    )
    expect(look.prepare('select z_mail from branch').pluck().get()).toBe('z@example.org')
    await upgraded.stop()
    const tables = Object.keys(lacks).flatMap((table) => ['--table', table])
    const { code, out } = await verifyIn(folder, ...tables, '--dry-run')
    expect([code, faults(out), place.get()]).toEqual([0, [], handle])
    look.close()
    await rm(folder, { recursive: true, force: true })
  })

  it.each([
    [['--table', 'device_credential'], 'device_credential is no table of a till'],
    [['--server', 'nowhere'], '--server must be the address'],
    [['--server', 'http://127.0.0.1:1'], 'could not be reached'],
    [['--nope'], '--nope'],
  ])('says in one sentence what is wrong with %j', async (extra, sentence) => {
    const { code, err } = await verify(...extra)
    expect(code).toBe(2)
    expect(err).toContain(sentence)
  })

  it('gives a revoked device no sums, and no device those of a table or column beyond its scope', async () => {
    const authorized = createAuthorizedFetch(identity, { fetch, now: Date.now })
    const post = async (route: string, question: object) => {
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify(question)
      const url = new URL(`/v1/replica/${route}`, server.url)
      return (await authorized(url, { method: 'POST', headers, body })).status
    }
    const ask = (table: string, columns: string[]) => post('checksums', { tables: [{ table, columns }] })
    expect(await ask('device', ['id', 'name'])).toBe(200)
    expect(await ask('device', ['id', 'public_key'])).toBe(400)
    expect(await ask('device_status', ['device_id'])).toBe(400)
    expect(await ask('staff_login', ['staff_id'])).toBe(400)
    expect(await ask('device', ['id") from device; --'])).toBe(400)
    const parts = (table: string, columns: string[]) =>
      post('parts', { table, columns, within: [''], digits: 16 })
    expect(await parts('device', ['id', 'name'])).toBe(200)
    expect(await parts('device', ['id', 'public_key'])).toBe(400)
    expect(await parts('staff_login', ['staff_id'])).toBe(400)
    const rows = (table: string, place = '0123456789abcdef') => post('rows', { table, places: [place] })
    expect(await rows('device')).toBe(200)
    expect(await rows('staff_login')).toBe(400)
    expect(await rows('device', "' or true --")).toBe(400)
    await server.db.updateTable('device').set({ revoked_at: sql`now()` }).execute()
    expect(await ask('device', ['id'])).toBe(403)
    expect(await rows('device')).toBe(403)
    const { code, err } = await verify()
    expect(code).toBe(2)
    expect(err).toContain('The server refused')
  })
})
