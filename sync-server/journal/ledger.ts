import type { ClientBase } from 'pg'
import { canonicalJson } from '../../domain/journal/canonical.ts'
import { EMPTY_HEAD, type JournalEvent, type JournalHead } from '../../domain/journal/event.ts'
import type { DeviceCaller } from '../auth/caller.ts'
import { type BulkColumn, bulkInsert, prepared } from '../database/bulk.ts'
import type { JournalBatch } from './batch.ts'
import type { Finding, Judged } from './judge.ts'

/** Two requests of one device take turns, so that a head is read and moved by one of them at a time. */
export async function lockJournal(client: ClientBase, deviceId: string): Promise<void> {
  await client.query(
    prepared("select pg_advisory_xact_lock(hashtextextended('journal:' || $1, 0))", [deviceId]),
  )
}

/** How far the server holds a device's journal. */
export async function readHead(client: Pick<ClientBase, 'query'>, deviceId: string): Promise<JournalHead> {
  const { rows } = await client.query<JournalHead>(
    prepared('select seq, hash from device_head where device_id = $1', [deviceId]),
  )
  return rows[0] ?? EMPTY_HEAD
}

const EVENT_COLUMNS: BulkColumn[] = [
  { name: 'device_id', kind: 'uuid' },
  { name: 'seq', kind: 'int' },
  { name: 'branch_id', kind: 'uuid' },
  { name: 'at', kind: 'instant' },
  { name: 'actor_id', kind: 'uuid' },
  { name: 'actor_role', kind: 'text' },
  { name: 'type', kind: 'text' },
  { name: 'version', kind: 'int' },
  { name: 'payload', kind: 'text' },
  { name: 'prev_hash', kind: 'text' },
  { name: 'hash', kind: 'text' },
  { name: 'signature', kind: 'text' },
  { name: 'received_at', kind: 'instant' },
]

/** Stores events as they were signed. */
export async function storeEvents(
  client: ClientBase,
  branchId: string,
  events: readonly JournalEvent[],
  receivedAt: string,
): Promise<void> {
  const rows = events.map((event) => ({
    device_id: event.deviceId,
    seq: event.seq,
    branch_id: branchId,
    at: event.at,
    actor_id: event.actor.staffId,
    actor_role: event.actor.role,
    type: event.type,
    version: event.version,
    payload: canonicalJson(event.payload),
    prev_hash: event.prevHash,
    hash: event.hash,
    signature: event.signature,
    received_at: receivedAt,
  }))
  await client.query(bulkInsert('journal_event', EVENT_COLUMNS, rows))
}

const CARRIED_COLUMNS: BulkColumn[] = [
  { name: 'hash', kind: 'text' },
  { name: 'branch_id', kind: 'uuid' },
  { name: 'device_id', kind: 'uuid' },
  { name: 'seq', kind: 'int' },
]

/**
 * Notes which facts of other devices a batch brought, so that none of them is counted again, and which of its own another
 * device was about to bring.
 */
export async function storeCarried(
  client: ClientBase,
  branchId: string,
  judged: readonly Judged[],
): Promise<void> {
  const rows = judged.flatMap(({ brings, event }) =>
    brings ? [{ hash: brings, branch_id: branchId, device_id: event.deviceId, seq: event.seq }] : [],
  )
  if (rows.length > 0) await client.query(bulkInsert('journal_carried', CARRIED_COLUMNS, rows))
}

const WAITING_COLUMNS: BulkColumn[] = [
  { name: 'device_id', kind: 'uuid' },
  { name: 'seq', kind: 'int' },
  { name: 'branch_id', kind: 'uuid' },
  { name: 'kind', kind: 'text' },
]

/** Events of which a later build may make more than this one. */
const UNREAD: readonly string[] = ['unknown-type', 'invalid-payload']

/** Notes which events wait for a build that can read them. */
export async function storeWaiting(
  client: ClientBase,
  branchId: string,
  judged: readonly Judged[],
): Promise<void> {
  const rows = judged.flatMap(({ event: { deviceId, seq }, findings }) =>
    findings
      .filter(({ code }) => UNREAD.includes(code))
      .map(({ detail }) => ({ device_id: deviceId, seq, branch_id: branchId, kind: detail })),
  )
  if (rows.length > 0) await client.query(bulkInsert('journal_waiting', WAITING_COLUMNS, rows))
}

const EXCEPTION_COLUMNS: BulkColumn[] = [
  { name: 'id', kind: 'uuid' },
  { name: 'device_id', kind: 'uuid' },
  { name: 'seq', kind: 'int' },
  { name: 'branch_id', kind: 'uuid' },
  { name: 'code', kind: 'text' },
  { name: 'detail', kind: 'text' },
  { name: 'raised_at', kind: 'instant' },
]

/** Stores what was wrong with facts, for head office to review. @returns how many were new */
export async function storeExceptions(
  client: ClientBase,
  device: DeviceCaller,
  findings: readonly Finding[],
  made: { at: string; newId: () => string },
): Promise<number> {
  if (findings.length === 0) return 0
  const rows = findings.map(({ seq, code, detail }) => ({
    id: made.newId(),
    device_id: device.deviceId,
    seq,
    branch_id: device.branchId,
    code,
    detail,
    raised_at: made.at,
  }))
  const conflict = 'on conflict (device_id, seq, code) do nothing'
  const { rowCount } = await client.query(bulkInsert('event_exception', EXCEPTION_COLUMNS, rows, conflict))
  return rowCount ?? 0
}

/** Moves a device's head, in the transaction of its events' effects. */
export async function storeHead(client: ClientBase, device: DeviceCaller, head: JournalHead): Promise<void> {
  await client.query(
    prepared(
      `insert into device_head (device_id, branch_id, seq, hash) values ($1, $2, $3, $4)
     on conflict (device_id) do update
     set branch_id = excluded.branch_id, seq = excluded.seq, hash = excluded.hash`,
      [device.deviceId, device.branchId, head.seq, head.hash],
    ),
  )
}

/** Records when a device was heard and what it still holds. */
export async function storeStatus(
  client: ClientBase,
  device: DeviceCaller,
  pending: JournalBatch['pending'],
  heardAt: string,
): Promise<void> {
  await client.query(
    prepared(
      `insert into device_status
       (device_id, branch_id, last_heard_at, pending_events, pending_sales, pending_amount)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (device_id) do update set branch_id = excluded.branch_id,
       last_heard_at = excluded.last_heard_at, pending_events = excluded.pending_events,
       pending_sales = excluded.pending_sales, pending_amount = excluded.pending_amount`,
      [device.deviceId, device.branchId, heardAt, pending.events, pending.sales, pending.amount],
    ),
  )
}

/** Keeps a second history that was offered under a taken seq. Offering it again adds nothing. */
export async function storeAlarm(
  client: ClientBase,
  device: DeviceCaller,
  fork: { event: JournalEvent; storedHash: string },
  made: { at: string; newId: () => string },
): Promise<void> {
  await client.query(
    `insert into journal_alarm
       (id, device_id, branch_id, seq, stored_hash, offered_hash, offered, raised_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (device_id, seq, offered_hash) do nothing`,
    [
      made.newId(),
      device.deviceId,
      device.branchId,
      fork.event.seq,
      fork.storedHash,
      fork.event.hash,
      canonicalJson(fork.event),
      made.at,
    ],
  )
}
