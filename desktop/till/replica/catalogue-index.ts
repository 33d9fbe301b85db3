import type { TillDatabase } from '../store/database.ts'
import type { TillState } from '../store/state.ts'

/** What is built anew after the catalogue was loaded: statements that make it, and up to which row words are indexed. */
interface Deferred {
  sql: string[]
  indexed: number
}

const KEY = 'replica-catalogue-index'

/** Indexes of the catalogue in no order that a snapshot comes in: filled row by row, each row would write a page. */
const INDEXES = ['product_name', 'product_generic_group']

/** Keep the search index (migration 0029). */
const TRIGGERS = ['product_search_insert', 'product_search_delete', 'product_search_update']

/**
 * The indexes of an empty catalogue, left out while it is loaded and built once it is there. Nobody can sell before,
 * so that nobody waits for it. Word by word through the triggers the search index would cost three times as much: each
 * trigger makes FTS5 write out what it has.
 */
export interface CatalogueIndex {
  /** Leaves the indexes out from here on; in the caller's transaction. What was built so far is begun again. */
  defer(): void
  /** What was built so far is begun again: products may have changed since. */
  restart(): void
  /** Whether the indexes are left out. */
  deferred(): boolean
  /** Builds about `limit` rows of them, in a transaction of its own. @returns how many it built; 0 when all is there */
  build(limit: number): number
}

export function createCatalogueIndex(db: TillDatabase, state: TillState): CatalogueIndex {
  const made = db.prepare(`select name, type, sql from sqlite_master where name = ?`)

  const restart = db.transaction(() => {
    const deferred = state.get<Deferred>(KEY)
    if (!deferred || deferred.indexed === 0) return
    db.exec(`insert into product_search (product_search) values ('delete-all')`)
    state.set(KEY, { ...deferred, indexed: 0 } satisfies Deferred)
  })

  const defer = () => {
    if (state.get(KEY) !== null) return restart()
    const sql: string[] = []
    for (const name of [...INDEXES, ...TRIGGERS]) {
      const found = made.get(name) as { type: string; sql: string } | undefined
      if (!found) continue
      sql.push(found.sql)
      db.exec(`drop ${found.type} "${name}"`)
    }
    state.set(KEY, { sql, indexed: 0 } satisfies Deferred)
  }

  const build = (limit: number): number => {
    const deferred = state.get<Deferred>(KEY)
    if (!deferred) return 0
    const { sql, indexed } = deferred
    const last = (db.prepare('select max(rowid) from product').pluck().get() as number | null) ?? 0
    if (indexed < last) {
      db.prepare(`insert into product_search (rowid, name, holder, cip13, substances)
        select rowid, name, holder, cip13, substances from product where rowid > ? and rowid <= ? order by rowid`).run(
        indexed,
        indexed + limit,
      )
      state.set(KEY, { sql, indexed: indexed + limit } satisfies Deferred)
      return limit
    }
    for (const statement of sql) db.exec(statement)
    db.prepare('delete from till_state where key = ?').run(KEY)
    return 0
  }

  return {
    defer,
    restart,
    deferred: () => state.get(KEY) !== null,
    build: (limit) => db.transaction(build).immediate(limit),
  }
}
