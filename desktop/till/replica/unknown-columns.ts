import type { TillDatabase } from '../store/database.ts'
import type { WireRow } from './frontier.ts'

/** Columns of one table's rows that this build does not know, kept until one does (docs/adr/0011). */
export interface UnknownColumns {
  /** Whether no row of the table has any: nothing is to be let go then. */
  none(): boolean
  /**
   * Keeps them, in the caller's transaction.
   * @param whole whether it has no others than these; otherwise those that were kept before stay
   */
  keep(key: string, columns: WireRow, whole: boolean): void
  /** Lets go of those of one row. */
  forget(key: string): void
}

/**
 * Those of a database, table by table. Nobody else may write them: that a table has none is remembered, so that they cost
 * nothing where server and till know the same.
 */
export function openUnknownColumns(db: TillDatabase): (shape: string) => UnknownColumns {
  const some = db.prepare('select 1 from replica_unknown where shape = ? limit 1').pluck()
  const read = db.prepare('select columns from replica_unknown where shape = ? and key = ?').pluck()
  const write = db.prepare(`insert into replica_unknown (shape, key, columns) values (?, ?, ?)
    on conflict (shape, key) do update set columns = excluded.columns where columns <> excluded.columns`)
  const remove = db.prepare('delete from replica_unknown where shape = ? and key = ?')
  return (shape) => {
    /** Null while nobody has looked; may be true of a table without any. */
    let any: boolean | null = null
    const none = () => {
      any ??= some.get(shape) !== undefined
      return !any
    }
    return {
      none,
      keep: (key, columns, whole) => {
        const before = whole || none() ? undefined : (read.get(shape, key) as string | undefined)
        any = true
        write.run(shape, key, JSON.stringify(before ? { ...JSON.parse(before), ...columns } : columns))
      },
      forget: (key) => {
        remove.run(shape, key)
      },
    }
  }
}
