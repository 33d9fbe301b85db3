import pg from 'pg'
import { type JournalEvent, type JournalHead, shortHash } from '../../domain/journal/event.ts'
import { type Refusal, refuse } from '../../domain/refusals.ts'
import type { DeviceCaller } from '../auth/caller.ts'
import { inTransaction } from '../database/pool.ts'
import { applyMutations } from './applier.ts'
import { type JournalBatch, placeEvents, sealRefusal } from './batch.ts'
import { type Judged, judgeEvents, judgeStock, projectAll } from './judge.ts'
import { loadKnown, loadOnHand } from './known.ts'
import * as ledger from './ledger.ts'

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
}

/** SQLSTATE classes of "this row cannot be": data exception, integrity constraint violation. */
const ROW_REFUSED = /^(22|23)/

/** Deadlock and serialisation failure: the whole transaction may simply be run again. */
const RETRIABLE = new Set(['40P01', '40001'])
const ATTEMPTS = 3

const stateOf = (error: unknown) => (error instanceof pg.DatabaseError ? (error.code ?? '') : '')

/** Applies in a savepoint. @returns the database's word when it refuses a row; nothing is then applied */
async function tryApply(client: pg.ClientBase, judged: readonly Judged[]): Promise<string | null> {
  await client.query('savepoint effect')
  try {
    await applyMutations(
      client,
      judged.flatMap(({ mutations }) => mutations),
    )
    await client.query('release savepoint effect')
    return null
  } catch (error) {
    if (!ROW_REFUSED.test(stateOf(error))) throw error
    await client.query('rollback to savepoint effect')
    return (error as pg.DatabaseError).message
  }
}

/**
 * Applies a batch's effects at once. Should the database refuse a row that `domain/` let pass, the events go one by
 * one, so that only the one to blame is without effect: one bad fact must not hold up a till's whole outbox.
 */
async function applyEffects(client: pg.ClientBase, judged: Judged[]): Promise<void> {
  if ((await tryApply(client, judged)) === null) return
  for (const one of judged) {
    const fault = await tryApply(client, [one])
    if (fault === null) continue
    one.mutations = []
    one.findings.push({ seq: one.event.seq, code: 'not-applicable', detail: fault })
  }
}

async function storeFresh(
  client: pg.ClientBase,
  device: DeviceCaller,
  fresh: readonly JournalEvent[],
  made: { at: string; newId: () => string },
): Promise<number> {
  const projected = projectAll(fresh)
  const judged = judgeEvents(projected, device, await loadKnown(client, device, projected))
  await ledger.storeEvents(client, device.branchId, fresh, made.at)
  await applyEffects(client, judged)
  const onHand = await loadOnHand(
    client,
    judged.flatMap(({ mutations }) => mutations),
  )
  const findings = [...judged.flatMap((one) => one.findings), ...judgeStock(judged, onHand)]
  return ledger.storeExceptions(client, device, findings, made)
}

async function ingestOnce(
  tools: IngestTools,
  device: DeviceCaller,
  batch: JournalBatch,
): Promise<IngestAnswer | Refusal> {
  const made = { at: new Date(tools.clock()).toISOString(), newId: tools.newId }
  return inTransaction(tools.pool, async (client) => {
    await ledger.lockJournal(client, device.deviceId)
    const head = await ledger.readHead(client, device.deviceId)
    const repeats = batch.events.map(({ seq }) => seq).filter((seq) => seq <= head.seq)
    const hashes = await ledger.readHashes(client, device.deviceId, repeats)
    const placed = placeEvents(batch.events, head, (seq) => hashes.get(seq))
    if ('refusal' in placed) return placed.refusal
    if ('fork' in placed) {
      await ledger.storeAlarm(client, device, placed.fork, made)
      const { event } = placed.fork
      const detail = `${shortHash(event.hash)} offered, ${shortHash(placed.fork.storedHash)} stored`
      await ledger.storeExceptions(client, device, [{ seq: event.seq, code: 'journal-forked', detail }], made)
      return refuse('journal-forked', { seq: placed.fork.event.seq })
    }
    const { fresh, duplicates } = placed
    const last = fresh.at(-1)
    const exceptions = last ? await storeFresh(client, device, fresh, made) : 0
    const newHead = last ? { seq: last.seq, hash: last.hash } : head
    if (last) await ledger.storeHead(client, device, newHead)
    await ledger.storeStatus(client, device, batch.pending, made.at)
    return { head: newHead, accepted: fresh.length, duplicates, exceptions }
  })
}

/**
 * Takes a device's batch into the ledger: events, their effects, exceptions, head and status in one transaction.
 * Delivered any number of times, at once or one after the other, each event has its effect once.
 * @returns the answer, or a refusal that changed nothing: `journal-broken`, `journal-gap`, and `journal-forked`,
 *   which alone leaves a trace, the alarm and exception that a second history exists
 */
export async function ingestBatch(
  tools: IngestTools,
  device: DeviceCaller,
  batch: JournalBatch,
): Promise<IngestAnswer | Refusal> {
  const unsealed = await sealRefusal(batch.events, device)
  if (unsealed) return unsealed
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ingestOnce(tools, device, batch)
    } catch (error) {
      if (attempt === ATTEMPTS || !RETRIABLE.has(stateOf(error))) throw error
    }
  }
}
