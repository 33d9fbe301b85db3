import { SYNCED_TABLES } from '../../../migrations/synced-tables.ts'
import type { Changes, Topic } from '../store/changes.ts'
import { createFrontier } from './frontier.ts'
import { type FollowedShape, followShape } from './streams.ts'
import type { ReplicaWriter } from './writer.ts'

/** Laggards are asked again this long after another shape moved, ms: long enough for one transaction's pieces. */
const NUDGE_MS = 4

/** A laggard that did not answer is asked again after this, ms. */
const NUDGE_AGAIN_MS = 250

const TOPICS: Record<string, Topic> = {
  branch: 'organisation',
  register: 'organisation',
  device: 'organisation',
  staff: 'staff',
  staff_pin: 'staff',
  product: 'catalogue',
  stock_on_hand: 'stock',
  stock_movement: 'stock',
  cash_session: 'session',
  cash_count: 'session',
  cash_movement: 'session',
  drawer_balance: 'session',
  device_head: 'sync',
  forecast_model: 'forecast',
  demand_daily: 'forecast',
}

/** Rows coming down, as long as it runs. */
export interface Pull {
  /** Whether a first release was ever committed. */
  ready(): boolean
  /** Rows buffered and not yet committed. */
  buffered(): number
  stop(): void
}

/**
 * Follows every shape of a till and commits what they bring, transactionally across tables.
 * @param options.failed is told of answers that need a person or time: a refused token, an unreadable shape
 * @param options.broken is told when a release could not be written; nothing further is written until a restart
 */
export function startPull(options: {
  serverUrl: string
  fetch: typeof fetch
  writer: ReplicaWriter
  changes: Changes
  failed(table: string, error: Error): void
  broken(error: Error): void
}): Pull {
  const { writer, changes } = options
  const saved = writer.positions()
  const tables = SYNCED_TABLES.filter((synced) => synced.till !== null).map(
    (synced) => synced.table as string,
  )
  const frontier = createFrontier(new Map(tables.map((table) => [table, { resumed: saved.has(table) }])))
  const followed = new Map<string, FollowedShape>()
  let ready = writer.lsn() !== null
  let stopped = false
  let nudge: NodeJS.Timeout | null = null

  const commitWhatIsWhole = () => {
    const release = frontier.release()
    if (!release) return
    writer.write(release)
    ready = true
    const touched = new Set<Topic>(['sync'])
    for (const part of release.shapes) {
      if (part.reset || part.changes.length > 0) touched.add(TOPICS[part.shape] ?? 'sale')
    }
    changes.touch(...touched)
  }

  const askLaggards = (delayMs: number) => {
    if (nudge || stopped || frontier.lagging().length === 0) return
    nudge = setTimeout(() => {
      nudge = null
      if (stopped) return
      for (const table of frontier.lagging()) followed.get(table)?.refresh()
      askLaggards(NUDGE_AGAIN_MS)
    }, delayMs)
  }

  const stop = () => {
    stopped = true
    if (nudge) clearTimeout(nudge)
    for (const shape of followed.values()) shape.stop()
  }

  for (const table of tables) {
    followed.set(
      table,
      followShape({
        url: new URL('/v1/shape', options.serverUrl).href,
        table,
        resume: saved.get(table),
        fetch: options.fetch,
        receive: (messages, position) => {
          if (stopped) return
          try {
            frontier.receive(table, messages, position)
            commitWhatIsWhole()
            askLaggards(NUDGE_MS)
          } catch (error) {
            stop()
            options.broken(error as Error)
          }
        },
        failed: (error) => options.failed(table, error),
      }),
    )
  }
  return { ready: () => ready, buffered: () => frontier.buffered(), stop }
}
