import { FetchError } from '@electric-sql/client'
import { SYNCED_TABLES } from '../../../migrations/synced-tables.ts'
import type { Changes, Topic } from '../store/changes.ts'
import { createFrontier, type Release } from './frontier.ts'
import { watchLaggards } from './laggards.ts'
import { type FollowedShape, followShape } from './streams.ts'
import { topicOf } from './topics.ts'
import type { ReplicaWriter } from './writer.ts'

const TABLES = SYNCED_TABLES.filter((synced) => synced.till !== null).map((synced) => synced.table as string)

/** Rows coming down, as long as it runs. */
export interface Pull {
  /** Whether a first release was ever committed. */
  ready(): boolean
  /** Rows buffered and not yet committed. */
  buffered(): number
  /** Why rows have stopped coming although the server may be there; null when they have not. */
  trouble(): PullTrouble | null
  /** The line is back: requests that wait on the old one are broken off and asked anew. */
  refresh(): void
  stop(): void
}

/** Since when, and whether the server refuses this till or does not answer as it should. */
export interface PullTrouble {
  since: string
  cause: 'server' | 'refused'
}

export interface PullOptions {
  /** Milliseconds since the Unix epoch. */
  now(): number
  serverUrl: string
  fetch: typeof fetch
  writer: ReplicaWriter
  changes: Changes
  /** Told of answers that need a person or time: a refused token, an unreadable shape. */
  failed(table: string, error: Error): void
  /** Told when a release could not be written; nothing further is written by this pull. */
  broken(error: Error): void
  committed(): void
}

function topicsOf(release: Release): Set<Topic> {
  const moved = release.shapes.filter((part) => part.reset || part.changes.length > 0)
  return new Set<Topic>(['sync', ...moved.map((part) => topicOf(part.shape))])
}

const isRefused = (error: Error) => error instanceof FetchError && error.status < 500

/** Shapes that were answered otherwise than by rows, until they are answered by rows again. */
function createTroubles(options: PullOptions) {
  const troubles = new Map<string, PullTrouble>()
  const told = () => options.changes.touch('sync')
  return {
    first: (): PullTrouble | null => troubles.values().next().value ?? null,
    note: (table: string, error: Error) => {
      options.failed(table, error)
      if (troubles.has(table)) return
      const since = new Date(options.now()).toISOString()
      troubles.set(table, { since, cause: isRefused(error) ? 'refused' : 'server' })
      told()
    },
    over: (table: string) => {
      if (troubles.delete(table)) told()
    },
  }
}

/** Follows every shape of a till and commits what they bring, transactionally across tables. */
export function startPull(options: PullOptions): Pull {
  const { writer, changes } = options
  const saved = writer.positions()
  const frontier = createFrontier(new Map(TABLES.map((table) => [table, { resumed: saved.has(table) }])))
  const followed = new Map<string, FollowedShape>()
  const troubles = createTroubles(options)
  let ready = writer.lsn() !== null
  let stopped = false

  const guarded = (work: () => void) => {
    if (stopped) return
    try {
      work()
    } catch (error) {
      stop()
      options.broken(error as Error)
    }
  }

  const commitWhatIsWhole = () =>
    guarded(() => {
      const release = frontier.release()
      if (!release) return
      writer.write(release)
      ready = true
      options.committed()
      changes.touch(...topicsOf(release))
    })

  const laggards = watchLaggards(frontier, followed, commitWhatIsWhole)

  const stop = () => {
    stopped = true
    laggards.stop()
    for (const shape of followed.values()) shape.stop()
  }

  const refresh = () => {
    for (const shape of followed.values()) shape.refresh()
  }

  for (const table of TABLES) {
    const shape = followShape({
      url: new URL('/v1/shape', options.serverUrl).href,
      table,
      resume: saved.get(table),
      fetch: options.fetch,
      receive: (messages, position) => {
        troubles.over(table)
        guarded(() => frontier.receive(table, messages, position))
        commitWhatIsWhole()
        laggards.look()
      },
      failed: (error) => troubles.note(table, error),
    })
    followed.set(table, shape)
  }
  return { ready: () => ready, buffered: () => frontier.buffered(), trouble: troubles.first, refresh, stop }
}
