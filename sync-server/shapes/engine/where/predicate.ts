import { quoteIdentifier, quoteLiteral } from '../catalogue/identifier.ts'

/** A value to compare with: its canonical text (see `canonical.ts`) and how SQL writes it. */
export interface Comparand {
  readonly canonical: string
  readonly sql: string
}

/** A column's value is one of these, compared as a type; `values` holds no NULL: comparing with NULL is never true. */
export interface Membership {
  readonly kind: 'in'
  readonly column: string
  readonly type: string
  /** The column is compared by its text. */
  readonly cast?: 'text'
  readonly values: readonly Comparand[]
}

/** One term of the conjunction. */
export type Predicate =
  | Membership
  | { readonly kind: 'null'; readonly column: string; readonly negated: boolean }
  | { readonly kind: 'never' }

/** True of no row. */
export const NEVER: Predicate = { kind: 'never' }

function termToSql(term: Predicate): string {
  if (term.kind === 'never') return 'false'
  const column = quoteIdentifier(term.column)
  if (term.kind === 'null') return `${column} IS ${term.negated ? 'NOT ' : ''}NULL`
  if (term.values.length === 0) return 'false'
  const compared = term.cast ? `${column}::${term.cast}` : column
  return `${compared} IN (${term.values.map((value) => value.sql).join(', ')})`
}

/** The conjunction as SQL, or the empty text when there is none. */
export function predicatesToSql(predicates: readonly Predicate[]): string {
  return predicates.map(termToSql).join(' AND ')
}

/** A typed literal that is safe to put into SQL. */
export function typedLiteral(text: string, type: string): string {
  return `${quoteLiteral(text)}::${type}`
}
