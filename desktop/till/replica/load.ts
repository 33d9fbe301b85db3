import { SYNCED_TABLES } from '../../../migrations/synced-tables.ts'
import type { OwnHistory } from '../journal/own-history.ts'
import type { TillDatabase } from '../store/database.ts'
import { createTillState } from '../store/state.ts'
import { type Aside, openAside } from './aside.ts'
import { type CatalogueIndex, createCatalogueIndex } from './catalogue-index.ts'
import type { RowChange, ShapeMessage, ShapePosition, ShapeRelease, WireRow } from './frontier.ts'
import { isProjected, rowName } from './overlay.ts'
import { type OwnRows, readOwnRows } from './own-rows.ts'
import { holdsSums, isKeptAside, mayNotBeSeenHalf } from './stages.ts'
import { createTableWriter, type TableWriter } from './table-writer.ts'
import { openUnknownColumns } from './unknown-columns.ts'

/** A row of a snapshot, or a change of the log behind it. */
export interface LoadedChange extends RowChange {
  /** Null for a row of a snapshot. */
  lsn: bigint | null
}

/** What a message says of a shape that is being loaded. */
export const loadedChange = ({ headers, value }: ShapeMessage): LoadedChange => ({
  operation: headers.operation as LoadedChange['operation'],
  row: value as WireRow,
  lsn: headers.lsn === undefined ? null : BigInt(String(headers.lsn)),
})

/** How far a shape's load is. Kept in the transaction of the rows it speaks of. */
export interface LoadState {
  handle: string
  /** Where to go on; null while not one response of it was taken whole. */
  offset: string | null
  /** Whether it was up to date once; from then on it holds exactly what the server had at `top`. */
  loaded: boolean
  /** The LSN it is at once it is loaded; until then, of the newest change in it. */
  top: string
  /** Whether the shape was never joined before. */
  first: boolean
  /** Whether the table held nothing of the server's before: then only rows of own events can be out of date in it. */
  fresh: boolean
  /** The last own event's place when the snapshot began. */
  own: number
  rows: number
}

const PREFIX = 'replica-load:'

/** Rows of the loads that are over. */
const ROWS = 'replica-rows'

/** Tables of a till, by name. */
export const TILL_TABLES = SYNCED_TABLES.filter(({ till }) => till !== null).map(
  ({ table }) => table as string,
)

/** The writers of each open database. */
const WRITERS = new WeakMap<TillDatabase, ReadonlyMap<string, TableWriter>>()

function createWriters(db: TillDatabase): ReadonlyMap<string, TableWriter> {
  const unknown = openUnknownColumns(db)
  return new Map(
    SYNCED_TABLES.map((synced) => {
      const table: string = synced.table
      return [table, createTableWriter(db, synced, unknown(table))]
    }),
  )
}

/** The writers of a till's synced tables: one of each table, whoever asks. */
export function tableWriters(db: TillDatabase): (table: string) => TableWriter {
  const writers = WRITERS.get(db) ?? createWriters(db)
  WRITERS.set(db, writers)
  return (table) => {
    const writer = writers.get(table)
    if (!writer) throw new Error(`not a synced table: ${table}`)
    return writer
  }
}

/** Tables whose rows are on their way: what is in them is not yet of the moment that the heads speak of. */
export const tablesLoading = (db: TillDatabase): Set<string> => new Set(createLoadRecords(db).read().keys())

/** Tells whether a table was whole once: what is in it is of some moment of the server's, though it be fetched anew. */
export function joinedBefore(db: TillDatabase): (table: string) => boolean {
  const { isJoined, loadOf } = createLoadRecords(db)
  return (table) => isJoined(table) || loadOf(table)?.first === false
}

/** Beyond so many own events a table is searched for rows that the server lacks, rather than their rows kept in mind. */
const FEW_EVENTS = 5000

/** Positions and progress of loads, as they are on the disk. */
export function createLoadRecords(db: TillDatabase) {
  const state = createTillState(db)
  const saved = db.prepare(`select key, value from till_state where key like '${PREFIX}%'`)
  const drop = db.prepare('delete from till_state where key = ?')
  const isJoined = db.prepare('select 1 from replica_shape where shape = ?').pluck()
  const leave = db.prepare('delete from replica_shape where shape = ?')
  const place = db.prepare(`insert into replica_shape (shape, handle, "offset", schema) values (?, ?, ?, ?)
    on conflict (shape) do update
    set handle = excluded.handle, "offset" = excluded."offset", schema = excluded.schema`)
  return {
    state,
    read: () =>
      new Map(
        (saved.all() as { key: string; value: string }[]).map(({ key, value }) => [
          key.slice(PREFIX.length),
          JSON.parse(value) as LoadState,
        ]),
      ),
    loadOf: (shape: string) => state.get<LoadState>(PREFIX + shape),
    save: (shape: string, load: LoadState) => state.set(PREFIX + shape, load),
    isJoined: (shape: string) => isJoined.get(shape) !== undefined,
    leave: (shape: string) => {
      leave.run(shape)
    },
    join: (shape: string, { handle, offset, rows }: LoadState) => {
      if (offset !== null) place.run(shape, handle, offset, columnsOf(shape))
      drop.run(PREFIX + shape)
      state.set(ROWS, (state.get<number>(ROWS) ?? 0) + rows)
    },
  }
}

/** The columns that this build follows of a table, as they are kept beside the place where its shape was left. */
export const columnsOf = (table: string): string =>
  Object.keys(SYNCED_TABLES.find((synced) => synced.table === table)?.columns ?? {}).join(' ')

/** Shapes on their way in: written slice by slice, each transaction with the place where it would go on. */
export class Loads {
  readonly aside: Aside
  readonly catalogue: CatalogueIndex
  /** Rows that this device's own events made or added to. */
  readonly ownRows: () => OwnRows
  readonly #db: TillDatabase
  readonly #history: OwnHistory
  readonly #tableOf: (table: string) => TableWriter
  readonly #records: ReturnType<typeof createLoadRecords>
  readonly #loads: Map<string, LoadState>

  /** @param history of this till: rows its events added to are not overwritten before their sums are known */
  constructor(db: TillDatabase, history: OwnHistory) {
    this.#db = db
    this.#history = history
    this.#tableOf = tableWriters(db)
    this.#records = createLoadRecords(db)
    this.#loads = this.#records.read()
    this.aside = openAside(db)
    this.catalogue = createCatalogueIndex(db, this.#records.state)
    this.ownRows = readOwnRows(history)
  }

  /** Shapes that are being loaded. */
  pending(): ReadonlyMap<string, LoadState> {
    return this.#loads
  }

  /** Rows that were received by loads so far, joined or not. */
  rows(): number {
    let rows = this.#records.state.get<number>(ROWS) ?? 0
    for (const load of this.#loads.values()) rows += load.rows
    return rows
  }

  /** A snapshot begins: a joined shape is joined no longer, what was aside of it is to be cleared before the first row. */
  begin(shape: string, handle: string): void {
    const before = this.#loads.get(shape)
    const first = before ? before.first : !this.#records.isJoined(shape)
    const own = this.#history.head()
    const fresh = first && own <= FEW_EVENTS && (!before || (before.fresh && before.handle === handle))
    this.#update(shape, { handle, offset: null, loaded: false, top: '0', first, fresh, own, rows: 0 }, () => {
      this.#records.leave(shape)
      if (shape === 'product' && first) this.catalogue.defer()
    })
  }

  /** Writes or keeps rows of a shape that is not loaded yet, as one transaction. */
  put(shape: string, changes: readonly LoadedChange[]): void {
    const before = this.#current(shape)
    const lsn = changes.at(-1)?.lsn ?? 0n
    const top = lsn > BigInt(before.top) ? String(lsn) : before.top
    this.#update(shape, { ...before, top, rows: before.rows + changes.length }, () =>
      this.#write(shape, changes, before.fresh),
    )
  }

  /** A response was taken whole. @param seen the LSN of its up-to-date, if it was one */
  placed(shape: string, { handle, offset }: ShapePosition, seen: bigint | null): void {
    const before = this.#current(shape)
    const top = seen !== null && seen > BigInt(before.top) ? String(seen) : before.top
    this.#update(shape, { ...before, handle, offset, top, loaded: before.loaded || seen !== null })
  }

  /** Brings a loaded shape up to `lsn`, as one transaction. */
  follow({ shape, changes, position }: ShapeRelease, lsn: bigint): void {
    const before = this.#current(shape)
    const top = lsn > BigInt(before.top) ? String(lsn) : before.top
    const logged = changes.map((change) => ({ ...change, lsn }))
    this.#update(shape, { ...before, ...position, top, rows: before.rows + changes.length }, () =>
      this.#write(shape, logged, before.fresh),
    )
  }

  /**
   * Whether what comes of a shape waits aside until it joins: what is not to be seen before its stage, and all of a table
   * that was joined before, for its old rows go with the others'.
   */
  keepsAside(shape: string): boolean {
    return isKeptAside(shape) || (mayNotBeSeenHalf(shape) && !this.#current(shape).first)
  }

  /** Removes about `limit` rows of what a load left aside. @returns how many it removed */
  clear(shape: string, limit: number): number {
    return this.#db.transaction(() => this.aside.clear(shape, limit)).immediate()
  }

  /** In the caller's transaction: these shapes are loaded, and follow their logs from where they stand. */
  join(shapes: readonly string[]): void {
    for (const shape of shapes) this.#records.join(shape, this.#current(shape))
  }

  /** That transaction was committed. */
  joined(shapes: readonly string[]): void {
    for (const shape of shapes) this.#loads.delete(shape)
  }

  #current(shape: string): LoadState {
    const load = this.#loads.get(shape)
    if (!load) throw new Error(`not being loaded: ${shape}`)
    return load
  }

  /** Runs a change of what is known about a load and its rows; a failure leaves both as they were. */
  #update(shape: string, load: LoadState, work: () => void = () => {}): void {
    this.#db
      .transaction(() => {
        work()
        this.#records.save(shape, load)
      })
      .immediate()
    this.#loads.set(shape, load)
  }

  /** Tells rows of own events in a table that held nothing else before. */
  #ownIn(shape: string, fresh: boolean): (row: WireRow) => boolean {
    const own: OwnRows | null = fresh && isProjected(shape) ? this.ownRows() : null
    if (!own || own.size === 0 || !isProjected(shape)) return () => false
    return (row) => own.has(rowName(shape, row))
  }

  #write(shape: string, changes: readonly LoadedChange[], fresh: boolean): void {
    const { aside } = this
    const table = this.#tableOf(shape)
    const apart = this.keepsAside(shape)
    // What a table has already need not wait; sums, and what goes with them, are compared when their head is known.
    const isHere = (row: WireRow) => apart && !isKeptAside(shape) && table.settle(row)
    const isOwn = this.#ownIn(shape, fresh)
    const sums = holdsSums(shape)
    for (const change of changes) {
      const { operation, row, lsn } = change
      const isKnown = !fresh || isOwn(row)
      if (isKnown) {
        const key = table.keyOf(row)
        if (operation === 'delete') aside.unmark(shape, key)
        else aside.mark(shape, key)
        // What is gone goes when all of its stage is here: a sale is not to lose its lines before it goes itself.
        if (operation === 'delete' && !apart) continue
      }
      // A new sum that no own event has touched is what the server says; any other stays until its head is known.
      const plain = lsn === null && !isKnown && sums
      if (!apart || plain) table.write(change)
      else if (lsn === null) {
        if (!isHere(row)) aside.keep(shape, row)
      } else aside.keepChange(shape, { operation, row })
    }
  }
}
