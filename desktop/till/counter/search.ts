import { isRefusal, type Refusal } from '../../../domain/refusals.ts'
import type { ProductView } from '../../bridge/views.ts'
import type { Operators } from '../operator/operator.ts'
import type { TillContext } from '../till-context.ts'
import { PRODUCT_COLUMNS, type ProductRowWithStock, toProductView } from './product-view.ts'

const DEFAULT_LIMIT = 20

/** Rows taken from an index before ranking: enough to rank well, few enough to be read within a frame. */
const CANDIDATES = 200

/** All CIP13 of French medicines begin so; what follows is the CIP7 (checked over all of BDPM). */
const CIP13_PREFIX = '34009'

/** Words as the index has them: letters and digits, without accents, in lower case. */
export function tokensOf(text: string): string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return plain.match(/[\p{L}\p{N}]+/gu)?.slice(0, 8) ?? []
}

/** Tokens are letters and digits alone, so that nothing a person types is FTS5 syntax. */
const matchExpression = (tokens: readonly string[]) => tokens.map((token) => `"${token}"*`).join(' ')

/**
 * Finds products as a person types: every word a prefix of a word of name or holder, in any order; digits alone are
 * also the beginning of a CIP13 or CIP7. Never sorts all that matches: names that begin with what was typed come
 * first, and at most {@link CANDIDATES} rows of each index are ranked. Refused: `locked`, `not-allowed`.
 */
export function createProductSearch(context: TillContext, operators: Operators) {
  const { db } = context
  const fromStock = `from found f join product p on p.rowid = f.rowid
    left join stock_on_hand s on s.branch_id = @branchId and s.product_id = p.id`
  const byWords = db.prepare(`
    with found as materialized (
      select rowid from product_search where product_search match @match limit ${CANDIDATES})
    select ${PRODUCT_COLUMNS} ${fromStock}`)
  const byCode = db.prepare(`
    with found as materialized (
      select rowid from product where cip13 >= @from and cip13 < @to order by cip13 limit ${CANDIDATES})
    select ${PRODUCT_COLUMNS} ${fromStock}`)
  const words = (match: string) =>
    byWords.all({ branchId: context.place().branchId, match }) as ProductRowWithStock[]
  const codes = (prefix: string) =>
    byCode.all({
      branchId: context.place().branchId,
      from: prefix,
      to: `${prefix}:`,
    }) as ProductRowWithStock[]

  const candidates = (tokens: readonly string[]): ProductRowWithStock[] => {
    const [first = ''] = tokens
    const match = matchExpression(tokens)
    const found = new Map<string, ProductRowWithStock>()
    const take = (rows: readonly ProductRowWithStock[]) => {
      for (const row of rows) if (!found.has(row.productId)) found.set(row.productId, row)
    }
    if (tokens.length === 1 && /^\d{3,}$/.test(first)) {
      take(codes(first))
      take(codes(CIP13_PREFIX + first))
    }
    take(words(`{name} : ^${match}`))
    if (found.size < CANDIDATES) take(words(match))
    return [...found.values()]
  }

  return (text: string, limit = DEFAULT_LIMIT): ProductView[] | Refusal => {
    const operator = operators.require('sale.ring')
    if (isRefusal(operator)) return operator
    const tokens = tokensOf(text)
    if (tokens.length === 0) return []
    return rank(candidates(tokens), tokens).slice(0, limit).map(toProductView)
  }
}

/** Can be sold before cannot, exact words before prefixes, on the shelf before not, short names before long ones. */
function rank(rows: readonly ProductRowWithStock[], tokens: readonly string[]): ProductRowWithStock[] {
  const scored = rows.map((row) => {
    const words = tokensOf(row.name)
    const exact = tokens.filter((token) => words.includes(token)).length
    const begins = words[0]?.startsWith(tokens[0] ?? '') || row.cip13.startsWith(tokens[0] ?? '')
    const sellable = row.status === 'active' && row.price !== null
    const score =
      (row.status === 'active' ? 1000 : 0) +
      (begins ? 400 : 0) +
      exact * 40 +
      (sellable ? 20 : 0) +
      (row.onHand > 0 ? 10 : 0)
    return { row, score }
  })
  return scored
    .sort(
      (a, b) =>
        b.score - a.score ||
        a.row.name.length - b.row.name.length ||
        (a.row.name < b.row.name ? -1 : a.row.name > b.row.name ? 1 : 0),
    )
    .map(({ row }) => row)
}
