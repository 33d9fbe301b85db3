import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import type pg from 'pg'
import { z } from 'zod'
import { idSchema } from '../../domain/ids.ts'
import { privateKeyFromPem, rawPublicKey } from '../../domain/journal/chain.ts'
import { type Checkpoint, checkpointSchema } from '../../domain/journal/checkpoint.ts'
import { hashSchema, type JournalHead } from '../../domain/journal/event.ts'
import type { Damaged, StoredEvent } from '../../domain/journal/stored.ts'
import type { JournalEventRow } from '../../migrations/schema.ts'
import type { DeviceLedger } from './verify.ts'

/** The source cannot be read as a ledger; the message says why. */
export class SourceError extends Error {
  override name = 'SourceError'
}

const EVENTS_A_QUERY = 1_000

/** What an event was signed as; not where it belongs and when it came. */
type SignedRow = Omit<JournalEventRow, 'branch_id' | 'received_at'>

const sealedForm = (row: SignedRow) => ({
  deviceId: row.device_id,
  seq: row.seq,
  at: row.at,
  actor: { staffId: row.actor_id, role: row.actor_role },
  type: row.type,
  version: row.version,
  payload: JSON.parse(row.payload),
  prevHash: row.prev_hash,
  hash: row.hash,
  signature: row.signature,
})

/** What came of events that cannot be read any more, as it came. */
async function damagedOf(pool: pg.Pool, deviceId: string): Promise<Damaged[]> {
  const { rows } = await pool.query<JournalHead & { body: Uint8Array }>(
    `select seq, hash, body from journal_damaged d where device_id = $1
     and not exists (select from journal_event e where e.device_id = d.device_id and e.seq = d.seq) order by seq`,
    [deviceId],
  )
  return rows.map(({ seq, hash, body }) => damagedForm({ seq, hash, body }))
}

const damagedForm = ({ seq, hash, body }: StoredEvent): Damaged => ({
  seq,
  hash,
  damaged: Buffer.from(body).toString('base64'),
  told: null,
})

async function* eventsOf(pool: pg.Pool, deviceId: string): AsyncGenerator<unknown> {
  const damaged = await damagedOf(pool, deviceId)
  for (let after = 0; ; ) {
    const { rows } = await pool.query<SignedRow>(
      `select device_id, seq, at, actor_id, actor_role, type, version, payload, prev_hash, hash, signature
       from journal_event where device_id = $1 and seq > $2 order by seq limit $3`,
      [deviceId, after, EVENTS_A_QUERY],
    )
    const last = rows.at(-1)
    for (const row of rows) {
      while (damaged[0] && damaged[0].seq < row.seq) yield damaged.shift()
      yield sealedForm(row)
    }
    if (!last) {
      yield* damaged
      return
    }
    after = last.seq
  }
}

/** Every device of a server's database, with its events read in pages. */
export async function* databaseLedgers(pool: pg.Pool): AsyncGenerator<DeviceLedger> {
  const { rows } = await pool.query<{
    id: string
    public_key: string
    seq: number | null
    hash: string | null
  }>(
    `select device.id, public_key, seq, hash
     from device left join device_head on device_head.device_id = device.id order by device.id`,
  )
  for (const { id, public_key, seq, hash } of rows) {
    const head = seq !== null && hash !== null ? { seq, hash } : null
    yield { deviceId: id, publicKey: public_key, head, events: eventsOf(pool, id) }
  }
}

const headSchema = z.object({ seq: z.int(), hash: hashSchema })

/** First line of each device in an export; its events follow, one a line. */
export const exportedDeviceSchema = z.strictObject({
  device: idSchema,
  publicKey: z.string(),
  head: headSchema.nullable(),
})

/** Every device of a JSON-lines export. @throws SourceError naming the line that is not one */
export async function* exportLedgers(file: string): AsyncGenerator<DeviceLedger> {
  let current: (DeviceLedger & { events: unknown[] }) | null = null
  let number = 0
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    number += 1
    if (!line.trim()) continue
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch {
      throw new SourceError(`${file}, line ${number}: it is not JSON`)
    }
    const device = exportedDeviceSchema.safeParse(value)
    if (device.success) {
      if (current) yield current
      const { device: deviceId, publicKey, head } = device.data
      current = { deviceId, publicKey, head, events: [] }
    } else if (current) current.events.push(value)
    else throw new SourceError(`${file}, line ${number}: an export begins with a device`)
  }
  if (!current) throw new SourceError(`${file}: no device is in it`)
  yield current
}

/** The key that a till keeps beside its database, when it is there. */
async function tillKey(file: string): Promise<string | null> {
  try {
    const kept = JSON.parse(await readFile(join(dirname(file), 'device.json'), 'utf8')) as {
      privateKeyPem: string
    }
    return rawPublicKey(privateKeyFromPem(kept.privateKeyPem))
  } catch {
    return null
  }
}

/** What a till's file itself knows of how far its journal went: the server's word, as noted and as a synced row. */
function tillHead(db: DatabaseSync, deviceId: string): JournalHead | null {
  const row = db.prepare('select seq, hash from device_head where device_id = ?').get(deviceId)
  const note = db.prepare("select value from till_state where key = 'acknowledged'").get()
  const heads = [row, note && JSON.parse(String(note.value))].flatMap(
    (head) => headSchema.safeParse(head).data ?? [],
  )
  return heads.sort((a, b) => b.seq - a.seq)[0] ?? null
}

/** The server's word as the till keeps it; one for an earlier identity says nothing of this journal. */
function tillCheckpoint(db: DatabaseSync, deviceId: string | undefined): Checkpoint | null {
  const note = db.prepare("select value from till_state where key = 'checkpoint'").get()
  const checkpoint = note && checkpointSchema.parse(JSON.parse(String(note.value)))
  return checkpoint?.deviceId === deviceId ? (checkpoint ?? null) : null
}

type StoredRow = { seq: unknown; hash: unknown; body: unknown }

/** The till continues from its columns, so they are what must hold, and not the text beside them alone. */
function asStored({ seq, hash, body }: StoredRow): unknown {
  try {
    return { ...JSON.parse(String(body)), seq, hash }
  } catch {
    return damagedForm({ seq: Number(seq), hash: String(hash), body: Buffer.from(String(body)) })
  }
}

const linked = z.object({ prevHash: hashSchema })
const owned = z.object({ deviceId: idSchema })

const deviceOf = (events: readonly unknown[]): string | undefined =>
  events.map((event) => owned.safeParse(event).data?.deviceId).find((id) => id !== undefined)

/**
 * The rows of a journal, in order. A till that went on behind an event which it could not prove to have signed names that one's
 * bytes: such an event is one that rotted, whatever it still says of itself.
 */
function journalOf(rows: readonly StoredRow[]): unknown[] {
  const stored = rows.map(asStored)
  return stored.map((event, i) => {
    const row = rows[i] as StoredRow
    const next = linked.safeParse(stored[i + 1]).data
    const bytes = createHash('sha256').update(String(row.body)).digest('hex')
    if (next?.prevHash !== bytes) return event
    return damagedForm({ seq: Number(row.seq), hash: String(row.hash), body: Buffer.from(String(row.body)) })
  })
}

/** Journals that the till kept under earlier identities, oldest first; their keys are gone, the server has them. */
function pastLedgers(db: DatabaseSync): DeviceLedger[] {
  if (!db.prepare("select 1 from sqlite_master where name = 'journal_past'").get()) return []
  const rows = db
    .prepare('select incarnation, seq, hash, body from journal_past order by incarnation, seq')
    .all() as (StoredRow & { incarnation: number })[]
  return [...Map.groupBy(rows, ({ incarnation }) => incarnation).values()].map((kept) => {
    const events = journalOf(kept)
    return { deviceId: deviceOf(events) ?? '', publicKey: null, head: null, events }
  })
}

/** The ledgers of a till's SQLite file, opened for reading only. @throws SourceError when it is not such a file */
export async function* tillLedger(file: string): AsyncGenerator<DeviceLedger> {
  let past: DeviceLedger[]
  let events: unknown[]
  let known: JournalHead | null
  let checkpoint: Checkpoint | null
  let deviceId: string | undefined
  try {
    const db = new DatabaseSync(file, { readOnly: true })
    const rows = db.prepare('select seq, hash, body from journal order by seq').all()
    events = journalOf(rows as StoredRow[])
    deviceId = deviceOf(events)
    known = deviceId ? tillHead(db, deviceId) : null
    checkpoint = tillCheckpoint(db, deviceId)
    past = pastLedgers(db)
    db.close()
  } catch (error) {
    throw new SourceError(`${file} is not a till's database: ${(error as Error).message}`)
  }
  yield* past
  if (!deviceId && past.length > 0) return
  if (!deviceId) throw new SourceError(`${file}: its journal is empty`)
  // A till may be ahead of what the server has, never behind: then its end was cut off.
  const head = known && known.seq > events.length ? known : null
  yield { deviceId, publicKey: await tillKey(file), head, checkpoint, events }
}
