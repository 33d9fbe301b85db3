import type { OwnHistory } from '../journal/own-history.ts'
import { createApplier } from '../store/applier.ts'
import type { TillDatabase } from '../store/database.ts'
import { createTillState } from '../store/state.ts'
import type { Release, RowChange, ShapePosition, ShapeRelease, WireRow } from './frontier.ts'
import { tableWriters } from './load.ts'
import { createOverlay, isProjected, rowName, sumsOf, type Totals } from './overlay.ts'
import { HEAD_TABLE } from './stages.ts'

/** The LSN's name in `till_state`. */
export const LSN = 'replica-lsn'

/** Writes what the shapes brought, one release in one transaction. */
export interface ReplicaWriter {
  /**
   * Commits rows, positions and LSN together; own events above the server's head stay applied.
   * @param apart tables that are being loaded: their sums are set right when they join, and are left alone until then
   * @param along is done in the same transaction
   * @throws OtherHistory when they are of another history under this identity, for as long as a new one may come
   */
  write(release: Release, apart?: ReadonlySet<string>, along?: () => void): void
  /**
   * Reads a few of the own events that a commit will need, so that it need not read a day's sales at once.
   * @returns whether there may be more
   */
  prepare(): boolean
  /** Where each shape was left, by shape name. */
  positions(): Map<string, ShapePosition>
  /** LSN of the last release, or null before the first. */
  lsn(): bigint | null
  /** The place up to which the server's rows here contain this till's own events. */
  head(): number
  /**
   * Looks at heads that are about to come with rows, before the first of these is written.
   * @throws OtherHistory as a commit of them would
   */
  admit(heads: readonly RowChange[]): void
  /** This device's. */
  deviceId: string
}

/**
 * @param device whose events above the server's heads are kept applied over the server's rows: the sums
 * they added are taken back before newer server rows are written, and all their effects are applied again after
 */
export function createReplicaWriter(
  db: TillDatabase,
  { deviceId, history }: { deviceId: string; history: OwnHistory },
): ReplicaWriter {
  const applier = createApplier(db)
  const tableOf = tableWriters(db)
  const readPositions = db.prepare('select shape, handle, "offset" from replica_shape')
  const savePosition = db.prepare(`insert into replica_shape (shape, handle, "offset", schema)
    values (@shape, @handle, @offset, '') on conflict (shape) do update
    set handle = excluded.handle, "offset" = excluded."offset"`)
  const state = createTillState(db)

  const writeShape = ({ shape, changes, position }: ShapeRelease) => {
    const table = tableOf(shape)
    for (const change of changes) table.write(change)
    if (position) savePosition.run({ shape, ...position })
  }

  const overlay = createOverlay(history)
  const readAll = () => {
    const now = history.held()
    while (overlay.read(now)) {}
  }

  const admit = createHistoryGuard(history, deviceId)
  const commit = db.transaction((release: Release, apart: ReadonlySet<string>, along: () => void) => {
    admit(headsIn(release))
    readAll()
    const oldHead = history.contained()
    const written = rowsWritten(release, apart)
    applier.apply(sumsOf(written.among(overlay.totals()), -1))
    for (const part of release.shapes) writeShape(part)
    const now = history.held()
    const wentBack = now.head < oldHead
    // Where the server did not write, its head alone changes what lies over a row.
    if (wentBack) applier.apply(sumsOf(written.notAmong(overlay.totals()), -1))
    const { gone, back } = overlay.settle(now)
    if (!wentBack) {
      applier.apply(sumsOf(written.notAmong(gone), -1))
      applier.apply(sumsOf(written.notAmong(back), 1))
    }
    readAll()
    if (wentBack) applier.apply(sumsOf(written.notAmong(overlay.totals()), 1))
    applier.apply(sumsOf(written.among(overlay.totals()), 1))
    applier.apply(written.lost || wentBack || back.size > 0 ? overlay.facts() : overlay.sets())
    state.set(LSN, String(release.lsn))
    history.keep()
    along()
  })

  return {
    write: (release, apart = NOTHING, along = () => {}) => {
      try {
        commit.immediate(release, apart, along)
      } catch (error) {
        overlay.forget()
        throw error
      }
    },
    prepare: () => overlay.read(history.held()),
    positions: () => positionsOf(readPositions.all() as Position[]),
    lsn: () => {
      const text = state.get<string>(LSN)
      return text === null ? null : BigInt(text)
    },
    head: history.contained,
    admit,
    deviceId,
  }
}

/** So long do rows of another history wait for this till's new identity, ms. */
const NEW_IDENTITY_MS = 60_000

/** The server holds another history under this till's identity, and these rows are of it. */
export class OtherHistory extends Error {
  override name = 'OtherHistory'
  constructor() {
    super('the server holds another history under this identity')
  }
}

/**
 * Refuses rows of another history while a new identity may still come: with it comes the word which events both hold, and
 * only then can it be told what of its own the rows contain.
 * @throws OtherHistory
 */
function createHistoryGuard(history: OwnHistory, deviceId: string) {
  let since: number | null = null
  return (heads: readonly RowChange[]): void => {
    const own = heads.findLast(({ operation, row }) => operation !== 'delete' && row.device_id === deviceId)
    if (!own || history.isOwn(headIn(own.row))) return
    since ??= performance.now()
    if (performance.now() - since < NEW_IDENTITY_MS) throw new OtherHistory()
  }
}

const headsIn = ({ shapes }: Release): RowChange[] =>
  shapes.filter(({ shape }) => shape === HEAD_TABLE).flatMap(({ changes }) => changes)

const headIn = ({ seq, hash }: WireRow) => ({ seq: Number(seq), hash: String(hash) })

const NOTHING: ReadonlySet<string> = new Set()

type Position = ShapePosition & { shape: string }

const positionsOf = (rows: readonly Position[]) =>
  new Map(rows.map(({ shape, handle, offset }) => [shape, { handle, offset }]))

/** Which rows a release writes, as far as facts project into their tables; tables apart are none of its business. */
function rowsWritten({ shapes }: Release, apart: ReadonlySet<string>) {
  const rows = new Set<string>()
  let lost = false
  for (const { shape, changes } of shapes) {
    if (!isProjected(shape)) continue
    for (const { row } of changes) rows.add(rowName(shape, row))
    lost ||= changes.some(({ operation }) => operation === 'delete')
  }
  return {
    /** Rows may be gone that own events had made. */
    lost,
    /** Those sums whose rows are written. */
    among: (totals: Totals) => [...rows].flatMap((name) => totals.get(name) ?? []),
    notAmong: (totals: Totals) =>
      [...totals].flatMap(([name, total]) => (rows.has(name) || apart.has(total.table) ? [] : [total])),
  }
}
