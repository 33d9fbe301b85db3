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

  /**
   * Where a row that matches is found: the places of the columns compared, and for each row the test lets through its
   * values there as `rowKey` gives them. Null when nothing is compared that could single out rows.
   */
  get index(): { places: readonly Place[]; keys: readonly string[] } | null {
    if (this.#never) return { places: [], keys: [] }
    const listed = this.#terms.filter(({ values, negated }) => values !== null || !negated)
    listed.sort((a, b) => (a.values?.size ?? 1) - (b.values?.size ?? 1) || a.position - b.position)
    const taken = new Map<number, Term>()
    let count = 1
    for (const term of listed) {
      const size = term.values?.size ?? 1
      if (taken.has(term.position) || (taken.size > 0 && count * size > MOST_KEYS)) continue
      taken.set(term.position, term)
      count *= size
    }
    if (taken.size === 0) return null
    const terms = [...taken.values()].sort((a, b) => a.position - b.position)
    const places = terms.map(({ position, type }) => ({ position, type }))
    const parts = terms.map(({ values }) => (values ? [...values].map(keyPart) : [keyPart(null)]))
    return { places, keys: product(parts) }
  }
}

/** Values of several columns together are looked up at once; a conjunction takes at most about so many entries. */
const MOST_KEYS = 100

/** A column that is looked up, and the type its values are compared in; none for `IS NULL`. */
export interface Place {
  readonly position: number
  readonly type: string
}

/** No text of Postgres holds a NUL. */
const SEPARATOR = '\u0000'

const keyPart = (value: string | null) => (value === null ? 'n' : `v${value}`)

function product(parts: readonly (readonly string[])[]): string[] {
  return parts.reduce<string[]>(
    (keys, part, i) =>
      i === 0 ? [...part] : keys.flatMap((key) => part.map((text) => key + SEPARATOR + text)),
    [],
  )
}

/** What a row is found by at these places. */
export function rowKey(row: Row, places: readonly Place[]): string {
  let key = ''
  for (const [i, { position, type }] of places.entries()) {
    const value = row[position] ?? null
    if (i > 0) key += SEPARATOR
    key += keyPart(value === null || type === '' ? value : canonicalOutput(value, type))
  }
  return key
}
