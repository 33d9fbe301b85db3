import Database from 'better-sqlite3'
import { type ColumnKind, SYNCED_TABLES } from '../../../migrations/synced-tables.ts'
import type { TillDatabase } from '../store/database.ts'

/** Columns by table: name, and what its migration says of it. */
export type NewColumns = Readonly<Record<string, Readonly<Record<string, string>>>>

/** Makes this build one that does not know these columns yet. @returns how to make it the next one, that does */
export function withoutColumns(columns: NewColumns): () => void {
  const known = SYNCED_TABLES.filter(({ table }) => Object.hasOwn(columns, table)).map((synced) => {
    const all = synced.columns as Record<string, ColumnKind>
    const before = { ...all }
    for (const column of Object.keys(columns[synced.table] ?? {})) delete all[column]
    return { all, before }
  })
  return () => {
    for (const { all, before } of known) {
      for (const column of Object.keys(all)) delete all[column]
      Object.assign(all, before)
    }
  }
}

/** Takes them out of a till's file as well. */
export function dropColumns(db: TillDatabase, columns: NewColumns): void {
  for (const [table, added] of Object.entries(columns)) {
    for (const column of Object.keys(added)) db.exec(`alter table "${table}" drop column "${column}"`)
  }
}

/** Adds them, as their migrations do. */
export function addColumns(db: TillDatabase, columns: NewColumns): void {
  for (const [table, added] of Object.entries(columns)) {
    for (const [column, type] of Object.entries(added))
      db.exec(`alter table "${table}" add column "${column}" ${type}`)
  }
}

/** The file as it is on the disk, with these columns; the old one is closed. */
export function migrated(db: TillDatabase, columns: NewColumns): TillDatabase {
  const next = new Database(db.serialize())
  db.close()
  next.pragma('foreign_keys = ON')
  addColumns(next, columns)
  return next
}
