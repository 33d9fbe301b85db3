import type { HeadOf, Held, OwnHistory, Tellings } from '../journal/own-history.ts'
import { type Applier, createApplier } from '../store/applier.ts'
import type { TillDatabase } from '../store/database.ts'
import type { Aside } from './aside.ts'
import type { RowChange, ShapeRelease, WireRow } from './frontier.ts'
import { type Loads, tableWriters } from './load.ts'
import { createOverlay, isProjected, type Overlay, rowName, sumsOf } from './overlay.ts'
import {
  CARRIED_TABLE,
  HEAD_TABLE,
  holdsSums,
  isKeptAside,
  tellsOfJournals,
  WAITING_TABLE,
} from './stages.ts'
import type { TableWriter, Values } from './table-writer.ts'
import type { ReplicaWriter } from './writer.ts'

/** What came of a row after its snapshot, whole or the columns that were set; `null` when it is gone. */
type LaterRow = { row: WireRow; whole: boolean } | null
type Later = ReadonlyMap<string, LaterRow>

/** What the log said of rows after the snapshot, the last word of each. */
export function laterRows(aside: Aside, shape: string, keyOf: TableWriter['keyOf']): Later {
  const later = new Map<string, LaterRow>()
  for (const { operation, row } of aside.changes(shape)) {
    const key = keyOf(row)
    const before = later.get(key)
    if (operation === 'delete') later.set(key, null)
    else if (operation === 'insert') later.set(key, { row, whole: true })
    else later.set(key, { row: { ...before?.row, ...row }, whole: before?.whole === true })
  }
  return later
}

/** Own events above the server's head. */
interface Own {
  overlay: Overlay
  held: Held
}

/** Steps of a join: `next(limit)` does some rows, at most so many, and tells how many; the first one does none. */
type Steps = Generator<number, void, number>

/** Puts what was kept aside into its tables, and takes out of them what the server no longer has. */
export class Joining {
  readonly #history: OwnHistory
  readonly #loads: Loads
  readonly #tableOf: (table: string) => TableWriter
  readonly #applier: Applier
  readonly #transaction: (work: () => void) => void

  constructor(db: TillDatabase, history: OwnHistory, loads: Loads) {
    this.#history = history
    this.#loads = loads
    this.#tableOf = tableWriters(db)
    this.#applier = createApplier(db)
    this.#transaction = db.transaction((work: () => void) => work()).immediate
  }

  /**
   * Each step is one transaction, after which the till may sell. Every row that is written is right by itself: a sum
   * is what the server has at the head, with own events above it.
   * @param shapes loaded, and all at one LSN
   * @param held what the server's rows contain at that LSN
   */
  *steps(shapes: readonly string[], held: Held): Steps {
    const overlay = createOverlay(this.#history)
    while (overlay.read(held)) yield 0
    const own = { overlay, held }
    const kept = shapes.filter((shape) => this.#loads.keepsAside(shape) && !tellsOfJournals(shape))
    // A sale's lines before the sale.
    for (const shape of kept.filter((table) => !isKeptAside(table))) yield* this.#placeRows(shape, own)
    for (const shape of kept.filter(isKeptAside)) yield* this.#placeRows(shape, own)
    for (const shape of shapes) if (!tellsOfJournals(shape)) yield* this.#removeAbsent(shape, own)
  }

  /**
   * In the caller's transaction: what own events added since a snapshot began, and the server holds without their
   * effect, is taken back. Any other that it holds has come as a row of the log.
   */
  takeBack(shapes: readonly string[], held: Held): void {
    for (const shape of shapes) {
      const load = this.#loads.pending().get(shape)
      if (!load?.fresh || !holdsSums(shape)) continue
      const overlay = createOverlay(this.#history)
      const before: Held = { head: load.own, waiting: new Set(), isBrought: null }
      while (overlay.read(before)) {}
      const { keyOf } = this.#tableOf(shape)
      const withheld = [...overlay.settle(held).gone.values()].filter(
        ({ table, key }) => table === shape && !this.#loads.aside.marked(shape, keyOf(key)),
      )
      this.#applier.apply(sumsOf(withheld, -1))
    }
  }

  /** What a loaded table that tells of journals will hold, as changes of the one there is. */
  changesOf(table: string): RowChange[] {
    const { keyOf, keysAfter } = this.#tableOf(table)
    const kept = this.#loads.aside.rows(table, 0, Number.MAX_SAFE_INTEGER)
    const rows = new Map(kept.map(({ row }) => [keyOf(row), row]))
    for (const [key, later] of this.#laterRows(table)) {
      if (later) rows.set(key, { ...rows.get(key), ...later.row })
      else rows.delete(key)
    }
    const gone = keysAfter(null, Number.MAX_SAFE_INTEGER).filter((key) => !rows.has(keyOf(key)))
    return [
      ...gone.map((key): RowChange => ({ operation: 'delete', row: key as WireRow })),
      ...[...rows.values()].map((row): RowChange => ({ operation: 'insert', row })),
    ]
  }

  *#placeRows(shape: string, own: Own): Steps {
    const later = this.#laterRows(shape)
    const met = yield* this.#placeSnapshot(shape, later, own)
    const rest = [...later].filter(([key]) => !met.has(key))
    for (let limit = yield 0; rest.length > 0; ) {
      const part = rest.splice(0, limit)
      this.#step(own, () => {
        for (const [key, after] of part) {
          if (after) this.#place(shape, after.row, after.whole, own)
          else this.#remove(shape, this.#tableOf(shape).keyFrom(key), own)
        }
        this.#applyAgain(shape, own, true)
      })
      limit = yield part.length
    }
  }

  /** @returns keys of `later` that the snapshot has */
  *#placeSnapshot(shape: string, later: Later, own: Own): Generator<number, Set<string>, number> {
    const { aside } = this.#loads
    const { keyOf, keyFrom } = this.#tableOf(shape)
    const met = new Set<string>()
    for (let limit = yield 0; ; ) {
      const rows = aside.rows(shape, 0, limit)
      const end = rows.at(-1)
      if (!end) return met
      this.#step(own, () => {
        let removed = false
        for (const { row } of rows) {
          const key = keyOf(row)
          const after = later.get(key)
          if (later.has(key)) met.add(key)
          removed ||= after === null
          if (after === null) this.#remove(shape, keyFrom(key), own)
          else this.#place(shape, { ...row, ...after?.row }, true, own)
        }
        this.#applyAgain(shape, own, removed)
        aside.forgetRows(shape, end.n)
      })
      limit = yield rows.length
    }
  }

  *#removeAbsent(shape: string, own: Own): Steps {
    const { keyOf, keysAfter } = this.#tableOf(shape)
    const load = this.#loads.pending().get(shape)
    const ownKeys = load?.fresh ? this.#ownKeys(shape, load.own) : null
    let limit = yield 0
    for (let last: Values | null = null; ; ) {
      const keys: Values[] = ownKeys ? ownKeys.splice(0, limit) : keysAfter(last, limit)
      last = keys.at(-1) ?? null
      if (!last) return
      const gone = keys.filter((key) => !this.#loads.aside.marked(shape, keyOf(key)))
      if (gone.length > 0) {
        this.#step(own, () => {
          for (const key of gone) this.#remove(shape, key, own)
          this.#applyAgain(shape, own, true)
        })
      }
      limit = yield keys.length
    }
  }

  #laterRows(shape: string): Later {
    return laterRows(this.#loads.aside, shape, this.#tableOf(shape).keyOf)
  }

  /** Rows that own events up to `last` were the first to touch. */
  #ownKeys(shape: string, last: number): Values[] {
    const rows = [...this.#loads.ownRows().values()]
    return rows.filter(({ table, place }) => table === shape && place <= last).map(({ key }) => key)
  }

  /** @param whole whether the row names all its columns, or only those to set */
  #place(shape: string, row: WireRow, whole: boolean, own: Own): void {
    const table = this.#tableOf(shape)
    const values: Values = table.read(row)
    for (const [column, added] of Object.entries(sumOf(shape, row, own)?.add ?? {})) {
      if (column in values) values[column] = Number(values[column]) + added
    }
    table.place(values, row, whole)
  }

  /** Removes what the server does not have; what own events above the head added to it stays. */
  #remove(shape: string, key: Values, own: Own): void {
    this.#tableOf(shape).remove(key)
    const sum = sumOf(shape, key, own)
    if (sum) this.#applier.apply(sumsOf([sum], 1))
  }

  /** Applies again what own events did to a table beside its sums; after a removal, rows they inserted as well. */
  #applyAgain(shape: string, { overlay }: Own, removed: boolean): void {
    const mutations = removed ? overlay.facts() : overlay.sets()
    this.#applier.apply(mutations.filter(({ table }) => table === shape))
  }

  /** One transaction that knows all own events. */
  #step({ overlay, held }: Own, work: () => void): void {
    this.#transaction(() => {
      while (overlay.read(held)) {}
      work()
    })
  }
}

const sumOf = (shape: string, row: Readonly<Record<string, unknown>>, { overlay }: Own) =>
  isProjected(shape) ? overlay.totals().get(rowName(shape, row)) : undefined

/** What a join works with. */
export interface JoinOptions {
  db: TillDatabase
  history: OwnHistory
  writer: ReplicaWriter
  loads: Loads
  /** Tables that are not joined yet. */
  apart: ReadonlySet<string>
  /** So many rows of tables that were fetched anew may be written by one transaction. */
  atOnce: number
  /** One slice of work, see `Slices`. */
  inTurn(kind: string, work: (limit: number) => number): Promise<void>
}

/** What loaded tables will say of journals; their deletions are of rows that are not named again. */
function tellingsIn(parts: readonly ShapeRelease[]): Tellings {
  const rowsOf = (table: string) =>
    parts
      .find(({ shape }) => shape === table)
      ?.changes.flatMap(({ operation, row }) => (operation === 'insert' ? [row] : []))
  const heads = rowsOf(HEAD_TABLE)
  const waiting = rowsOf(WAITING_TABLE)
  const brought = rowsOf(CARRIED_TABLE)
  const headOf: HeadOf = (deviceId) => {
    const head = heads?.find((row) => row.device_id === deviceId)
    return head && { seq: Number(head.seq), hash: String(head.hash) }
  }
  return {
    ...(heads && { headOf }),
    ...(waiting && {
      waitingOf: (deviceId) =>
        waiting.flatMap((row) => (row.device_id === deviceId ? [Number(row.seq)] : [])),
    }),
    ...(brought && { brought: new Set(brought.map(({ hash }) => String(hash))) }),
  }
}

/** Brings loaded shapes, all at one LSN, into the replica, slice by slice. */
export async function joinShapes(
  shapes: readonly string[],
  lsn: bigint,
  { db, history, writer, loads, apart, inTurn }: JoinOptions,
): Promise<void> {
  const joining = new Joining(db, history, loads)
  const tellings = shapes
    .filter(tellsOfJournals)
    .map((shape) => ({ shape, changes: joining.changesOf(shape), position: null }))
  // Sums placed beside another history's head would hold own events twice, and stay so: their snapshot is used up.
  writer.admit(tellings.flatMap(({ shape, changes }) => (shape === HEAD_TABLE ? changes : [])))
  const held = history.heldBy(tellingsIn(tellings))
  const steps = joining.steps(shapes, held)
  for (let done = false; !done; ) {
    await inTurn('join', (limit) => {
      const step = steps.next(limit)
      done = step.done === true
      return step.done ? 0 : step.value
    })
  }
  if (shapes.includes('product') && loads.catalogue.deferred()) {
    loads.catalogue.restart()
    for (let rows = 1; rows > 0; ) {
      await inTurn('index', (limit) => {
        rows = loads.catalogue.build(limit)
        return rows
      })
    }
  }
  await inTurn('join the log', () => {
    writer.write({ lsn, shapes: tellings }, apart, () => {
      joining.takeBack(shapes, held)
      loads.join(shapes)
    })
    loads.joined(shapes)
    return 0
  })
}
