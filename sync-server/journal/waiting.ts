import type { ClientBase } from 'pg'
import type { JournalEvent } from '../../domain/journal/event.ts'
import { projectEvent } from '../../domain/journal/families.ts'
import { arrayLiteral } from '../database/bulk.ts'
import { inTransaction } from '../database/pool.ts'
import { applyEffects, type IngestTools } from './ingest.ts'
import { isUnread, judgeEvents, judgeStock, projectAll } from './judge.ts'
import { loadKnown } from './known.ts'
import * as ledger from './ledger.ts'
import { storePassedOver, THIS_BUILD } from './passed-over-record.ts'
import {
  BATCH,
  inBatches,
  type Place,
  readDevice,
  readStored,
  STORED_EVENT,
  type StoredEvent,
} from './stored-events.ts'

async function readWaiting(client: ClientBase, { deviceId, seq }: Place): Promise<JournalEvent[]> {
  const { rows } = await client.query<StoredEvent>(
    `select ${STORED_EVENT}
     from journal_waiting w join journal_event e on e.device_id = w.device_id and e.seq = w.seq
     where w.device_id = $1 and w.seq > $2 order by w.seq limit ${BATCH}`,
    [deviceId, seq],
  )
  return rows.map(readStored)
}

/** One transaction. @returns how many got their effect, and where to go on; null when nothing is left */
async function takeBatch(
  tools: IngestTools,
  place: Place,
  project: typeof projectEvent,
): Promise<{ read: number; seq: number | null }> {
  const made = { at: new Date(tools.clock()).toISOString(), newId: tools.newId }
  return inTransaction(tools.pool, async (client) => {
    await ledger.lockJournal(client, place.deviceId)
    const device = await readDevice(client, place.deviceId)
    const waiting = await readWaiting(client, place)
    const last = waiting.length === BATCH ? (waiting.at(-1)?.seq ?? null) : null
    const readable = projectAll(waiting, project).filter(({ projection }) => !isUnread(projection))
    if (!device || readable.length === 0) return { read: 0, seq: last }
    const judged = judgeEvents(readable, device, await loadKnown(client, device, readable))
    await ledger.storeCarried(client, device.branchId, judged)
    const onHand = await applyEffects(client, judged)
    await storePassedOver(client, judged, THIS_BUILD)
    const findings = [...judged.flatMap((one) => one.findings), ...judgeStock(judged, onHand)]
    await ledger.storeExceptions(client, device, findings, made)
    await client.query('delete from journal_waiting where device_id = $1 and seq = any($2::bigint[])', [
      place.deviceId,
      arrayLiteral(readable.map(({ event }) => event.seq)),
    ])
    return { read: readable.length, seq: last }
  })
}

/**
 * Gives events that came before any build could read them their effect, as if they came now. Each has it once, however
 * often this runs and wherever it is ended.
 * @param project how this build reads events
 * @returns how many had waited and wait no longer
 */
export async function projectWaiting(
  tools: IngestTools,
  project: typeof projectEvent = projectEvent,
): Promise<number> {
  const { rows } = await tools.pool.query<{ id: string }>(
    'select distinct device_id as id from journal_waiting',
  )
  return inBatches(
    rows.map(({ id }) => id),
    (from) => takeBatch(tools, from, project),
  )
}
