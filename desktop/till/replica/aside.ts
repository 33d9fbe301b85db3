import type { TillDatabase } from '../store/database.ts'
import type { RowChange, WireRow } from './frontier.ts'

/** Rows that were received and are not in their table yet, and keys that a new snapshot of a table holds. */
export interface Aside {
  /** Keeps a row of a snapshot, behind those kept before. */
  keep(shape: string, row: WireRow): void
  /** Keeps what the log says happened to a row after the snapshot. */
  keepChange(shape: string, change: RowChange): void
  /** Rows of the snapshot behind `last`, in the order in which they came. */
  rows(shape: string, last: number, limit: number): { n: number; row: WireRow }[]
  changes(shape: string): RowChange[]
  /** Lets rows up to `last` go. */
  forgetRows(shape: string, last: number): void
  /** Lets one row go. */
  forgetRow(shape: string, n: number): void
  /** How many rows and changes are kept of a shape. */
  count(shape: string): number
  mark(shape: string, key: string): void
  unmark(shape: string, key: string): void
  marked(shape: string, key: string): boolean
  /** Removes about `limit` rows of what is kept of a shape. @returns how many it removed */
  clear(shape: string, limit: number): number
}

/** The working tables of loads (migration 0017), empty in between. */
export function openAside(db: TillDatabase): Aside {
  const top = db.prepare('select coalesce(max(n), 0) from replica_aside where shape = ? and log = ?').pluck()
  const insert = db.prepare('insert into replica_aside (shape, log, n, change) values (?, ?, ?, ?)')
  const page = db.prepare(`select n, change from replica_aside where shape = ? and log = 0 and n > ?
    order by n limit ?`)
  const log = db.prepare('select change from replica_aside where shape = ? and log = 1 order by n').pluck()
  const forget = db.prepare('delete from replica_aside where shape = ? and log = 0 and n <= ?')
  const forgetOne = db.prepare('delete from replica_aside where shape = ? and log = 0 and n = ?')
  const count = db.prepare('select count(*) from replica_aside where shape = ?').pluck()
  const mark = db.prepare('insert into replica_mark (shape, key) values (?, ?) on conflict do nothing')
  const unmark = db.prepare('delete from replica_mark where shape = ? and key = ?')
  const marked = db.prepare('select 1 from replica_mark where shape = ? and key = ?').pluck()
  const clearRows = db.prepare(`delete from replica_aside where (shape, log, n) in
    (select shape, log, n from replica_aside where shape = ? limit ?)`)
  const clearMarks = db.prepare(`delete from replica_mark where (shape, key) in
    (select shape, key from replica_mark where shape = ? limit ?)`)
  const tops = new Map<string, number>()
  const add = (shape: string, kind: 0 | 1, change: unknown) => {
    const name = `${kind} ${shape}`
    const n = (tops.get(name) ?? (top.get(shape, kind) as number)) + 1
    tops.set(name, n)
    insert.run(shape, kind, n, JSON.stringify(change))
  }
  return {
    keep: (shape, row) => add(shape, 0, row),
    keepChange: (shape, change) => add(shape, 1, change),
    rows: (shape, last, limit) =>
      (page.all(shape, last, limit) as { n: number; change: string }[]).map(({ n, change }) => ({
        n,
        row: JSON.parse(change),
      })),
    changes: (shape) => (log.all(shape) as string[]).map((change) => JSON.parse(change)),
    forgetRows: (shape, last) => {
      forget.run(shape, last)
    },
    forgetRow: (shape, n) => {
      forgetOne.run(shape, n)
    },
    count: (shape) => count.get(shape) as number,
    mark: (shape, key) => {
      mark.run(shape, key)
    },
    unmark: (shape, key) => {
      unmark.run(shape, key)
    },
    marked: (shape, key) => marked.get(shape, key) !== undefined,
    clear: (shape, limit) => {
      tops.clear()
      return clearRows.run(shape, limit).changes + clearMarks.run(shape, limit).changes
    },
  }
}
