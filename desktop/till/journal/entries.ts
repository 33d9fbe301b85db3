import { GENESIS_HASH } from '../../../domain/journal/event.ts'
import { type Entry, readEntry, type StoredEvent } from '../../../domain/journal/stored.ts'
import type { TillDatabase } from '../store/database.ts'

/** Entries of a journal with a greater `seq`, in order, at most `limit`. */
export type EntryReader = (seq: number, limit: number) => Entry[]

const readAll = (rows: readonly StoredEvent[], deviceId: string, before: string | undefined): Entry[] =>
  rows.map((row, i) => readEntry(row, { deviceId, prevHash: (i === 0 ? before : rows[i - 1]?.hash) ?? null }))

/** Reads the present journal. */
export function createEntryReader(db: TillDatabase, deviceId: string): EntryReader {
  const read = db.prepare(
    'select seq, hash, cast(body as blob) as body from journal where seq > ? order by seq limit ?',
  )
  const readHash = db.prepare('select hash from journal where seq = ?').pluck()
  return (seq, limit) => {
    const before = seq === 0 ? GENESIS_HASH : (readHash.get(seq) as string | undefined)
    return readAll(read.all(seq, limit) as StoredEvent[], deviceId, before)
  }
}

/** Reads the journal of an earlier identity. */
export function createPastReader(db: TillDatabase, deviceId: string, incarnation: number): EntryReader {
  const read = db.prepare(`select seq, hash, cast(body as blob) as body from journal_past
    where incarnation = ? and seq > ? order by seq limit ?`)
  const readHash = db.prepare('select hash from journal_past where incarnation = ? and seq = ?').pluck()
  return (seq, limit) => {
    const before = seq === 0 ? GENESIS_HASH : (readHash.get(incarnation, seq) as string | undefined)
    return readAll(read.all(incarnation, seq, limit) as StoredEvent[], deviceId, before)
  }
}
