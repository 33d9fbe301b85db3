import type { Statement } from 'better-sqlite3'
import type { Mutation } from '../../../domain/journal/mutation.ts'
import { PROJECTED_KEYS, type ProjectedTable } from '../../../domain/journal/tables.ts'
import { SYNCED_TABLES, type SyncedTable } from '../../../migrations/synced-tables.ts'
import type { Journal } from '../journal/journal.ts'
import { createApplier } from '../store/applier.ts'
import type { TillDatabase } from '../store/database.ts'
import { createTillState } from '../store/state.ts'
import type { Release, RowChange, ShapePosition, ShapeRelease, WireRow } from './frontier.ts'
import { createOverlay, rowName, type Total, type Totals } from './overlay.ts'
import { readColumn, type SqliteValue } from './rows.ts'

/** The LSN's name in `till_state`. */
const LSN = 'replica-lsn'

/** Writes what the shapes brought, one release in one transaction. */
export interface ReplicaWriter {
  /** Commits rows, positions and LSN together; own events above the server's head stay applied. */
  write(release: Release): void
  /**
   * Reads a few of the own events that a commit will need, so that it need not read a day's sales at once.
   * @returns whether there may be more
   */
  prepare(): boolean
  /** Where each shape was left, by shape name. */
  positions(): Map<string, ShapePosition>
  /** LSN of the last release, or null before the first. */
  lsn(): bigint | null
}

/**
 * @param device whose journal's events above its `device_head` are kept applied over the server's rows: the sums
 * they added are taken back before newer server rows are written, and all their effects are applied again after
 */
export function createReplicaWriter(
  db: TillDatabase,
  device: { deviceId: string; journal: Journal },
): ReplicaWriter {
  const applier = createApplier(db)
  const tables = new Map(
    SYNCED_TABLES.map((synced) => [synced.table as string, createTableWriter(db, synced)]),
  )
  const readHead = db.prepare('select seq from device_head where device_id = ?').pluck()
  const readPositions = db.prepare('select shape, handle, "offset" from replica_shape')
  const savePosition = db.prepare(`insert into replica_shape (shape, handle, "offset", schema)
    values (@shape, @handle, @offset, '') on conflict (shape) do update
    set handle = excluded.handle, "offset" = excluded."offset"`)
  const state = createTillState(db)
  const serverHead = () => (readHead.get(device.deviceId) as number | undefined) ?? 0

  const writeShape = ({ shape, reset, changes, position }: ShapeRelease) => {
    const table = tables.get(shape)
    if (!table) throw new Error(`not a synced table: ${shape}`)
    if (reset) table.clear()
    for (const change of changes) table.write(change)
    if (position) savePosition.run({ shape, ...position })
  }

  const overlay = createOverlay(device.journal)
  const readAll = () => {
    while (overlay.read(serverHead())) {}
  }

  const commit = db.transaction((release: Release) => {
    readAll()
    const oldHead = serverHead()
    const written = rowsWritten(release)
    applier.apply(sumsOf(written.among(overlay.totals()), -1))
    for (const part of release.shapes) writeShape(part)
    const wentBack = serverHead() < oldHead
    // Where the server did not write, its head alone changes what lies over a row.
    if (wentBack) applier.apply(sumsOf(written.notAmong(overlay.totals()), -1))
    const gone = overlay.settle(serverHead())
    if (!wentBack) applier.apply(sumsOf(written.notAmong(gone), -1))
    readAll()
    if (wentBack) applier.apply(sumsOf(written.notAmong(overlay.totals()), 1))
    applier.apply(sumsOf(written.among(overlay.totals(), true), 1))
    const facts = overlay.facts()
    applier.apply(written.lost || wentBack ? facts : facts.filter(({ op }) => op === 'set'))
    state.set(LSN, String(release.lsn))
  })

  return {
    write: (release) => {
      try {
        commit.immediate(release)
      } catch (error) {
        overlay.forget()
        throw error
      }
    },
    prepare: () => overlay.read(serverHead()),
    positions: () => positionsOf(readPositions.all() as Position[]),
    lsn: () => {
      const text = state.get<string>(LSN)
      return text === null ? null : BigInt(text)
    },
  }
}

type Position = ShapePosition & { shape: string }

const positionsOf = (rows: readonly Position[]) =>
  new Map(rows.map(({ shape, handle, offset }) => [shape, { handle, offset }]))

const isProjected = (table: string): table is ProjectedTable => Object.hasOwn(PROJECTED_KEYS, table)

/** Which rows a release writes, as far as facts project into their tables. */
function rowsWritten({ shapes }: Release) {
  const resets = new Set<string>()
  const rows = new Set<string>()
  let deletes = false
  for (const { shape, reset, changes } of shapes) {
    if (!isProjected(shape)) continue
    if (reset) resets.add(shape)
    else for (const { row } of changes) rows.add(rowName(shape, row))
    deletes ||= changes.some(({ operation }) => operation === 'delete')
  }
  const pick = (totals: Totals, wanted: (name: string, table: string) => boolean) =>
    [...totals].flatMap(([name, total]) => (wanted(name, total.table) ? [total] : []))
  return {
    /** Rows may be gone that own events had made. */
    lost: deletes || resets.size > 0,
    /** Those sums whose rows are written; with `replaced`, also those of tables that are replaced as a whole. */
    among: (totals: Totals, replaced = false) =>
      replaced && resets.size > 0
        ? pick(totals, (name, table) => resets.has(table) || rows.has(name))
        : [...rows].flatMap((name) => totals.get(name) ?? []),
    notAmong: (totals: Totals) => pick(totals, (name, table) => !resets.has(table) && !rows.has(name)),
  }
}

/** Sums as mutations, to be added or taken back. */
const sumsOf = (totals: readonly Total[], sign: 1 | -1): Mutation[] =>
  totals.map(({ table, key, add }) => ({
    op: 'add',
    table,
    key,
    add: Object.fromEntries(Object.entries(add).map(([column, value]) => [column, sign * value])),
  })) as Mutation[]

interface TableWriter {
  clear(): void
  write(change: RowChange): void
}

/** Statements of one synced table. Column names come from `synced-tables.ts`; others on the wire are passed over. */
function createTableWriter(db: TillDatabase, synced: SyncedTable): TableWriter {
  const name = `"${synced.table}"`
  const all = Object.keys(synced.columns)
  const statements = new Map<string, Statement>()
  const prepared = (sql: string): Statement => {
    const known = statements.get(sql) ?? db.prepare(sql)
    statements.set(sql, known)
    return known
  }
  const set = (columns: readonly string[], value: (column: string) => string) =>
    columns.map((column) => `"${column}" = ${value(column)}`).join(', ')
  const where = synced.key.map((column) => `"${column}" = @${column}`).join(' and ')
  const rest = all.filter((column) => !synced.key.includes(column))
  const upsert = `insert into ${name} (${all.map((column) => `"${column}"`).join(', ')})
    values (${all.map((column) => `@${column}`).join(', ')})
    on conflict (${synced.key.map((column) => `"${column}"`).join(', ')}) do update
    set ${set(rest, (column) => `excluded."${column}"`)}`

  const absent = Object.fromEntries(all.map((column) => [column, null]))

  const read = (row: WireRow): Record<string, SqliteValue> => {
    const values: Record<string, SqliteValue> = {}
    for (const [column, kind] of Object.entries(synced.columns)) {
      const text = row[column]
      if (text !== undefined) values[column] = readColumn(kind, text)
    }
    return values
  }

  return {
    clear: () => {
      prepared(`delete from ${name}`).run()
    },
    write: ({ operation, row }) => {
      const values = read(row)
      if (operation === 'insert') {
        prepared(upsert).run({ ...absent, ...values })
      } else if (operation === 'delete') {
        prepared(`delete from ${name} where ${where}`).run(values)
      } else {
        const changed = rest.filter((column) => column in values)
        if (changed.length === 0) return
        prepared(`update ${name} set ${set(changed, (column) => `@${column}`)} where ${where}`).run(values)
      }
    },
  }
}
