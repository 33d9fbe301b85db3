import { cp, mkdtemp, rm } from 'node:fs/promises'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { hash } from '@node-rs/argon2'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { databaseFile } from '../desktop/till/data-folder.ts'
import { spawnTill, type TillProcess } from '../desktop/till/test-process.ts'
import { minor } from '../domain/money.ts'
import { send, signIn, startTestServer, type TestServer } from '../sync-server/test-server.ts'
import { untilTillsEqualServer } from './support/compare.ts'
import { type Hands, layHandsOn, sellForCash } from './support/hands.ts'
import { type Line, openLine } from './support/line.ts'
import { until } from './support/until.ts'

/** Real tills as processes, a real server over a real Postgres: what an old backup or a copied disk does to them. */

const PIN = '2222'
const PRICE = 250
const FLOAT = minor(10_000)

/** Two new identities, one after the other, on a busy machine. */
const CLEARED_UP_MS = 90_000

let server: TestServer
let line: Line
let dir: string
const tills = new Map<string, TillProcess>()

beforeAll(async () => {
  server = await startTestServer()
  line = await openLine(Number(new URL(server.url).port))
  dir = await mkdtemp(join(tmpdir(), 'restored-'))
  const { branchId, staff } = server.organisation
  const pin_hash = await hash(PIN, { memoryCost: 8, timeCost: 1, parallelism: 1 })
  await server.db
    .insertInto('staff_pin')
    .values({ staff_id: staff.pharmacist, branch_id: branchId, pin_hash })
    .execute()
})
afterAll(async () => {
  await Promise.all([...tills.values()].map((till) => till.kill()))
  for (const gate of gates) {
    gate.close()
    gate.closeAllConnections()
  }
  await line?.close()
  await server?.stop()
  await rm(dir, { recursive: true, force: true })
})

async function code(register: number): Promise<string> {
  const { branchId, registerIds } = server.organisation
  const body = { branchId, registerId: registerIds[register] }
  const made = await send(server, '/v1/enrolments', { token: await signIn(server, 'it_admin'), body })
  return ((await made.json()) as { code: string }).code
}

/** Reads a till's sums beside it, and tells what they were at any moment of this. */
function watchSums(name: string, registerId: string | undefined) {
  const db = new Database(databaseFile(folder(name)), { readonly: true })
  const sums = db.prepare(`select json_array(
    (select sum(amount) from drawer_balance where register_id = @register),
    (select quantity from stock_on_hand where product_id = @product),
    (select sale_count from register_total where register_id = @register),
    (select count(*) from sale where register_id = @register))`)
  const seen = new Set<string>()
  const look = () =>
    seen.add(String(sums.pluck().get({ register: registerId, product: server.organisation.product.id })))
  look()
  const timer = setInterval(look, 2)
  return {
    seen,
    /** Whether facts came under another device's name. */
    told: () => db.prepare('select count(*) from journal_carried').pluck().get() as number,
    stop: () => {
      clearInterval(timer)
      db.close()
    },
  }
}

/** The way to the server, on which journals can be held up while everything else passes. */
const gates: Server[] = []
async function openGate() {
  let shut = true
  const { port } = new URL(line.url)
  const gate = createServer((req, res) => {
    if (shut && req.url?.startsWith('/v1/journal')) {
      res.writeHead(503).end()
      return
    }
    const { method, url: path, headers } = req
    const far = request({ port, host: '127.0.0.1', method, path, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(res)
    })
    far.on('error', () => res.destroy())
    res.on('close', () => far.destroy())
    req.pipe(far)
  })
  gates.push(gate)
  await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(gate.address() as AddressInfo).port}`,
    open: () => {
      shut = false
    },
  }
}

const folder = (name: string) => join(dir, name)

async function start(name: string, args: string[] = [], url = line.url): Promise<TillProcess> {
  const till = await spawnTill(folder(name), ['--server', url, ...args])
  tills.set(name, till)
  return till
}

const stop = async (name: string) => {
  await tills.get(name)?.stop()
  tills.delete(name)
}

/** Hands that follow a till when its core begins anew. */
async function unlocked(name: string): Promise<Hands> {
  const hands = await layHandsOn(tills.get(name)?.address ?? '')
  await until(`${name} to know its people`, async () =>
    hands.do('operator.unlock', { pin: PIN }).catch(() => null),
  )
  return hands
}

async function sell(name: string, count: number): Promise<number[]> {
  const hands = await unlocked(name)
  const { cip13 } = server.organisation.product
  await until(`${name} to know the product`, async () =>
    (await hands.do('product.search', { text: 'aspi' })).length > 0 ? true : null,
  )
  if (hands.see('session') === null) await hands.do('session.open', { float: FLOAT })
  const numbers: number[] = []
  for (let n = 0; n < count; n += 1) numbers.push(await sellForCash(hands, [cip13]))
  hands.close()
  return numbers
}

/** What a till says of itself, asked anew: its core may have begun anew meanwhile. */
async function untilSays(
  name: string,
  condition: (status: NonNullable<ReturnType<Hands['see']>>) => boolean,
) {
  return until(
    `${name} to say so`,
    async () => {
      const hands = await layHandsOn(tills.get(name)?.address ?? '').catch(() => null)
      if (!hands) return null
      const status = await until('a status', () => hands.see('status')).finally(() => hands.close())
      return condition(status) ? status : null
    },
    CLEARED_UP_MS,
  )
}

const untilSent = (name: string, reason: string | null) =>
  untilSays(name, (status) => {
    const { sync, continued } = status as { sync: { state: string }; continued: { reason: string } | null }
    return sync.state === 'online' && (continued?.reason ?? null) === reason
  })

const receiptsOf = async (registerId: string | undefined) =>
  (
    await server.db
      .selectFrom('sale')
      .select('receipt_number')
      .where('register_id', '=', registerId ?? '')
      .orderBy('receipt_number')
      .execute()
  ).map((sale) => Number(sale.receipt_number))

async function cashIn(registerId: string | undefined): Promise<number> {
  const rows = await server.db
    .selectFrom('drawer_balance')
    .select('amount')
    .where('register_id', '=', registerId ?? '')
    .execute()
  return rows.reduce((sum, { amount }) => sum + Number(amount), 0)
}

const equalToServer = (names: string[]) =>
  untilTillsEqualServer(
    server.db,
    server.organisation.branchId,
    names.map((name) => ({ name, databaseFile: databaseFile(folder(name)) })),
  )

it('keeps both histories of a till that was restored from an old backup', async () => {
  const [register] = server.organisation.registerIds
  await start('first', ['--enrol', await code(0)])
  expect(await sell('first', 2)).toEqual([1, 2])
  await untilSent('first', null)
  await stop('first')
  await cp(folder('first'), folder('backup'), { recursive: true })
  await start('first')
  expect(await sell('first', 2)).toEqual([3, 4])
  await untilSent('first', null)
  await stop('first')

  await rm(folder('first'), { recursive: true })
  await cp(folder('backup'), folder('first'), { recursive: true })
  line.cut()
  await start('first')
  expect(await sell('first', 3)).toEqual([3, 4, 5])
  line.restore()
  await untilSent('first', 'device-restored')
  expect(await sell('first', 1)).toEqual([6])
  await untilSent('first', 'device-restored')

  expect(await receiptsOf(register)).toEqual([1, 2, 3, 3, 4, 4, 5, 6])
  expect(await cashIn(register)).toBe(FLOAT + 8 * PRICE)
  await equalToServer(['first'])
  const told = await server.db.selectFrom('event_exception').select('code').distinct().execute()
  expect(told.map(({ code }) => code)).toEqual(
    expect.arrayContaining(['device-restored', 'receipt-duplicate']),
  )
})

it('takes back a workstation whose identity was lost beside its journal', async () => {
  const [register] = server.organisation.registerIds
  line.cut()
  expect(await sell('first', 1)).toEqual([7])
  await stop('first')
  line.restore()
  await rm(join(folder('first'), 'device.json'))
  await expect(start('first')).rejects.toThrow('not enrolled')
  await expect(start('first', ['--enrol', await code(1)])).rejects.toThrow('unsent sales of another register')
  await start('first', ['--enrol', await code(0)])
  await untilSent('first', 'device-enrolled-anew')
  expect(await sell('first', 1)).toEqual([8])
  await untilSent('first', 'device-enrolled-anew')
  expect(await receiptsOf(register)).toEqual([1, 2, 3, 3, 4, 4, 5, 6, 7, 8])
  expect(await cashIn(register)).toBe(FLOAT + 10 * PRICE)
  await equalToServer(['first'])
})

/** Changes what a stopped till has stored of the last sales, as a disk does. */
function rot(name: string, changes: Record<number, (row: { hash: string; body: string }) => object>) {
  const db = new DatabaseSync(databaseFile(folder(name)))
  db.exec('drop trigger journal_no_update')
  for (const [seq, change] of Object.entries(changes)) {
    const row = db.prepare('select hash, body from journal where seq = ?').get(Number(seq))
    const { hash, body } = row as { hash: string; body: string }
    const rotten = { hash, body, ...change({ hash, body }) }
    expect(rotten).not.toEqual({ hash, body })
    db.prepare('update journal set hash = ?, body = ? where seq = ?').run(rotten.hash, rotten.body, seq)
  }
  db.exec(`create trigger journal_no_update before update on journal
    begin select raise(abort, 'journal is append-only'); end`)
  db.close()
}

const other = (letter: string) => (letter === 'a' ? 'b' : 'a')

it.each(['the copy', 'the original'])(
  'counts once what a till and its copy both bring at all times, when %s is first',
  async (first) => {
    const [register] = server.organisation.registerIds
    line.cut()
    await sell('first', 2)
    await tills.get('first')?.kill()
    line.restore()
    await cp(folder('first'), folder('twin'), { recursive: true })
    await rm(join(folder('twin'), 'device.json'))
    const ways = { first: await openGate(), twin: await openGate() }
    await start('twin', ['--enrol', await code(0)], ways.twin.url)
    await start('first', [], ways.first.url)
    const [sooner, later] = first === 'the copy' ? (['twin', 'first'] as const) : (['first', 'twin'] as const)
    const watches = { first: watchSums('first', register), twin: watchSums('twin', register) }
    const [before] = watches.first.seen
    const told = watches[later].told()

    ways[sooner].open()
    await until(`${later} to hear of it`, () => watches[later].told() === told + 2, CLEARED_UP_MS)
    await tills.get(later)?.kill()
    await start(later, [], ways[later].url)
    ways[later].open()
    await untilSays(later, (status) => (status as { sync: { state: string } }).sync.state === 'online')
    expect([[...watches.first.seen], [...watches.twin.seen]]).toEqual([[before], [before]])
    const [drawer] = JSON.parse(String(before))
    expect(await cashIn(register)).toBe(drawer)
    for (const watch of Object.values(watches)) watch.stop()
    await stop('twin')
    await rm(folder('twin'), { recursive: true })
  },
)

it('gives the copy of a till that runs beside it a register of its own', async () => {
  const [, register] = server.organisation.registerIds
  await start('original', ['--enrol', await code(1)])
  await sell('original', 1)
  await untilSent('original', null)
  await stop('original')
  await cp(folder('original'), folder('copy'), { recursive: true })
  line.cut()
  await start('original')
  await start('copy')
  expect(await sell('original', 2)).toEqual([2, 3])
  expect(await sell('copy', 2)).toEqual([2, 3])
  line.restore()
  const names = ['original', 'copy']
  const apart = await Promise.any(names.map((name) => untilSent(name, 'device-copied').then(() => name)))
  expect(await sell(apart, 2)).toEqual([1, 2])
  const other = names.find((name) => name !== apart) ?? ''
  expect(await sell(other, 1)).toEqual([4])
  await untilSent(other, null)
  await untilSent(apart, 'device-copied')

  expect(await receiptsOf(register)).toEqual([1, 2, 2, 3, 3, 4])
  expect(await cashIn(register)).toBe(FLOAT + 6 * PRICE)
  const { registerIds, otherRegisterId } = server.organisation
  const added = await server.db
    .selectFrom('register')
    .select(['id', 'number', 'name'])
    .where('id', 'not in', [...registerIds, otherRegisterId])
    .where('name', 'like', 'Register 2%')
    .execute()
  expect(added).toHaveLength(1)
  expect(added[0]?.name).toBe(`Register 2 (${added[0]?.number})`)
  expect(await receiptsOf(added[0]?.id)).toEqual([1, 2])
  expect(await cashIn(added[0]?.id)).toBe(FLOAT + 2 * PRICE)
  await equalToServer(['original', 'copy', 'first'])
})

it('sends everything behind an event that rotted on its disk, and tells head office which', async () => {
  const [register] = server.organisation.registerIds
  const had = await cashIn(register)
  line.cut()
  const numbers = await sell('first', 4)
  const [damaged] = numbers
  await stop('first')
  const db = new DatabaseSync(databaseFile(folder('first')), { readOnly: true })
  const { last } = db.prepare('select max(seq) as last from journal').get() as { last: number }
  db.close()
  rot('first', {
    [last - 3]: ({ body }) => ({ body: body.replace('"total":250', '"total":950') }),
    [last - 2]: ({ body }) => ({ body: body.replace(/("signature":")(.)/, (_, key, c) => key + other(c)) }),
    [last - 1]: ({ body }) => ({ body: body.replace(/("prevHash":")(.)/, (_, key, c) => key + other(c)) }),
    [last]: ({ hash }) => ({ hash: other(hash.charAt(0)) + hash.slice(1) }),
  })
  line.restore()
  await start('first')
  await untilSent('first', 'device-enrolled-anew')
  const later = await sell('first', 1)
  await untilSent('first', 'device-enrolled-anew')

  const receipts = await receiptsOf(register)
  expect(receipts.slice(-4)).toEqual([...numbers.slice(1), ...later])
  expect(receipts).not.toContain(damaged)
  expect(await cashIn(register)).toBe(had + 4 * PRICE)
  const told = await server.db
    .selectFrom('event_exception')
    .select(['code', 'detail', 'seq'])
    .where('code', 'in', ['event-damaged', 'event-mended'])
    .orderBy('seq')
    .execute()
  expect(told.map(({ seq, code, detail }) => [seq - last, `${code}: ${detail}`])).toEqual([
    [-3, `event-damaged: content · ${damaged} · 250`],
    [-2, 'event-mended: signature'],
    [-1, 'event-mended: prevHash'],
  ])
  const hands = await unlocked('first')
  await until('the till to say which sale it is', () => {
    const found = hands.see('exceptions')?.find(({ code }) => code === 'event-damaged')
    return found?.detail === `content · ${damaged} · 250` ? found : null
  })
  hands.close()
  await until('the till to hold in its drawer what head office does', () => {
    const till = new DatabaseSync(databaseFile(folder('first')), { readOnly: true })
    const rows = till.prepare('select amount from drawer_balance where register_id = ?').all(register ?? '')
    till.close()
    const sum = rows.reduce((all, { amount }) => all + Number(amount), 0)
    return sum === had + 4 * PRICE ? true : null
  })
})
