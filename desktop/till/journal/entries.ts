import { GENESIS_HASH } from '../../../domain/journal/event.ts'
import { type Entry, readEntry, type StoredEvent } from '../../../domain/journal/stored.ts'
import type { TillDatabase } from '../store/database.ts'

/** Entries of a journal with a greater `seq`, in order, at most `limit`. */
export type EntryReader = (seq: number, limit: number) => Entry[]

const readAll = (rows: readonly StoredEvent[], deviceId: string, before: string | undefined): Entry[] =>
  rows.map((row, i) => readEntry(row, { deviceId, prevHash: (i === 0 ? before : rows[i - 1]?.hash) ?? null }))

/** @param rows up to a condition on `seq`, in SQL; `bound` are the values in it */
function openReader(db: TillDatabase, deviceId: string, rows: string, ...bound: number[]): EntryReader {
  const read = db.prepare(
    `select seq, hash, cast(body as blob) as body from ${rows} seq > ? order by seq limit ?`,
  )
  const readHash = db.prepare(`select hash from ${rows} seq = ?`).pluck()
  return (seq, limit) => {
    const before = seq === 0 ? GENESIS_HASH : (readHash.get(...bound, seq) as string | undefined)
    return readAll(read.all(...bound, seq, limit) as StoredEvent[], deviceId, before)
  }
}

/** Reads the present journal. */
export const createEntryReader = (db: TillDatabase, deviceId: string): EntryReader =>
  openReader(db, deviceId, 'journal where')

/** Reads the journal of an earlier identity. */
export const createPastReader = (db: TillDatabase, deviceId: string, incarnation: number): EntryReader =>
  openReader(db, deviceId, 'journal_past where incarnation = ? and', incarnation)
