import type { Mutation } from './mutation.ts'
import { PROJECTED_KEYS, type ProjectedTable } from './tables.ts'

type Values = Readonly<Record<string, unknown>>

/** Sets columns of a row that is there, each as long as it still holds what the row was inserted with. */
export interface Fill {
  table: ProjectedTable
  key: Values
  was: Values
  set: Values
}

/** What is left to do when a part of an event's effect has been applied. */
export interface Difference {
  mutations: Mutation[]
  fills: Fill[]
}

/** A mutation of whichever table: what names its row, and what it puts there. */
interface Loose {
  table: ProjectedTable
  names: Values
  values: Values
  mutation: Mutation
}

function loose(mutation: Mutation): Loose {
  const { table } = mutation
  if (mutation.op === 'insert')
    return { table, names: mutation.row as object as Values, values: {}, mutation }
  const values = (mutation.op === 'set' ? mutation.set : mutation.add) as Values
  return { table, names: mutation.key as Values, values, mutation }
}

const keyOf = ({ table, names }: Loose): Values =>
  Object.fromEntries(PROJECTED_KEYS[table].map((column) => [column, names[column]]))

/** Mutations of one kind by the row that they are about. */
const byRow = (mutations: readonly Mutation[], op: Mutation['op']): Map<string, Loose[]> =>
  Map.groupBy(
    mutations.filter((mutation) => mutation.op === op).map(loose),
    (one) => `${one.table} ${JSON.stringify(Object.values(keyOf(one)))}`,
  )

const changed = (values: Values, before: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([column, value]) => value !== before[column]))

/** A second insert of a row has no effect, as with all appliers. */
function inserts(part: readonly Mutation[], whole: readonly Mutation[]): Difference {
  const before = byRow(part, 'insert')
  const difference: Difference = { mutations: [], fills: [] }
  for (const [name, [insert]] of byRow(whole, 'insert')) {
    if (!insert) continue
    const was = before.get(name)?.[0]?.names
    if (!was) difference.mutations.push(insert.mutation)
    else {
      const set = changed(insert.names, was)
      if (Object.keys(set).length > 0)
        difference.fills.push({ table: insert.table, key: keyOf(insert), was, set })
    }
  }
  return difference
}

/** What several sets of one row come to. */
const merged = (sets: readonly Loose[] = []): Values => Object.assign({}, ...sets.map(({ values }) => values))

function sets(part: readonly Mutation[], whole: readonly Mutation[]): Mutation[] {
  const before = byRow(part, 'set')
  return [...byRow(whole, 'set')].flatMap(([name, own]) => {
    const set = changed(merged(own), merged(before.get(name)))
    return Object.keys(set).length > 0 ? [{ ...own[0]?.mutation, set } as Mutation] : []
  })
}

function total(sums: readonly Loose[], sign: 1 | -1, into: Record<string, number>): void {
  for (const { values } of sums) {
    for (const [column, value] of Object.entries(values))
      into[column] = (into[column] ?? 0) + sign * Number(value)
  }
}

/** A sum's row is made by adding to it, be it nothing: one that only the whole adds to is to be there. */
function sums(part: readonly Mutation[], whole: readonly Mutation[]): Mutation[] {
  const before = byRow(part, 'add')
  const after = byRow(whole, 'add')
  return [...new Set([...after.keys(), ...before.keys()])].flatMap((name) => {
    const was = before.get(name) ?? []
    const is = after.get(name) ?? []
    const add: Record<string, number> = {}
    total(is, 1, add)
    total(was, -1, add)
    const moves = was.length === 0 || Object.values(add).some((value) => value !== 0)
    return moves ? [{ ...(is[0] ?? was[0])?.mutation, add } as Mutation] : []
  })
}

/**
 * What an event still does when a part of it has had its effect: rows, columns and amounts that only the whole gives. A row
 * that the part alone gives stays.
 * @param part what the event does without the keys that were passed over
 * @param whole what it does with them
 */
export function differenceOf(part: readonly Mutation[], whole: readonly Mutation[]): Difference {
  const { mutations, fills } = inserts(part, whole)
  return { mutations: [...mutations, ...sums(part, whole), ...sets(part, whole)], fills }
}
