import type { ColumnKind } from '../../../migrations/synced-tables.ts'

/** What SQLite stores for a column. */
export type SqliteValue = string | number | null

/** A synced value that is not of its column's kind: the server and this build disagree about the schema. */
export class UnreadableColumn extends Error {
  override name = 'UnreadableColumn'
}

const INSTANT = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(?:Z|\+00(?::?00)?)$/

function readInstant(text: string): string {
  const match = INSTANT.exec(text)
  if (!match) throw new UnreadableColumn(`not a UTC instant: ${text}`)
  return `${match[1]}T${match[2]}.${(match[3] ?? '').padEnd(3, '0').slice(0, 3)}Z`
}

function readInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new UnreadableColumn(`not a safe integer: ${text}`)
  return value
}

/**
 * Turns a column's text on the wire into what SQLite stores. Booleans are `true`/`false` in a snapshot and `t`/`f`
 * in the log of a real Electric; timestamptz is always at UTC.
 * @throws UnreadableColumn
 */
export function readColumn(kind: ColumnKind, text: string | null): SqliteValue {
  if (text === null) return null
  switch (kind) {
    case 'int':
      return readInteger(text)
    case 'bool':
      return text === 't' || text === 'true' ? 1 : 0
    case 'instant':
      return readInstant(text)
    default:
      return text
  }
}
