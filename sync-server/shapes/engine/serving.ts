import type { ChangeLog } from './log/change-log.ts'
import type { Settings } from './options.ts'
import type { Shape } from './shape.ts'
import type { WaitingRequests } from './waiting.ts'

/** What serving needs of the engine. */
export interface Serving {
  readonly log: ChangeLog
  readonly settings: Settings
  readonly polls: WaitingRequests
  /** Requests for an offset that is not there yet. */
  readonly early: WaitingRequests
  /** Event streams that are open. */
  readonly streams: Set<unknown>
  readonly globalLsn: () => number
  /** The shape that takes the place of one that cannot serve a client any more. */
  readonly successor: (shape: Shape) => Promise<Shape>
}

export interface RequestContext {
  readonly signal: AbortSignal
  readonly ifNoneMatch: string | null
  /** False for a POST, whose answers no cache keeps. */
  readonly cacheable: boolean
}
