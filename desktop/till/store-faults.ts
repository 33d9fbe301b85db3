import Database from 'better-sqlite3'
import { type Refusal, refuse } from '../../domain/refusals.ts'

const codeOf = (error: unknown): string => (error instanceof Database.SqliteError ? error.code : '')

/** The disk has no room or takes no writes: nothing was recorded, and a person can do something about it. */
export function diskRefusal(error: unknown): Refusal | null {
  const code = codeOf(error)
  return code === 'SQLITE_FULL' || code.startsWith('SQLITE_READONLY') ? refuse('disk-full') : null
}

/**
 * Whether the store can no longer be believed. After a failed fsync the kernel may call pages clean that never
 * reached the disk (Rebello et al., ATC 2020): the connection must be given up and the file read again.
 */
export function isFatal(error: unknown): boolean {
  const code = codeOf(error)
  return code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB'
}
