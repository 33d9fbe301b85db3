import type { Held, OwnHistory } from '../journal/own-history.ts'
import type { TillDatabase } from '../store/database.ts'
import type { Release, RowChange, ShapeRelease, WireRow } from './frontier.ts'
import { Joining, type JoinOptions, joinShapes, laterRows } from './join.ts'
import { type Loads, tableWriters } from './load.ts'
import { createOverlay, isProjected, rowName } from './overlay.ts'
import { tellsOfJournals } from './stages.ts'
import type { TableWriter, Values } from './table-writer.ts'

type Steps<T> = Generator<number, T, number>

/** What tables that were fetched anew differ by from what is here. */
class Differences {
  readonly #history: OwnHistory
  readonly #loads: Loads
  readonly #held: Held
  readonly #tableOf: (table: string) => TableWriter
  readonly #transaction: (work: () => void) => void
  readonly #gone = new Map<string, Values[]>()

  /** @param held what the rows here contain of own events */
  constructor(db: TillDatabase, history: OwnHistory, loads: Loads, held: Held) {
    this.#history = history
    this.#loads = loads
    this.#held = held
    this.#tableOf = tableWriters(db)
    this.#transaction = db.transaction((work: () => void) => work()).immediate
  }

  /**
   * Looks for them; nothing that anybody reads is written.
   * @returns how many rows differ; beyond `room` it may be more
   */
  *find(shapes: readonly string[], room: number): Steps<number> {
    let found = 0
    for (const shape of shapes) {
      if (!tellsOfJournals(shape)) yield* this.#forgetSame(shape)
      found += this.#loads.aside.count(shape)
      if (found <= room && !tellsOfJournals(shape)) found += yield* this.#findGone(shape, room - found)
    }
    return found
  }

  /** What was found of a table, as its log would have told it. */
  of(shape: string): ShapeRelease {
    const { keyOf } = this.#tableOf(shape)
    const rows = new Map<string, RowChange>()
    const { aside } = this.#loads
    for (const { row } of aside.rows(shape, 0, Number.MAX_SAFE_INTEGER)) {
      rows.set(keyOf(row), { operation: 'insert', row })
    }
    for (const [key, later] of laterRows(aside, shape, keyOf)) {
      const before = rows.get(key)
      if (!later) rows.set(key, { operation: 'delete', row: this.#tableOf(shape).keyFrom(key) as WireRow })
      else if (later.whole || !before) {
        rows.set(key, { operation: later.whole ? 'insert' : 'update', row: later.row })
      } else rows.set(key, { operation: 'insert', row: { ...before.row, ...later.row } })
    }
    const gone = (this.#gone.get(shape) ?? []).map(
      (key): RowChange => ({ operation: 'delete', row: key as WireRow }),
    )
    return { shape, changes: [...gone, ...rows.values()], position: null }
  }

  /**
   * Lets go of rows that are here already. A sum that own events above the head have added to is never taken for the
   * same: it is to be written, so that what they added is taken back and laid over anew.
   */
  *#forgetSame(shape: string): Steps<void> {
    const overlay = createOverlay(this.#history)
    while (overlay.read(this.#held)) yield 0
    const { aside } = this.#loads
    const table = this.#tableOf(shape)
    const isAddedTo = (row: WireRow) => isProjected(shape) && overlay.totals().has(rowName(shape, row))
    let limit = yield 0
    for (let last = 0; ; ) {
      const rows = aside.rows(shape, last, limit)
      if (rows.length === 0) return
      this.#transaction(() => {
        while (overlay.read(this.#held)) {}
        for (const { n, row } of rows) {
          if (!isAddedTo(row) && table.settle(row)) aside.forgetRow(shape, n)
        }
      })
      last = rows.at(-1)?.n ?? last
      limit = yield rows.length
    }
  }

  /** Looks for rows that the server does not have. @returns how many, soon after there were more than `room` */
  *#findGone(shape: string, room: number): Steps<number> {
    const { keyOf, keysAfter } = this.#tableOf(shape)
    const gone: Values[] = []
    this.#gone.set(shape, gone)
    let limit = yield 0
    for (let last: Values | null = null; gone.length <= room; ) {
      const keys: Values[] = keysAfter(last, limit)
      last = keys.at(-1) ?? null
      if (!last) break
      gone.push(...keys.filter((key) => !this.#loads.aside.marked(shape, keyOf(key))))
      limit = yield keys.length
    }
    return gone.length
  }
}

const rowsIn = ({ shapes }: Release): number => shapes.reduce((rows, part) => rows + part.changes.length, 0)

/** Several releases, in their order, as one. */
function merged(releases: readonly Release[]): ShapeRelease[] {
  const parts = new Map<string, ShapeRelease>()
  for (const { shape, changes, position } of releases.flatMap(({ shapes }) => shapes)) {
    const before = parts.get(shape)
    parts.set(shape, {
      shape,
      changes: [...(before?.changes ?? []), ...changes],
      position: position ?? before?.position ?? null,
    })
  }
  return [...parts.values()]
}

/**
 * Brings tables that were fetched anew to the LSN at which they stand, together with what all others have received up to
 * there: in one transaction, so that nobody ever reads rows of two moments. Where it is too much for that, because the
 * till was away for long or a table was lost, it goes in slices like a first replica.
 * @param behind what the other tables have received up to `lsn`
 */
export async function rejoinShapes(
  shapes: readonly string[],
  lsn: bigint,
  behind: readonly Release[],
  options: JoinOptions,
): Promise<void> {
  const { db, history, writer, loads, apart, atOnce, inTurn } = options
  const differences = new Differences(db, history, loads, history.held())
  const steps = differences.find(shapes, atOnce)
  let rows = behind.reduce((sum, release) => sum + rowsIn(release), 0)
  for (let done = false; !done; ) {
    await inTurn('compare', (limit) => {
      const step = steps.next(limit)
      done = step.done === true
      if (!step.done) return step.value
      rows += step.value
      return 0
    })
  }
  if (rows > atOnce) {
    for (const release of behind) {
      await inTurn('release', () => {
        writer.write(release, apart)
        return rowsIn(release)
      })
    }
    return joinShapes(shapes, lsn, options)
  }
  const others = new Set([...apart].filter((table) => !shapes.includes(table)))
  await inTurn('rejoin', () => {
    const anew = shapes.map((shape) =>
      tellsOfJournals(shape)
        ? { shape, changes: new Joining(db, history, loads).changesOf(shape), position: null }
        : differences.of(shape),
    )
    writer.write({ lsn, shapes: [...merged(behind), ...anew] }, others, () => loads.join(shapes))
    loads.joined(shapes)
    return rows
  })
}
