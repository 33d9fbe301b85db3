import pg from 'pg'
import { type JournalHead, shortHash } from '../../domain/journal/event.ts'
import { type Refusal, refuse } from '../../domain/refusals.ts'
import type { DeviceCaller } from '../auth/caller.ts'
import { inTransaction, together } from '../database/pool.ts'
import { applyFills, applyMutations } from './applier.ts'
import { type Fork, type JournalBatch, type Placed, placeEvents, type Received, receiveAll } from './batch.ts'
import { damageFindings, readEntries, readTail, storeDamaged } from './damaged.ts'
import { type Judged, judgeEvents, judgeStock, type ProjectedEvent, projectAll } from './judge.ts'
import { judgeHeld } from './judge-held.ts'
import { loadKnown, loadOnHand } from './known.ts'
import * as ledger from './ledger.ts'
import { type Build, storePassedOver, THIS_BUILD } from './passed-over-record.ts'

/** What a device is told once its batch is committed. */
export interface IngestAnswer {
  /** Where the server's copy of the journal now ends: the till's outbox is what lies above. */
  head: JournalHead
  accepted: number
  duplicates: number
  /** Exceptions newly raised for head office. */
  exceptions: number
}

export interface IngestTools {
  pool: pg.Pool
  /** Milliseconds since the Unix epoch. */
  clock: () => number
  /** A new UUIDv7. */
  newId: () => string
  /** How events are read, unless as this build does. */
  build?: Build
}

/** SQLSTATE classes of "this row cannot be": cardinality, data, integrity, and a value too large for an index. */
const ROW_REFUSED = /^(21|22|23|54)/

/** Deadlock and serialisation failure: the whole transaction may simply be run again. */
const RETRIABLE = new Set(['40P01', '40001'])
const ATTEMPTS = 3

const stateOf = (error: unknown) => (error instanceof pg.DatabaseError ? (error.code ?? '') : '')

type OnHand = Awaited<ReturnType<typeof loadOnHand>>

/**
 * Applies in a savepoint, and reads what is then on hand.
 * @returns the database's word when it refuses a row; nothing is then applied
 */
async function tryApply(client: pg.ClientBase, judged: readonly Judged[]): Promise<OnHand | string> {
  const mutations = judged.flatMap((one) => one.mutations)
  try {
    const [, , , , onHand] = await together([
      client.query('savepoint effect'),
      // Ahead of the rows, for what a column refers to is looked for behind them.
      applyFills(
        client,
        judged.flatMap(({ fills = [] }) => fills),
      ),
      applyMutations(client, mutations),
      client.query('release savepoint effect'),
      loadOnHand(client, mutations),
    ])
    return onHand
  } catch (error) {
    if (!ROW_REFUSED.test(stateOf(error))) throw error
    await client.query('rollback to savepoint effect')
    return (error as pg.DatabaseError).message
  }
}

/**
 * Applies a batch's effects at once. Should the database refuse a row that `domain/` let pass, the events go one by
 * one, so that only the one to blame is without effect: one bad fact must not hold up a till's whole outbox.
 * @returns packs on hand after the batch
 */
export async function applyEffects(client: pg.ClientBase, judged: Judged[]): Promise<OnHand> {
  const onHand = await tryApply(client, judged)
  if (typeof onHand !== 'string') return onHand
  for (const one of judged) {
    const fault = await tryApply(client, [one])
    if (typeof fault !== 'string') continue
    one.mutations = []
    one.passedOver = undefined
    one.findings.push({ seq: one.event.seq, code: 'not-applicable', detail: fault })
  }
  return loadOnHand(
    client,
    judged.flatMap(({ mutations }) => mutations),
  )
}

interface Taking {
  client: pg.ClientBase
  device: DeviceCaller
  batch: JournalBatch
  /** The batch's entries, looked at. */
  received: readonly Received[]
  made: { at: string; newId: () => string }
  build: Build
}

/** Stores what is new with its effects, and moves the head. @returns the number of exceptions that are new */
async function storeFresh(
  { client, device, batch, made, build }: Taking,
  placed: Placed,
  judged: Judged[],
): Promise<number> {
  const [, , , , , , onHand] = await together([
    ledger.storeEvents(client, device.branchId, placed.fresh, made.at),
    storeDamaged(client, device, placed, made.at),
    ledger.storeCarried(client, device.branchId, judged),
    ledger.storeWaiting(client, device.branchId, judged),
    ledger.storeHead(client, device, placed.head),
    ledger.storeStatus(client, device, batch.pending, made.at),
    applyEffects(client, judged),
  ])
  await storePassedOver(client, judged, build)
  const held = await judgeHeld(client, judged)
  const findings = [...judged.flatMap((one) => one.findings), ...judgeStock(judged, onHand), ...held]
  return ledger.storeExceptions(client, device, [...damageFindings(placed), ...findings], made)
}

/** Keeps that a second history exists. */
async function storeFork({ client, device, made }: Taking, fork: Fork): Promise<Refusal> {
  const { event, storedHash } = fork
  const detail = `${shortHash(event.hash)} offered, ${shortHash(storedHash)} stored`
  await ledger.storeAlarm(client, device, fork, made)
  await ledger.storeExceptions(client, device, [{ seq: event.seq, code: 'journal-forked', detail }], made)
  return refuse('journal-forked', { seq: event.seq })
}

/** What is known of the things that new events name, which are almost always those that the batch brought whole. */
async function judgeFresh(
  { client, device, build }: Taking,
  { fresh }: Placed,
  loaded: { projected: ProjectedEvent[]; known: Awaited<ReturnType<typeof loadKnown>> | null },
): Promise<Judged[]> {
  const projections = new Map(loaded.projected.map((one) => [one.event, one]))
  const projected = fresh.flatMap((event) => projections.get(event) ?? [])
  if (loaded.known && projected.length === fresh.length) return judgeEvents(projected, device, loaded.known)
  if (fresh.length === 0) return []
  const all = projectAll(fresh, build.project)
  return judgeEvents(all, device, await loadKnown(client, device, all))
}

/** Three round trips when all is as it should be: what is known, what changes, the commit. */
async function takeIn(taking: Taking): Promise<IngestAnswer | Refusal> {
  const { client, device, batch, received, made, build } = taking
  const projected = projectAll(
    received.flatMap(({ event }) => event ?? []),
    build.project,
  )
  // What repeats would add to what is known does no harm: only new events are judged by it.
  const [, head, tail, known] = await together([
    ledger.lockJournal(client, device.deviceId),
    ledger.readHead(client, device.deviceId),
    readTail(client, device.deviceId),
    projected.length > 0 ? loadKnown(client, device, projected) : null,
  ])
  const repeats = received.map(({ seq }) => seq).filter((seq) => seq <= head.seq)
  const stored = await readEntries(client, device.deviceId, repeats)
  const placed = placeEvents(received, { head, tail, stored: (seq) => stored.get(seq) }, device)
  if ('refusal' in placed) return placed.refusal
  if ('fork' in placed) return storeFork(taking, placed.fork)
  const { fresh, lost, duplicates } = placed
  if (fresh.length + lost.length === 0) {
    await ledger.storeStatus(client, device, batch.pending, made.at)
    return { head, accepted: 0, duplicates, exceptions: 0 }
  }
  const judged = await judgeFresh(taking, placed, { projected, known })
  const exceptions = await storeFresh(taking, placed, judged)
  return { head: placed.head, accepted: fresh.length + lost.length, duplicates, exceptions }
}

async function ingestOnce(
  tools: IngestTools,
  device: DeviceCaller,
  batch: JournalBatch,
  received: readonly Received[],
): Promise<IngestAnswer | Refusal> {
  const made = { at: new Date(tools.clock()).toISOString(), newId: tools.newId }
  const build = tools.build ?? THIS_BUILD
  return inTransaction(tools.pool, (client) => takeIn({ client, device, batch, received, made, build }))
}

/**
 * Takes a device's batch into the ledger: events, their effects, exceptions, head and status in one transaction.
 * Delivered any number of times, at once or one after the other, each event has its effect once. One that is no longer
 * what the device signed is kept as it came, without effect, and never holds up those behind it.
 * @returns the answer, or a refusal that changed nothing: `journal-broken`, `journal-gap`, and `journal-forked`,
 *   which alone leaves a trace, the alarm and exception that a second history exists
 */
export async function ingestBatch(
  tools: IngestTools,
  device: DeviceCaller,
  batch: JournalBatch,
): Promise<IngestAnswer | Refusal> {
  const received = await receiveAll(batch.events, device)
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ingestOnce(tools, device, batch, received)
    } catch (error) {
      if (attempt === ATTEMPTS || !RETRIABLE.has(stateOf(error))) throw error
    }
  }
}
