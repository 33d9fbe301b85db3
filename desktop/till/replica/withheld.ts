import type { Mutation } from '../../../domain/journal/mutation.ts'
import type { Journal } from '../journal/journal.ts'
import type { Changes } from '../store/changes.ts'
import type { TillDatabase } from '../store/database.ts'
import { createTillState } from '../store/state.ts'
import { isFatal } from '../store-faults.ts'
import { effectOf } from './overlay.ts'
import { askRefetch } from './verify/refetch.ts'

/** The name in `till_state` of the own events that were looked at already. */
export const WITHHELD = 'replica-withheld'

interface Seen {
  deviceId: string
  seqs: number[]
}

/**
 * Exceptions that tell of an event without effect; of a closed session, only when it was to be changed itself. What the
 * server could not read is none: it waits there for a build that can.
 */
const CODES = [
  'foreign-branch',
  'foreign-register',
  'foreign-session',
  'duplicate-fact',
  'session-closed',
  'not-applicable',
  'carried-not-proven',
]

const changesSession = (mutations: readonly Mutation[]) =>
  mutations.some(({ op, table }) => op === 'set' && table === 'cash_session')

/**
 * Has tables fetched anew in which this till still shows what an own event did, although the server has withheld its
 * effect: a drawer that another till had closed before, a fact that was there already.
 * @returns how to stop watching
 */
export function watchWithheld(options: {
  db: TillDatabase
  journal: Journal
  changes: Changes
  deviceId: string
}): () => void {
  const { db, journal, changes, deviceId } = options
  const state = createTillState(db)
  const read = db.prepare(`select distinct seq, code from event_exception where device_id = ?
    and code in (${CODES.map(() => '?')}) and seq not in (select value from json_each(?)) order by seq`)

  const tablesOf = (seq: number, code: string): string[] => {
    const event = journal.above(seq - 1, 1)[0]
    const mutations = effectOf(event?.seq === seq ? event : null)
    if (code === 'session-closed' && !changesSession(mutations)) return []
    return mutations.map(({ table }) => table)
  }

  const look = () => {
    const kept = state.get<Seen>(WITHHELD)
    const seen = kept?.deviceId === deviceId ? kept.seqs : []
    const found = read.all(deviceId, ...CODES, JSON.stringify(seen)) as { seq: number; code: string }[]
    if (found.length === 0) return
    const tables = new Set(found.flatMap(({ seq, code }) => tablesOf(seq, code)))
    const seqs = [...new Set([...seen, ...found.map(({ seq }) => seq)])]
    db.transaction(() => {
      if (tables.size > 0) askRefetch(db, [...tables])
      state.set(WITHHELD, { deviceId, seqs } satisfies Seen)
    }).immediate()
  }
  const lookIfThereIsRoom = () => {
    try {
      look()
    } catch (error) {
      // A full disk: it is looked at again with the next exception, or at the next start.
      if (isFatal(error)) throw error
    }
  }

  lookIfThereIsRoom()
  return changes.listen((topics) => {
    if (topics.has('exception')) lookIfThereIsRoom()
  })
}
