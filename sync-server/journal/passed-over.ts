import type { ClientBase } from 'pg'
import { CARRIED } from '../../domain/journal/carried.ts'
import { type Difference, differenceOf } from '../../domain/journal/difference.ts'
import type { JournalEvent } from '../../domain/journal/event.ts'
import { asReadBefore } from '../../domain/journal/families.ts'
import type { Mutation } from '../../domain/journal/mutation.ts'
import { type PassedOver, type Path, passedOverByBoth } from '../../domain/journal/passed-over.ts'
import { type ProjectedTable, SET_BY } from '../../domain/journal/tables.ts'
import { arrayLiteral } from '../database/bulk.ts'
import { inTransaction } from '../database/pool.ts'
import { applyEffects, type IngestTools } from './ingest.ts'
import { judgeStock, projectAll } from './judge.ts'
import { judgeLate, type Late } from './judge-passed-over.ts'
import { loadKnown } from './known.ts'
import * as ledger from './ledger.ts'
import { type Build, storePassedOver, THIS_BUILD } from './passed-over-record.ts'
import {
  BATCH,
  inBatches,
  type Place,
  readDevice,
  readStored,
  STORED_EVENT,
  type StoredEvent,
} from './stored-events.ts'

/** An event of which an earlier build passed keys over. */
interface Passed {
  event: JournalEvent
  before: PassedOver
}

async function readPassed(client: ClientBase, { deviceId, seq }: Place, build: Build): Promise<Passed[]> {
  const { rows } = await client.query<StoredEvent & { read: number; paths: string }>(
    `select ${STORED_EVENT}, p.version as read, paths
     from journal_passed_over p join journal_event e on e.device_id = p.device_id and e.seq = p.seq
     where p.device_id = $1 and p.seq > $2 and build <> $3 order by p.seq limit ${BATCH}`,
    [deviceId, seq, build.name],
  )
  return rows.map(({ read, paths, ...stored }) => ({
    event: readStored(stored),
    before: { version: read, paths: JSON.parse(paths) as Path[] },
  }))
}

/** Such an event, looked at by this build. */
interface Looked extends Late {
  /** What is passed over still; null when nothing is. */
  passedOver: PassedOver | null
}

function look({ event, before }: Passed, build: Build): Looked {
  const [whole] = projectAll([event], build.project)
  const [without] = projectAll([asReadBefore(event, before)], build.project)
  if (!whole || !without) throw new TypeError('an event has no projection')
  const { projection } = whole
  const part = without.projection
  const unread = 'unprojected' in projection || 'unprojected' in part
  if (unread) return { event, projection, part, difference: { mutations: [], fills: [] }, passedOver: before }
  const paths = passedOverByBoth(before.paths, projection.passedOver?.paths ?? [])
  return {
    event,
    projection,
    part,
    difference: differenceOf(part.mutations, projection.mutations),
    passedOver:
      paths.length > 0 ? { version: projection.passedOver?.version ?? before.version, paths } : null,
  }
}

const columnOf = (table: string, key: object, column: string) =>
  `${table} ${JSON.stringify(Object.values(key))} ${column}`

const isSettable = (table: ProjectedTable): table is keyof typeof SET_BY => Object.hasOwn(SET_BY, table)

/** Tables of which facts set columns and that the rest of events reaches. */
const settables = (looked: readonly Looked[]) => [
  ...new Set(
    looked
      .flatMap(({ difference }) => [
        ...difference.fills,
        ...difference.mutations.filter(({ op }) => op === 'set'),
      ])
      .map(({ table }) => table)
      .filter(isSettable),
  ),
]

/** By column of a row: the last event of the device that sets it. */
async function loadLastSets(
  client: ClientBase,
  { deviceId, seq }: Place,
  tables: readonly (keyof typeof SET_BY)[],
  build: Build,
): Promise<Map<string, number>> {
  const last = new Map<string, number>()
  if (tables.length === 0) return last
  const { rows } = await client.query<StoredEvent>(
    `select ${STORED_EVENT} from journal_event e
     where device_id = $1 and seq > $2 and (type like any($3::text[]) or type = $4) order by seq`,
    [deviceId, seq, arrayLiteral(tables.map((table) => `${SET_BY[table]}.%`)), CARRIED.type],
  )
  for (const { event, projection } of projectAll(rows.map(readStored), build.project)) {
    for (const mutation of 'mutations' in projection ? projection.mutations : []) {
      if (mutation.op !== 'set') continue
      for (const column of Object.keys(mutation.set))
        last.set(columnOf(mutation.table, mutation.key, column), event.seq)
    }
  }
  return last
}

/** A difference without the columns that a later event has set, be it to what they held before. */
function withoutOverwritten(
  { mutations, fills }: Difference,
  seq: number,
  lastSets: ReadonlyMap<string, number>,
): Difference {
  if (lastSets.size === 0) return { mutations, fills }
  const left = <T extends { table: ProjectedTable; key: object; set: object }>(one: T): T[] => {
    const set = Object.entries(one.set).filter(
      ([column]) => (lastSets.get(columnOf(one.table, one.key, column)) ?? 0) <= seq,
    )
    return set.length > 0 ? [{ ...one, set: Object.fromEntries(set) }] : []
  }
  return {
    mutations: mutations.flatMap((mutation): Mutation[] =>
      mutation.op === 'set' ? left(mutation) : [mutation],
    ),
    fills: fills.flatMap(left),
  }
}

/** Keeps what is passed over still, as this build reads it. */
async function storeLooked(client: ClientBase, looked: readonly Looked[], build: Build): Promise<void> {
  await client.query('delete from journal_passed_over where device_id = $1 and seq = any($2::bigint[])', [
    looked[0]?.event.deviceId,
    arrayLiteral(looked.map(({ event }) => event.seq)),
  ])
  const still = looked.flatMap(({ event, passedOver }) =>
    passedOver ? [{ event, mutations: [], findings: [], passedOver }] : [],
  )
  await storePassedOver(client, still, build)
}

/** One transaction. @returns how many got something, and where to go on; null when nothing is left */
async function takeBatch(
  tools: IngestTools,
  place: Place,
  build: Build,
): Promise<{ read: number; seq: number | null }> {
  const made = { at: new Date(tools.clock()).toISOString(), newId: tools.newId }
  return inTransaction(tools.pool, async (client) => {
    await ledger.lockJournal(client, place.deviceId)
    const device = await readDevice(client, place.deviceId)
    const looked = (await readPassed(client, place, build)).map((passed) => look(passed, build))
    const first = looked[0]
    if (!device || !first) return { read: 0, seq: null }
    const from = { deviceId: place.deviceId, seq: first.event.seq }
    const lastSets = await loadLastSets(client, from, settables(looked), build)
    const late = looked.map((one) => ({
      ...one,
      difference: withoutOverwritten(one.difference, one.event.seq, lastSets),
    }))
    const more = late.filter(({ difference: { mutations, fills } }) => mutations.length + fills.length > 0)
    const named = more.map(({ event, projection, difference: { mutations } }) => ({
      event,
      projection: { permission: 'sale.ring' as const, fault: null, ...projection, mutations },
    }))
    const known = await loadKnown(client, device, named)
    const judged = late.map((one) => judgeLate(one, device, known))
    const onHand = await applyEffects(client, judged)
    const findings = [...judged.flatMap((one) => one.findings), ...judgeStock(judged, onHand)]
    await ledger.storeExceptions(client, device, findings, made)
    await storeLooked(client, looked, build)
    return { read: more.length, seq: looked.length === BATCH ? (looked.at(-1)?.event.seq ?? null) : null }
  })
}

/**
 * Gives events the rest of their effect that this build makes of keys which an earlier one passed over: once, however often
 * this runs and wherever it is ended.
 * @param build how events are read
 * @returns how many got something
 */
export async function projectPassedOver(tools: IngestTools, build: Build = THIS_BUILD): Promise<number> {
  const { rowCount } = await tools.pool.query('select 1 from journal_passed_over limit 1')
  if (rowCount === 0) return 0
  const { rows } = await tools.pool.query<{ id: string }>(
    'select distinct device_id as id from journal_passed_over where build <> $1',
    [build.name],
  )
  return inBatches(
    rows.map(({ id }) => id),
    (from) => takeBatch(tools, from, build),
  )
}
