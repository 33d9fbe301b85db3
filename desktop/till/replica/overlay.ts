import type { JournalEvent } from '../../../domain/journal/event.ts'
import { projectEvent } from '../../../domain/journal/families.ts'
import type { AddToSum, Mutation } from '../../../domain/journal/mutation.ts'
import { PROJECTED_KEYS, type ProjectedTable } from '../../../domain/journal/tables.ts'
import type { Held, OwnEvent, OwnHistory } from '../journal/own-history.ts'

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

/** Own events that the server's rows lack, kept as what they do, so that a commit costs what is new in it. */
export interface Overlay {
  /**
   * Reads events appended since the last time. @returns whether there may be more
   * @param held what the server's rows contain: it is not part of the overlay
   */
  read(held: Held, limit?: number): boolean
  /** What all events add to sums. */
  totals(): Totals
  /** Mutations other than sums, in order. */
  facts(): Mutation[]
  /** Those facts that set columns of a row, in order. */
  sets(): Mutation[]
  /**
   * Lets go of the events that rows contain now, and takes in those that they were thought to contain.
   * @returns what the ones and the others add to sums
   */
  settle(held: Held): { gone: Totals; back: Totals }
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

/** An event that is laid over. */
interface Laid {
  place: number
  event: JournalEvent | null
  mutations: Mutation[]
  sets: Mutation[]
}

function layOver({ place, event }: OwnEvent): Laid {
  const mutations = effectOf(event)
  return { place, event, mutations, sets: mutations.filter(({ op }) => op === 'set') }
}

const isHeld = ({ place, event }: OwnEvent, { head, waiting, isBrought }: Held): boolean =>
  (place <= head && !waiting.has(place)) || (event !== null && isBrought?.(event) === true)

/** Takes what the rows have the effect of out of the totals. @returns what stays laid over, and the sums that went */
function letGo(events: readonly Laid[], totals: Map<string, Total>, held: Held) {
  const kept: Laid[] = []
  const gone = new Map<string, Total>()
  for (const laid of events) {
    if (!isHeld(laid, held)) {
      kept.push(laid)
      continue
    }
    for (const sum of laid.mutations.filter(isSum)) {
      count(totals, sum, -1)
      count(gone, sum, 1)
    }
  }
  return { kept, gone }
}

/** @param history of this till */
export function createOverlay(history: OwnHistory): Overlay {
  let events: Laid[] = []
  let totals = new Map<string, Total>()
  /** Everything up to here was read, or is at or below the head. */
  let top = 0
  /** The head when events were last let go. */
  let base = 0
  /** Whether the waiting ones below the head were read. */
  let whole = false

  const forget = () => {
    events = []
    totals = new Map()
    top = 0
    base = 0
    whole = false
  }

  const takeIn = (laid: Laid) => {
    events.push(laid)
    for (const sum of laid.mutations.filter(isSum)) count(totals, sum, 1)
  }

  /** Events that wait at the server and are not laid over yet. @returns what they add to sums */
  const takeWaiting = (held: Held): Totals => {
    const back = new Map<string, Total>()
    whole = true
    if (held.waiting.size === 0) return back
    const known = new Set(events.map(({ place }) => place))
    for (const place of held.waiting) {
      const own = known.has(place) ? undefined : history.above(place - 1, 1)[0]
      if (own?.place !== place || isHeld(own, held)) continue
      const laid = layOver(own)
      takeIn(laid)
      for (const sum of laid.mutations.filter(isSum)) count(back, sum, 1)
    }
    events.sort((a, b) => a.place - b.place)
    return back
  }

  const settle = (held: Held) => {
    const { kept, gone } = letGo(events, totals, held)
    events = kept
    base = Math.max(base, held.head)
    return { gone, back: takeWaiting(held) }
  }

  return {
    read: (held, limit = SLICE) => {
      // The server knows less than it did (a backup was restored): what it lost is ours to lay over again.
      if (held.head < base) forget()
      if (!whole || held.head > base) settle(held)
      top = Math.max(top, held.head)
      const fresh = history.above(top, limit)
      for (const own of fresh) {
        if (!isHeld(own, held)) takeIn(layOver(own))
        top = own.place
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
