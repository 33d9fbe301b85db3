import { drawerMayShow, type Fact, once, without } from './model.ts'
import type { Rot } from './plan.ts'

/** An event of a till's journal that is no longer what it was, and where it stood when it rotted. */
export interface Struck {
  deviceId: string
  seq: number
  /** What it was. */
  fact: Fact
  of: Exclude<Rot['of'], 'row'>
  /** Hash of the journal's own event: a carrier has another than the fact that it carries. */
  hash: string
  /** What stands in its hash column now. */
  column: string
}

/** What has rotted on one disk. */
export interface Rotten {
  events: Struck[]
  /** Rows of sums, by the name that a contradiction would have. */
  sums: Set<string>
  /** Tables with a row that is not the server's any more. */
  tables: Set<string>
}

export const nothingRotten = (): Rotten => ({ events: [], sums: new Set(), tables: new Set() })

/** The same as a copy of the disk has it. */
export const copyRotten = ({ events, sums, tables }: Rotten): Rotten => ({
  events: [...events],
  sums: new Set(sums),
  tables: new Set(tables),
})

/** Facts that what rotted may have cost: a hash column that rots costs none, for the event itself says the same. */
export const mayBeLost = (events: readonly Struck[]): Fact[] =>
  events.flatMap(({ of, fact }) => (of === 'hash' ? [] : [fact]))

/** What may be in a till's drawers beside what it has told. */
export interface InDrawers {
  /** Histories apart from its own, each in its order. */
  others: readonly (readonly Fact[])[]
  /** On its own disk. */
  rotten: Rotten
  /** On any disk, those that are lost too. */
  struck: readonly Struck[]
}

/** What a till may show of a drawer: whatever has rotted may be in it or not. */
export function drawerDespiteRot(
  session: string,
  facts: readonly Fact[],
  { others, rotten, struck }: InDrawers,
): Set<number> {
  const own = mayBeLost(rotten.events)
  const any = once([...own, ...mayBeLost(struck)])
  const histories = [...others.map((history) => without(history, any)), ...any.map((fact) => [fact])]
  return drawerMayShow(session, without(facts, own), histories)
}
