import type { Statement } from 'better-sqlite3'
import { projectEvent } from '../../../domain/journal/families.ts'
import { inverseSums } from '../../../domain/journal/mutation.ts'
import { SYNCED_TABLES, type SyncedTable } from '../../../migrations/synced-tables.ts'
import type { Journal } from '../journal/journal.ts'
import { type Applier, createApplier } from '../store/applier.ts'
import type { TillDatabase } from '../store/database.ts'
import type { Release, RowChange, ShapePosition, ShapeRelease, WireRow } from './frontier.ts'
import { readColumn, type SqliteValue } from './rows.ts'

/** Events of this device above the server's head are read this many at a time. */
const OVERLAY_SLICE = 500

/** Writes what the shapes brought, one release in one transaction. */
export interface ReplicaWriter {
  /** Commits rows, positions and LSN together; own events above the server's head stay applied. */
  write(release: Release): void
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
  const readLsn = db.prepare("select value from till_state where key = 'replica-lsn'").pluck()
  const saveLsn = db.prepare(`insert into till_state (key, value) values ('replica-lsn', ?)
    on conflict (key) do update set value = excluded.value`)
  const serverHead = () => (readHead.get(device.deviceId) as number | undefined) ?? 0

  const writeShape = ({ shape, reset, changes, position }: ShapeRelease) => {
    const table = tables.get(shape)
    if (!table) throw new Error(`not a synced table: ${shape}`)
    if (reset) table.clear()
    for (const change of changes) table.write(change)
    if (position) savePosition.run({ shape, ...position })
  }

  const commit = db.transaction((release: Release) => {
    eachEventAbove(device.journal, serverHead(), (mutations) => applier.apply(inverseSums(mutations)))
    for (const part of release.shapes) writeShape(part)
    eachEventAbove(device.journal, serverHead(), (mutations) => applier.apply(mutations))
    saveLsn.run(JSON.stringify(String(release.lsn)))
  })

  return {
    write: (release) => commit.immediate(release),
    positions: () =>
      new Map(
        (readPositions.all() as { shape: string; handle: string; offset: string }[]).map(
          ({ shape, handle, offset }) => [shape, { handle, offset }],
        ),
      ),
    lsn: () => {
      const text = readLsn.get() as string | undefined
      return text === undefined ? null : BigInt(JSON.parse(text))
    },
  }
}

function eachEventAbove(
  journal: Journal,
  seq: number,
  each: (mutations: Parameters<Applier['apply']>[0]) => void,
): void {
  for (let from = seq; ; ) {
    const events = journal.above(from, OVERLAY_SLICE)
    for (const event of events) {
      const projection = projectEvent(event)
      if ('mutations' in projection) each(projection.mutations)
    }
    const last = events.at(-1)
    if (!last || events.length < OVERLAY_SLICE) return
    from = last.seq
  }
}

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
