import { createPublicKey } from 'node:crypto'
import pg from 'pg'
import { v7 as uuidv7 } from 'uuid'
import type { JournalEvent } from '../domain/journal/event.ts'
import { projectEvent } from '../domain/journal/families.ts'
import { PROJECTED_KEYS } from '../domain/journal/tables.ts'
import { POSTGRES } from '../migrations/dialect.ts'
import { migrateToLatest } from '../migrations/migrate.ts'
import type { DeviceCaller } from '../sync-server/auth/caller.ts'
import { openDatabase, openPool } from '../sync-server/database/pool.ts'
import { startTestPostgres } from '../sync-server/database/test-postgres.ts'
import { journalBatchSchema } from '../sync-server/journal/batch.ts'
import { ingestBatch } from '../sync-server/journal/ingest.ts'
import { planMutations } from '../sync-server/journal/plan.ts'
import { NOTHING_PENDING, type TestJournal } from '../sync-server/journal/test-journal.ts'
import { seed } from '../sync-server/test-server.ts'
import { type Figure, figure, percentile } from './lib/figures.ts'
import { addJournals, addProducts, saleOfThree } from './lib/ledger.ts'

/** Events in one request, as a till with much to send fills them. */
const BATCH = 200
const BATCHES = 15
const SINGLES = 150

type Pool = ReturnType<typeof openPool>
type PlainRow = Record<string, unknown>

/** The whole database once more, for somebody who inserts the same rows into the same tables and checks nothing. */
async function copyDatabase(url: string): Promise<string> {
  const copy = new URL(url)
  const elsewhere = new URL(url)
  elsewhere.pathname = '/template1'
  copy.pathname = '/plain'
  const admin = new pg.Client(elsewhere.href)
  await admin.connect()
  await admin.query(`create database plain template "${new URL(url).pathname.slice(1)}"`)
  await admin.end()
  return copy.href
}

const eventRow = (event: JournalEvent, branchId: string): PlainRow => ({
  device_id: event.deviceId,
  seq: event.seq,
  branch_id: branchId,
  at: event.at,
  actor_id: event.actor.staffId,
  actor_role: event.actor.role,
  type: event.type,
  version: event.version,
  payload: JSON.stringify(event.payload),
  prev_hash: event.prevHash,
  hash: event.hash,
  signature: event.signature,
  received_at: event.at,
})

/** `insert … values (…), (…)` of rows that all have the same columns. */
function plainInsert(table: string, rows: readonly PlainRow[], conflict = '') {
  const columns = Object.keys(rows[0] ?? {})
  const tuples = rows.map(
    (_, r) => `(${columns.map((_column, c) => `$${r * columns.length + c + 1}`).join(', ')})`,
  )
  const names = columns.map((name) => `"${name}"`).join(', ')
  const values = rows.flatMap((row) => columns.map((column) => row[column]))
  return { text: `insert into "${table}" (${names}) values ${tuples.join(', ')} ${conflict}`, values }
}

/** The statements by which somebody who need not check anything would insert the same rows. */
function plainStatements(events: readonly JournalEvent[], branchId: string) {
  const mutations = events.flatMap((event) => {
    const projection = projectEvent(event)
    return 'mutations' in projection ? projection.mutations : []
  })
  const statements = [
    plainInsert(
      'journal_event',
      events.map((event) => eventRow(event, branchId)),
    ),
  ]
  for (const { table, op, rows, columns } of planMutations(mutations)) {
    const sums = columns.map((name) => `"${name}" = "${table}"."${name}" + excluded."${name}"`)
    const key = PROJECTED_KEYS[table].join(', ')
    const conflict = op === 'add' ? `on conflict (${key}) do update set ${sums.join(', ')}` : ''
    if (op !== 'set') statements.push(plainInsert(table, rows, conflict))
  }
  return statements
}

async function insertPlainly(pool: Pool, statements: ReturnType<typeof plainStatements>): Promise<void> {
  const client = await pool.connect()
  await client.query('begin')
  for (const statement of statements) await client.query(statement)
  await client.query('commit')
  client.release()
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}

/** Takes what a till would have sent into the ledger, as the route does: read, checked, judged, applied. */
async function takeIn(pool: Pool, { device }: TestJournal, body: string): Promise<void> {
  const caller: DeviceCaller = { kind: 'device', publicKey: createPublicKey(device.privateKey), ...device }
  const batch = journalBatchSchema.parse(JSON.parse(body))
  const answer = await ingestBatch({ pool, clock: Date.now, newId: uuidv7 }, caller, batch)
  if (!('accepted' in answer) || answer.accepted !== batch.events.length || answer.exceptions > 0)
    throw new Error(`not taken in as it should be: ${JSON.stringify(answer)}`)
}

const bodyOf = ({ device }: TestJournal, events: readonly JournalEvent[]) =>
  JSON.stringify({ deviceId: device.deviceId, events, pending: NOTHING_PENDING })

/** An organisation with a thousand products in stock, and one till that has sold nothing yet. */
async function fill(url: string) {
  const db = openDatabase(openPool(url, () => {}))
  await migrateToLatest(db, POSTGRES)
  const organisation = await seed(db)
  const products = await addProducts(db, organisation, 1000)
  const { branchId } = organisation
  const stock = products.map(({ id }) => ({ branch_id: branchId, product_id: id, quantity: 10_000 }))
  await db.insertInto('stock_on_hand').values(stock).execute()
  const [journal] = (await addJournals(db, organisation, 1)) as [TestJournal]
  await db.destroy()
  return { journal, products }
}

/** Journal ingest beside the same rows inserted by somebody who checks nothing, turn by turn. */
export async function ingest(): Promise<Figure[]> {
  const postgres = await startTestPostgres()
  const pools: Pool[] = []
  const open = (url: string) => {
    const pool = openPool(url, () => {})
    pools.push(pool)
    return pool
  }
  try {
    const { journal, products } = await fill(postgres.url)
    const plainUrl = await copyDatabase(postgres.url)
    const [pool, plainPool] = [open(postgres.url), open(plainUrl)]
    const { branchId } = journal.device
    const next = () => journal.append(saleOfThree(journal, products))
    const opened = [journal.append(journal.opened())]
    await takeIn(pool, journal, bodyOf(journal, opened))
    await insertPlainly(plainPool, plainStatements(opened, branchId))
    const measure = async (size: number, turns: number) => {
      const [ours, plain]: [number[], number[]] = [[], []]
      for (let turn = 0; turn < turns; turn++) {
        const events = Array.from({ length: size }, next)
        const body = bodyOf(journal, events)
        const statements = plainStatements(events, branchId)
        const pair = [
          async () => ours.push(await timed(() => takeIn(pool, journal, body))),
          async () => plain.push(await timed(() => insertPlainly(plainPool, statements))),
        ]
        for (const one of turn % 2 ? pair : pair.reverse()) await one()
      }
      return { ours, plain }
    }
    await measure(BATCH, 2)
    const bulk = await measure(BATCH, BATCHES)
    const single = await measure(1, SINGLES)
    const rate = (times: number[]) => (1000 * BATCH) / percentile(times, 0.5)
    const [ours, plain] = [rate(bulk.ours), rate(bulk.plain)]
    const [one, onePlain] = [percentile(single.ours, 0.5), percentile(single.plain, 0.5)]
    return [
      figure('ingest', ours, plain, { text: 'sales a second ≥ 0.5×', met: ours >= plain / 2 }, '/s'),
      figure('ingest one sale p50', one, onePlain, { text: 'p50 ≤ 2×', met: one <= 2 * onePlain }),
    ]
  } finally {
    for (const pool of pools) await pool.end()
    await postgres.stop()
  }
}
