import type { ClientBase } from 'pg'
import type { JournalHead } from '../../domain/journal/event.ts'
import { wordLost } from '../../domain/journal/stored.ts'
import type { DeviceCaller } from '../auth/caller.ts'
import { arrayLiteral, prepared } from '../database/bulk.ts'
import type { Lost, Placed } from './batch.ts'
import type { Finding } from './judge.ts'

/** Entries by which a device's journal goes on, whatever came of them: events, and what is not believed to be one. */
export const ENTRIES = `
  select device_id, seq, hash, false as lost from journal_event
  union all
  select device_id, seq, hash, true from journal_damaged d
  where not exists (select from journal_event e where e.device_id = d.device_id and e.seq = d.seq)`

/** Reads the entry at a device's head, when it is one of which nothing is believed. */
export async function readTail(client: ClientBase, deviceId: string): Promise<Lost | null> {
  const { rows } = await client.query<JournalHead & { body: Uint8Array }>(
    prepared(
      `select d.seq, d.hash, d.body from device_head h
       join journal_damaged d on d.device_id = h.device_id and d.seq = h.seq
       where h.device_id = $1
         and not exists (select from journal_event e where e.device_id = d.device_id and e.seq = d.seq)`,
      [deviceId],
    ),
  )
  return rows[0] ? { ...rows[0], told: null } : null
}

/** Reads the entries among some seqs, by seq. */
export async function readEntries(
  client: ClientBase,
  deviceId: string,
  seqs: readonly number[],
): Promise<Map<number, { hash: string; lost: boolean }>> {
  if (seqs.length === 0) return new Map()
  const { rows } = await client.query<{ seq: number; hash: string; lost: boolean }>(
    `select seq, hash, lost from (${ENTRIES}) entry where device_id = $1 and seq = any($2::bigint[])`,
    [deviceId, arrayLiteral(seqs)],
  )
  return new Map(rows.map(({ seq, ...entry }) => [seq, entry]))
}

/** Keeps what is not what was signed, as it came. */
export async function storeDamaged(
  client: ClientBase,
  device: DeviceCaller,
  { lost, mended }: Placed,
  receivedAt: string,
): Promise<void> {
  const entries = [
    ...lost,
    ...mended.map(({ event, body }) => ({ seq: event.seq, hash: event.hash, body })),
  ].sort((a, b) => a.seq - b.seq)
  for (const { seq, hash, body } of entries) {
    await client.query(
      `insert into journal_damaged (device_id, seq, branch_id, hash, body, received_at)
       values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
      [device.deviceId, seq, device.branchId, hash, Buffer.from(body), receivedAt],
    )
  }
}

/** What head office is told: which entry is damaged, what of it does not fit, and whether it counts. */
export const damageFindings = ({ lost, mended }: Placed): Finding[] => [
  ...lost.map((one) => ({ seq: one.seq, code: 'event-damaged' as const, detail: wordLost(one) })),
  ...mended.map(({ event, fault }) => ({ seq: event.seq, code: 'event-mended' as const, detail: fault })),
]
