import { FetchError } from '@electric-sql/client'
import { createBundler } from './bundle.ts'
import { createHearing, type Hearing } from './hearing.ts'
import { Intake, type IntakeOptions } from './intake.ts'
import { watchLaggards } from './laggards.ts'
import { TILL_TABLES } from './load.ts'
import { fetchOwnAnswers } from './own-answers.ts'
import { createPerseverance } from './perseverance.ts'
import { type FollowedShape, followShape } from './streams.ts'

/** Rows coming down, as long as it runs. */
export interface Pull {
  /** Whether all is there that a till needs to sell. */
  ready(): boolean
  /** Rows received so far while the first replica is not whole; null once it is. */
  loading(): number | null
  /** Why rows have stopped coming although the server may be there; null when they have not. */
  trouble(): PullTrouble | null
  /** Whether anything has come or been written within so many ms. */
  isAlive(withinMs: number): boolean
  /** The line is back: requests that wait on the old one are broken off and asked anew. */
  regained(): void
  /** @returns once nothing is written any more */
  stop(): Promise<void>
}

/** Since when, and whether the server refuses this till or does not answer as it should. */
export interface PullTrouble {
  since: string
  cause: 'server' | 'refused'
}

export interface PullOptions extends Omit<IntakeOptions, 'moved'> {
  serverUrl: string
  fetch: typeof fetch
  /** Of all connections to the server. */
  hearing: Hearing
  /** Told of answers that need a person or time: a refused token, an unreadable shape. */
  failed(table: string, error: Error): void
}

/** A server of an older release knows no such table, and lets nobody read what it does not know. */
const isUnknownTable = (error: Error) =>
  error instanceof FetchError &&
  error.status === 403 &&
  (error.json as { error?: { code?: unknown } } | undefined)?.error?.code === 'not-allowed'

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

/** What shows that a pull goes on: whatever it hears, and whatever it writes. */
function watchLife({ hearing, fetch, slices }: PullOptions) {
  const life = createHearing()
  life.note()
  const note = () => {
    life.note()
    hearing.note()
  }
  return {
    life,
    hearing: { note, within: hearing.within },
    fetch: (async (input, init) => {
      const response = await fetch(input, init)
      life.note()
      return response
    }) as typeof fetch,
    slices: {
      ...slices,
      run: (kind: string, work: (limit: number) => number) =>
        slices.run(kind, (limit) => {
          life.note()
          return work(limit)
        }),
    },
  }
}

/** Follows every shape of a till and commits what they bring, transactionally across tables. */
export function startPull(options: PullOptions): Pull {
  const followed = new Map<string, FollowedShape>()
  const { life, hearing, slices, fetch: heard } = watchLife(options)
  const fetch = fetchOwnAnswers(heard)
  const asking = createBundler(options.serverUrl, fetch, hearing)
  const perseverance = createPerseverance()
  const troubles = createTroubles(options)
  const intake = new Intake({
    ...options,
    slices,
    moved: () => laggards.look(),
    broken: (error) => {
      stop()
      options.broken(error)
    },
  })
  const laggards = watchLaggards(intake.frontier, followed, () => intake.pump(), {
    isAwaited: () => intake.isAwaited(),
    isPromised: asking.promised,
  })

  const stop = () => {
    laggards.stop()
    for (const shape of followed.values()) shape.stop()
    return intake.stop()
  }

  for (const table of TILL_TABLES) {
    const shape = followShape({
      url: new URL('/v1/shape', options.serverUrl).href,
      table,
      resume: intake.resume(table),
      fetch,
      asking,
      heard: hearing.note,
      perseverance,
      sink: intake.sink(table),
      silent: (lsn) => intake.silent(table, lsn),
      answered: () => troubles.over(table),
      failed: (error) => {
        if (!isUnknownTable(error) || !intake.lacks(table)) troubles.note(table, error)
      },
    })
    followed.set(table, shape)
  }
  return {
    ready: () => intake.ready(),
    loading: () => intake.loading(),
    trouble: troubles.first,
    isAlive: life.within,
    regained: () => {
      life.note()
      perseverance.regained()
    },
    stop,
  }
}
