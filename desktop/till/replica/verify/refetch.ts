import type { TillDatabase } from '../../store/database.ts'
import { createTillState } from '../../store/state.ts'
import { createLoadRecords, type LoadState } from '../load.ts'

/** The name in `till_state` of the tables that are to be fetched anew. */
const KEY = 'replica-refetch'

/** How often a running till looks whether it was asked, ms. */
const LOOK_MS = 1000

/**
 * Asks the till that owns this file, whichever process that is, to fetch tables anew. No other table is
 * touched.
 */
export function askRefetch(db: TillDatabase, tables: readonly string[]): void {
  const state = createTillState(db)
  db.transaction(() => {
    state.set(KEY, [...new Set([...refetchAsked(db), ...tables])])
  }).immediate()
}

/** Tables that were asked for and whose positions still stand. */
export const refetchAsked = (db: TillDatabase): string[] => createTillState(db).get<string[]>(KEY) ?? []

/** A handle that no server gave: what is asked with it must be fetched anew. */
export const NO_HANDLE = 'to-be-fetched-anew'

/** A load that begins anew, over what it has brought so far. */
export const anew = (load: LoadState): LoadState => ({
  ...load,
  handle: NO_HANDLE,
  offset: null,
  loaded: false,
  top: '0',
  fresh: false,
  rows: 0,
})

/**
 * Spoils the positions of the tables that were asked for, so that the server will want them fetched anew: their rows
 * stay until the new ones are there, and what the server lacks goes. To be called while no pull runs.
 */
export function forgetAsked(db: TillDatabase): void {
  if (refetchAsked(db).length === 0) return
  const state = createTillState(db)
  const records = createLoadRecords(db)
  const spoil = db.prepare('update replica_shape set handle = ? where shape = ?')
  db.transaction(() => {
    const loads = records.read()
    for (const table of refetchAsked(db)) {
      const load = loads.get(table)
      if (load) records.save(table, anew(load))
      spoil.run(NO_HANDLE, table)
    }
    state.set(KEY, [])
  }).immediate()
}

/**
 * Calls `restart` when tables are to be fetched anew, once at a time.
 * @returns how to stop looking
 */
export function watchRefetch(db: TillDatabase, restart: () => Promise<void>): () => void {
  const read = db.prepare('select value from till_state where key = ?').pluck()
  let restarting = false
  const look = async () => {
    const text = read.get(KEY) as string | undefined
    if (restarting || text === undefined || text === '[]') return
    restarting = true
    await restart().finally(() => {
      restarting = false
    })
  }
  const timer = setInterval(look, LOOK_MS)
  return () => clearInterval(timer)
}
