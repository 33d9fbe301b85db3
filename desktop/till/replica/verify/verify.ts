import type { Journal } from '../../journal/journal.ts'
import type { TillDatabase } from '../../store/database.ts'
import { pause } from '../pause.ts'
import type { There } from './ask.ts'
import { judge, type Look, type Verdict } from './judge.ts'
import { lookHere } from './look.ts'
import { type Mended, mendRows, type RowFaults } from './mend.ts'
import { askRefetch, refetchAsked } from './refetch.ts'

/** Between two looks at a table, ms: longer than a change takes from the server's rows to the shapes' log. */
const BETWEEN_MS = 1500

/** What is still moving after this is told so, ms. */
const PATIENCE_MS = 30_000

/** A table that is fetched anew must be whole by then, ms. */
const REFETCH_MS = 300_000

/** A running till that has not heard of a refetch by then will not, ms. */
const HEARD_MS = 15_000

/**
 * What became of a table. `repaired`, `refetched`: it differed, and is equal now that the rows that differed were written
 * over, or all of it was fetched anew. `moving`: no verdict was possible.
 */
export type Outcome = 'equal' | 'differs' | 'repaired' | 'refetched' | 'moving'

export interface TableReport {
  table: string
  /** Rows in the till and at the server when they were last looked at. */
  here: number
  there: number
  outcome: Outcome
  /** Rows in the till when the fault was found, if one was. */
  found: number | null
  /** The rows that differed; null when none did, or they are too many to be named. */
  faults: RowFaults | null
  /** Own events that have yet to reach the server and change this table. */
  unsent: number
}

export interface VerifyOptions {
  db: TillDatabase
  device: { deviceId: string; journal: Journal }
  there: There
  tables: readonly string[]
  /** Only compare. */
  dryRun: boolean
  /** Told of each step, in words. */
  say(line: string): void
  patienceMs?: number
}

/** The till that owns the file does not take up requests to fetch a table anew. */
export class NotHeard extends Error {
  override name = 'NotHeard'
}

/** Looks at tables on both sides. */
async function look(options: VerifyOptions, tables: readonly string[]): Promise<Map<string, Look>> {
  const { db, device, there } = options
  const here = lookHere(db, device, tables)
  const sums = await there.sums(tables)
  const looks = new Map<string, Look>()
  for (const [table, one] of here) {
    const sum = sums.get(table)
    if (!sum) continue
    const unequal = sum.rows !== one.sum.rows || sum.sum !== one.sum.sum
    const silent = unequal && one.position !== null && (await there.silentAfter(table, one.position))
    looks.set(table, { here: one, there: sum, silent })
  }
  return looks
}

/** Looks again and again at what has no verdict yet, until all have one or patience ends. */
async function settle(
  options: VerifyOptions,
  tables: readonly string[],
  patienceMs: number,
): Promise<Map<string, { look: Look; verdict: Verdict }>> {
  const settled = new Map<string, { look: Look; verdict: Verdict }>()
  let before = new Map<string, Look>()
  const until = performance.now() + patienceMs
  for (;;) {
    const open = tables.filter((table) => (settled.get(table)?.verdict ?? 'unsettled') === 'unsettled')
    const now = await look(options, open)
    for (const [table, one] of now)
      settled.set(table, { look: one, verdict: judge(before.get(table) ?? null, one) })
    const unsettled = [...settled.values()].filter(({ verdict }) => verdict === 'unsettled')
    if (unsettled.length === 0 || performance.now() > until) return settled
    before = now
    await pause(BETWEEN_MS, new AbortController().signal)
  }
}

/** Has tables fetched anew, and waits until the till has taken that up. @throws NotHeard */
async function refetch({ db, say }: VerifyOptions, tables: readonly string[]): Promise<void> {
  say(`Fetching anew: ${tables.join(', ')}`)
  askRefetch(db, tables)
  const until = performance.now() + HEARD_MS
  while (refetchAsked(db).length > 0) {
    if (performance.now() > until) {
      throw new NotHeard(
        'The till that runs on this folder did not take up the request: start it again, and it will.',
      )
    }
    await pause(100, new AbortController().signal)
  }
}

type Settled = Awaited<ReturnType<typeof settle>>

/** Finds the rows that tables differ by, and has them written over. */
async function mend(options: VerifyOptions, first: Settled): Promise<Map<string, Mended>> {
  const wrong = [...first].filter(([, { verdict }]) => verdict === 'differs')
  if (wrong.length === 0) return new Map()
  options.say(`Looking for the rows that differ: ${wrong.map(([table]) => table).join(', ')}`)
  const sizes = wrong.map(
    ([table, { look: at }]) => [table, Math.max(at.here.sum.rows, at.there.rows)] as const,
  )
  return mendRows({ ...options, betweenMs: BETWEEN_MS }, new Map(sizes))
}

/**
 * Compares a till's tables with the server's, and has rows that differ written over; where they are many, all of the
 * table is fetched anew. Something must be syncing this
 * file meanwhile: the till that runs on it, or a sync of the caller's own.
 * @throws CannotAsk when the server does not answer, NotHeard when nobody fetches
 */
export async function verifyReplica(options: VerifyOptions): Promise<TableReport[]> {
  const { tables, dryRun, patienceMs = PATIENCE_MS } = options
  const first = await settle(options, tables, patienceMs)
  const mended = await mend(options, first)
  const repaired = [...mended].flatMap(([table, one]) => (one.repaired ? [table] : []))
  const after: Settled = repaired.length > 0 ? await settle(options, repaired, patienceMs) : new Map()
  const isEqual = (table: string) => after.get(table)?.verdict === 'equal'
  const whole = [...first].flatMap(([table, { verdict }]) =>
    verdict === 'differs' && !isEqual(table) && after.get(table)?.verdict !== 'unsettled' ? [table] : [],
  )
  if (whole.length > 0 && !dryRun) {
    await refetch(options, whole)
    for (const [table, one] of await settle(options, whole, Math.max(patienceMs, REFETCH_MS)))
      after.set(table, one)
  }
  return tables.flatMap((table): TableReport[] => {
    const before = first.get(table)
    if (!before) return []
    const last = after.get(table) ?? before
    const healed = whole.includes(table) ? 'refetched' : 'repaired'
    const outcome = last.verdict === 'unsettled' ? 'moving' : last.verdict
    return [
      {
        table,
        here: last.look.here.sum.rows,
        there: last.look.there.rows,
        outcome: isEqual(table) ? healed : outcome,
        found: before.verdict === 'differs' ? before.look.here.sum.rows : null,
        faults: mended.get(table)?.faults ?? null,
        unsent: last.look.here.unsent,
      },
    ]
  })
}
