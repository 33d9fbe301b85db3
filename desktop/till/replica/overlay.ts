import type { JournalEvent } from '../../../domain/journal/event.ts'
import { projectEvent } from '../../../domain/journal/families.ts'
import type { AddToSum, Mutation } from '../../../domain/journal/mutation.ts'
import { PROJECTED_KEYS, type ProjectedTable } from '../../../domain/journal/tables.ts'
import type { OwnHistory } from '../journal/own-history.ts'

/** Events read at a time. */
const SLICE = 25

/** What own events add to one row, and how many of them do. */
export interface Total {
  table: ProjectedTable
  key: Record<string, unknown>
  add: Record<string, number>
  events: number
}

/** Sums by row: what to add to which. */
export type Totals = ReadonlyMap<string, Total>

/** Whether facts project into a table. */
export const isProjected = (table: string): table is ProjectedTable => Object.hasOwn(PROJECTED_KEYS, table)

/** Names the row of a sum, whether a mutation or the wire speaks of it. */
export const rowName = (table: ProjectedTable, row: Readonly<Record<string, unknown>>): string =>
  `${table} ${PROJECTED_KEYS[table].map((column) => row[column]).join(' ')}`

/** Sums as mutations, to be added or taken back. */
export const sumsOf = (totals: readonly Total[], sign: 1 | -1): Mutation[] =>
  totals.map(({ table, key, add }) => ({
    op: 'add',
    table,
    key,
    add: Object.fromEntries(Object.entries(add).map(([column, value]) => [column, sign * value])),
  })) as Mutation[]

/** Own events above the server's head, kept as what they do, so that a commit costs what is new in it. */
export interface Overlay {
  /**
   * Reads events appended since the last time. @returns whether there may be more
   * @param head the place that the server's rows contain: events up to it are not part of the overlay
   */
  read(head: number, limit?: number): boolean
  /** What all events add to sums. */
  totals(): Totals
  /** Mutations other than sums, in order. */
  facts(): Mutation[]
  /** Those facts that set columns of a row, in order. */
  sets(): Mutation[]
  /** Lets the events up to a new head go. @returns what those added to sums */
  settle(head: number): Totals
  /** Forgets everything: it is read again from the journal. */
  forget(): void
}

/** What an own event does to rows; nothing that has rotted is believed to do anything. */
export function effectOf(event: JournalEvent | null): Mutation[] {
  const projection = event && projectEvent(event)
  return projection && 'mutations' in projection ? projection.mutations : []
}

/** Whether a mutation adds to a sum. */
export const isSum = (mutation: Mutation): mutation is Extract<Mutation, { op: 'add' }> =>
  mutation.op === 'add'

function count(totals: Map<string, Total>, { table, key, add }: AddToSum, sign: 1 | -1): void {
  const name = rowName(table, key)
  const total: Total = totals.get(name) ?? { table, key, add: {}, events: 0 }
  const sums: Readonly<Record<string, number | undefined>> = add
  for (const [column, value] of Object.entries(sums))
    total.add[column] = (total.add[column] ?? 0) + sign * (value ?? 0)
  total.events += sign
  if (total.events === 0) totals.delete(name)
  else totals.set(name, total)
}

/** @param history of this till */
export function createOverlay(history: OwnHistory): Overlay {
  let events: { place: number; mutations: Mutation[]; sets: Mutation[] }[] = []
  let totals = new Map<string, Total>()
  /** Everything up to here was read, or is at or below the head. */
  let top = 0

  const forget = () => {
    events = []
    totals = new Map()
    top = 0
  }

  const settle = (head: number) => {
    const kept = events.findIndex(({ place }) => place > head)
    const gone = events.splice(0, kept === -1 ? events.length : kept)
    const added = new Map<string, Total>()
    for (const sum of gone.flatMap(({ mutations }) => mutations.filter(isSum))) {
      count(totals, sum, -1)
      count(added, sum, 1)
    }
    return added
  }

  return {
    read: (head, limit = SLICE) => {
      const first = events[0]?.place ?? top + 1
      // The server knows less than it did (a backup was restored): what it lost is ours to lay over again.
      if (head + 1 < first) forget()
      settle(head)
      top = Math.max(top, head)
      const fresh = history.above(top, limit)
      for (const { place, event } of fresh) {
        const mutations = effectOf(event)
        events.push({ place, mutations, sets: mutations.filter(({ op }) => op === 'set') })
        for (const sum of mutations.filter(isSum)) count(totals, sum, 1)
        top = place
      }
      return fresh.length === limit
    },
    totals: () => totals,
    facts: () => events.flatMap(({ mutations }) => mutations.filter((mutation) => !isSum(mutation))),
    sets: () => events.flatMap(({ sets }) => sets),
    settle,
    forget,
  }
}
