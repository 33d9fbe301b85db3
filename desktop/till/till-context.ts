import type { Locale } from '../../domain/refusals.ts'
import type { Journal } from './journal/journal.ts'
import type { Place } from './place.ts'
import type { Changes } from './store/changes.ts'
import type { TillDatabase } from './store/database.ts'
import type { TillState } from './store/state.ts'

/** What every service of the till stands on. Clock and ids come in from outside. */
export interface TillContext {
  db: TillDatabase
  state: TillState
  journal: Journal
  changes: Changes
  deviceId: string
  branchId: string
  registerId: string
  /**
   * Runs work as one immediate transaction, so that what it checked is still true when it writes, and what it wrote is on
   * the disk when this returns.
   */
  atomically<T>(work: () => T): T
  /** Which branch, register and device this is, as the replica has it now. */
  place(): Place
  /** The language of this workstation's paper, and of amounts inside a refusal. */
  locale: Locale
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** A fresh UUIDv7. */
  newId(): string
}

/** An instant as facts carry it. */
export const instantAt = (ms: number): string => new Date(ms).toISOString()
