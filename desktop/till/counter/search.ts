import { isRefusal, type Refusal } from '../../../domain/refusals.ts'
import type { ProductView } from '../../bridge/views.ts'
import type { Operators } from '../operator/operator.ts'
import type { TillContext } from '../till-context.ts'
import { PRODUCT_COLUMNS, type ProductRowWithStock, toProductView } from './product-view.ts'

const DEFAULT_LIMIT = 20

/** Rows taken from an index before ranking: enough to rank well, few enough to be read within a frame. */
const CANDIDATES = 100

/** All CIP13 of French medicines begin so; what follows is the CIP7 (checked over all of BDPM). */
const CIP13_PREFIX = '34009'

/** Sorts behind every text that begins with what stands before it. */
const LAST = '\u{10ffff}'

/** Text as the index has it: without accents, in lower case. */
const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

/** Words as the index has them: letters and digits. At most eight: nobody types more to find a box. */
export const tokensOf = (text: string): string[] =>
  fold(text)
    .match(/[\p{L}\p{N}]+/gu)
    ?.slice(0, 8) ?? []

/** Tokens are letters and digits alone, so that nothing a person types is FTS5 syntax. */
const matchExpression = (tokens: readonly string[]) => tokens.map((token) => `"${token}"*`).join(' ')

/**
 * Finds products as a person types: every word a prefix of a word of name or holder, in any order; digits alone are
 * also the beginning of a CIP13 or CIP7. It never sorts all that matches: at most {@link CANDIDATES} rows of each index
 * are read and ranked. Refused: `locked`, `not-allowed`.
 */
export function createProductSearch(context: TillContext, operators: Operators) {
  const { db } = context
  const read = (found: string) =>
    db.prepare(`
      with found as materialized (${found} limit ${CANDIDATES})
      select ${PRODUCT_COLUMNS} from found f join product p on p.rowid = f.rowid
      left join stock_on_hand s on s.branch_id = @branchId and s.product_id = p.id`)
  const byWords = read('select rowid from product_search where product_search match @match')
  const byCode = read('select rowid from product where cip13 >= @from and cip13 < @to order by cip13')
  const byName = read(`select rowid from product
    where name collate nocase >= @from and name collate nocase < @to order by name collate nocase`)

  const candidates = (tokens: readonly string[]): ProductRowWithStock[] => {
    const { branchId } = context.place()
    const found = new Map<string, ProductRowWithStock>()
    const take = (rows: unknown[]) => {
      for (const row of rows as ProductRowWithStock[]) found.set(row.productId, row)
    }
    const beginning = (from: string) => ({ branchId, from, to: from + LAST })
    const [only = ''] = tokens.length === 1 ? tokens : []
    if (/^\d{3,}$/.test(only)) {
      take(byCode.all(beginning(only)))
      take(byCode.all(beginning(CIP13_PREFIX + only)))
    }
    if (only !== '') take(byName.all(beginning(only)))
    if (found.size < CANDIDATES) take(byWords.all({ branchId, match: matchExpression(tokens) }))
    return [...found.values()]
  }

  return (text: string, limit = DEFAULT_LIMIT): ProductView[] | Refusal => {
    const operator = operators.require('sale.ring')
    if (isRefusal(operator)) return operator
    const tokens = tokensOf(text)
    return tokens.length === 0 ? [] : rank(candidates(tokens), tokens).slice(0, limit).map(toProductView)
  }
}

/** Sellable before not, names that begin so first, whole words before beginnings, on the shelf before not, short names. */
function rank(rows: readonly ProductRowWithStock[], tokens: readonly string[]): ProductRowWithStock[] {
  const [first = ''] = tokens
  const scored = rows.map((row) => {
    const name = fold(row.name)
    const words = name.split(/[^\p{L}\p{N}]+/u)
    const score =
      (row.status === 'active' ? 1000 : 0) +
      (name.startsWith(first) || row.cip13.startsWith(first) ? 400 : 0) +
      tokens.filter((token) => words.includes(token)).length * 40 +
      (row.price !== null ? 20 : 0) +
      (row.onHand > 0 ? 10 : 0)
    return { row, score, name }
  })
  const byScore = (a: (typeof scored)[number], b: (typeof scored)[number]) =>
    b.score - a.score || a.name.length - b.name.length || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
  return scored.toSorted(byScore).map(({ row }) => row)
}
