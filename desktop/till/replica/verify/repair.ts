import { v7 as uuid } from 'uuid'
import type { Changes } from '../../store/changes.ts'
import type { TillDatabase } from '../../store/database.ts'
import { createTillState } from '../../store/state.ts'
import { isFatal } from '../../store-faults.ts'
import type { RowChange, ShapePosition } from '../frontier.ts'
import { createLoadRecords } from '../load.ts'
import { topicOf } from '../topics.ts'
import { LSN, type ReplicaWriter } from '../writer.ts'

/** The names in `till_state` of the rows that are to be written over, and of what became of them. */
const KEY = 'replica-repair'
const ANSWER = 'replica-repaired'

/** How often a running till looks whether it was asked, ms. */
const LOOK_MS = 500

/** Where tables stand in the replica. */
export interface Standing {
  positions: Readonly<Record<string, ShapePosition>>
  /** Of the last release that was committed, of whichever tables. */
  lsn: string
}

/** Rows, by table, as the server had them when the replica stood there. */
interface Repair {
  id: string
  standing: Standing
  changes: Readonly<Record<string, readonly RowChange[]>>
}

/** `moved`: the replica stands elsewhere, and what was asked may be older than what is here. */
export type Repaired = 'written' | 'moved'

/** Where tables stand; null while one of them is not followed, or any table is being loaded. */
export function readStanding(db: TillDatabase, tables: readonly string[]): Standing | null {
  const place = db.prepare('select handle, "offset" from replica_shape where shape = ?')
  const lsn = createTillState(db).get<string>(LSN)
  const places = tables.map((table) => [table, place.get(table) as ShapePosition | undefined] as const)
  if (lsn === null || createLoadRecords(db).read().size > 0 || places.some(([, at]) => !at)) return null
  return { positions: Object.fromEntries(places) as Standing['positions'], lsn }
}

/** Whether a till that stands at `now` has received nothing since it stood at `then`. */
const isSame = (now: Standing | null, then: Standing, tables: readonly string[]): boolean =>
  now?.lsn === then.lsn &&
  tables.every((table) => {
    const [a, b] = [now.positions[table], then.positions[table]]
    return a?.handle === b?.handle && a?.offset === b?.offset
  })

/** Asks the till that owns this file, whichever process that is, to write rows over. @returns the request's id */
export function askRepair(db: TillDatabase, repair: Omit<Repair, 'id'>): string {
  const id = uuid()
  createTillState(db).set(KEY, { ...repair, id } satisfies Repair)
  return id
}

/** What became of a request; null while it is not known. */
export function repairAnswer(db: TillDatabase, id: string): Repaired | null {
  const answer = createTillState(db).get<{ id: string; became: Repaired }>(ANSWER)
  return answer?.id === id ? answer.became : null
}

/** Takes a request back that nobody has taken up. */
export function withdrawRepair(db: TillDatabase): void {
  createTillState(db).set(KEY, null)
}

/**
 * Writes the rows that were asked for over what is here, as a release of the server's would be: in one transaction, own
 * events above the head laid over. Only where the replica stands as it did before the rows were read: then
 * nothing here can be newer than they are.
 * @returns the tables that were written
 */
export function takeUpRepair(db: TillDatabase, writer: ReplicaWriter): string[] {
  const state = createTillState(db)
  const repair = state.get<Repair>(KEY)
  if (!repair) return []
  const { id, changes, standing } = repair
  const tables = Object.keys(changes)
  const answer = (became: Repaired) => {
    state.set(KEY, null)
    state.set(ANSWER, { id, became })
  }
  if (!isSame(readStanding(db, tables), standing, tables)) {
    db.transaction(() => answer('moved')).immediate()
    return []
  }
  const shapes = tables.map((shape) => ({ shape, changes: [...(changes[shape] ?? [])], position: null }))
  writer.write({ lsn: BigInt(standing.lsn), shapes }, undefined, () => answer('written'))
  return tables
}

interface RepairOptions {
  db: TillDatabase
  writer: ReplicaWriter
  changes: Changes
}

/** Takes requests up as they come. @returns how to stop */
export function watchRepairs(
  { db, writer, changes }: RepairOptions,
  log: (detail: Record<string, unknown>) => void,
): () => void {
  const read = db.prepare('select value from till_state where key = ?').pluck()
  const look = () => {
    try {
      const text = read.get(KEY) as string | undefined
      if (text === undefined || text === 'null') return
      const tables = takeUpRepair(db, writer)
      if (tables.length > 0) changes.touch('sync', ...new Set(tables.map(topicOf)))
    } catch (error) {
      // A full disk, a row that cannot be read: whoever asked will fetch the table anew.
      if (isFatal(error)) throw error
      log({ event: 'repair-postponed', detail: (error as Error).message })
    }
  }
  const timer = setInterval(look, LOOK_MS)
  return () => clearInterval(timer)
}
