import { canonicalOutput } from './canonical.ts'
import type { Predicate } from './predicate.ts'

/** Column values of a row in the replication stream's order: texts as Postgres prints them, or null. */
export type Row = readonly (string | null)[]

interface Term {
  readonly position: number
  readonly type: string
  /** Null: an `IS [NOT] NULL` test. */
  readonly values: ReadonlySet<string> | null
  readonly negated: boolean
}

/** A conjunction made ready to test rows; true only where SQL's three-valued logic gives true. */
export class Matcher {
  readonly #terms: readonly Term[]
  readonly #never: boolean

  /** `positionOf` gives a column's place in a Row. */
  constructor(predicates: readonly Predicate[], positionOf: (column: string) => number) {
    this.#never = predicates.some(({ kind }) => kind === 'never')
    const terms = predicates.filter((predicate) => predicate.kind !== 'never')
    this.#terms = terms.map((predicate) => ({
      position: positionOf(predicate.column),
      type: predicate.kind === 'in' ? predicate.type : '',
      values: predicate.kind === 'in' ? new Set(predicate.values.map((value) => value.canonical)) : null,
      negated: predicate.kind === 'null' && predicate.negated,
    }))
  }

  matches(row: Row): boolean {
    if (this.#never) return false
    return this.#terms.every(({ position, type, values, negated }) => {
      const value = row[position] ?? null
      if (values === null) return (value === null) !== negated
      return value !== null && values.has(canonicalOutput(value, type))
    })
  }

  /** The term best suited to find this conjunction by a value: the shortest list of values. */
  get indexTerm(): { position: number; type: string; values: ReadonlySet<string> } | null {
    let best: { position: number; type: string; values: ReadonlySet<string> } | null = null
    for (const { position, type, values } of this.#terms) {
      if (values && (!best || values.size < best.values.size)) best = { position, type, values }
    }
    return best
  }
}
