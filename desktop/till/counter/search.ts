import { isRefusal, type Refusal } from '../../../domain/refusals.ts'
import type { ProductView } from '../../bridge/views.ts'
import type { Operators } from '../operator/operator.ts'
import type { TillContext } from '../till-context.ts'
import { PRODUCT_COLUMNS, type ProductRowWithStock, toProductView } from './product-view.ts'

const DEFAULT_LIMIT = 20

/** Rows that are ranked: enough to rank well, few enough to be read within a frame. */
const CANDIDATES = 100

/** Rows of the word index that are looked at to find them. */
const LOOKED_AT = 1000

/** The longest prefix the word index answers without merging: its `prefix` option (migration 0008). */
const INDEXED_PREFIX = 4

/** All CIP13 of French medicines begin so; what follows is the CIP7 (checked over all of BDPM). */
const CIP13_PREFIX = '34009'

/** Sorts behind every text that begins with what stands before it. */
const LAST = '\u{10ffff}'

/** Text as the index has it: without accents, in lower case. */
const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** Words as the index has them: letters and digits. At most eight: nobody types more to find a box. */
export const tokensOf = (text: string): string[] =>
  fold(text)
    .match(/[\p{L}\p{N}]+/gu)
    ?.slice(0, 8) ?? []

const wordsOf = (text: string): string[] => fold(text).split(/[^\p{L}\p{N}]+/u)

/** Tokens are letters and digits alone, so that nothing a person types is FTS5 syntax. */
const matchExpression = (tokens: readonly string[]) => tokens.map((token) => `"${token}"*`).join(' ')

/**
 * What the index can stream: a longer prefix would make it merge every word that begins so before the first row
 * comes, and a single letter is in no prefix index. Empty when only single letters were typed.
 */
const streamed = (tokens: readonly string[]) =>
  matchExpression(tokens.filter((token) => token.length > 1).map((token) => token.slice(0, INDEXED_PREFIX)))

/** Whether each token begins a word of the row. */
function matches(row: ProductRowWithStock, tokens: readonly string[]): boolean {
  const words = wordsOf(`${row.name} ${row.holder} ${row.cip13}`)
  return tokens.every((token) => words.some((word) => word.startsWith(token)))
}

/** The statements of search; each gives rows in its index's own order, so that the first ones cost only themselves. */
function createIndexes(context: TillContext) {
  const from = (found: string) => `
    select ${PRODUCT_COLUMNS} from ${found}
    left join stock_on_hand s on s.branch_id = @branchId and s.product_id = p.id`
  const byWords = context.db.prepare(
    `${from('product_search x cross join product p on p.rowid = x.rowid')} where product_search match @match`,
  )
  const byCode = context.db.prepare(
    `${from('product p')} where p.cip13 >= @from and p.cip13 < @to order by p.cip13 limit ${CANDIDATES}`,
  )
  const byName = context.db.prepare(`${from('product p')}
    where p.name collate nocase >= @from and p.name collate nocase < @to
    order by p.name collate nocase limit ${CANDIDATES}`)
  const range = (beginning: string) => ({
    branchId: context.branchId,
    from: beginning,
    to: beginning + LAST,
  })
  return {
    byCode: (digits: string) => byCode.all(range(digits)) as ProductRowWithStock[],
    byName: (beginning: string) => byName.all(range(beginning)) as ProductRowWithStock[],
    byWords: (match: string) =>
      byWords.iterate({ branchId: context.branchId, match }) as IterableIterator<ProductRowWithStock>,
  }
}

/**
 * Finds products as a person types: every word a prefix of a word of name or holder, in any order; digits alone are
 * also the beginning of a CIP13 or CIP7. It never sorts all that matches: it ranks the first {@link CANDIDATES} that
 * its indexes give. Refused: `locked`, `not-allowed`.
 */
export function createProductSearch(context: TillContext, operators: Operators) {
  const indexes = createIndexes(context)

  const addByWords = (found: Map<string, ProductRowWithStock>, tokens: readonly string[], limit: number) => {
    const match = streamed(tokens)
    if (match === '') return
    let left = LOOKED_AT
    for (const row of indexes.byWords(match)) {
      if (matches(row, tokens)) found.set(row.productId, row)
      left -= 1
      if (found.size >= CANDIDATES || left === 0) break
    }
    // Common beginnings, a rare word: let the index look for the whole words, at its own pace.
    if (left > 0 || found.size >= limit) return
    for (const row of indexes.byWords(matchExpression(tokens))) {
      found.set(row.productId, row)
      if (found.size >= CANDIDATES) break
    }
  }

  const candidates = (tokens: readonly string[], limit: number): ProductRowWithStock[] => {
    const found = new Map<string, ProductRowWithStock>()
    const [only = ''] = tokens.length === 1 ? tokens : []
    const direct = [
      ...(/^\d+$/.test(only) ? [...indexes.byCode(only), ...indexes.byCode(CIP13_PREFIX + only)] : []),
      ...(only !== '' ? indexes.byName(only) : []),
    ]
    for (const row of direct) found.set(row.productId, row)
    if (found.size < CANDIDATES) addByWords(found, tokens, limit)
    return [...found.values()]
  }

  return (text: string, limit = DEFAULT_LIMIT): ProductView[] | Refusal => {
    const operator = operators.require('sale.ring')
    if (isRefusal(operator)) return operator
    const tokens = tokensOf(text)
    return tokens.length === 0
      ? []
      : rank(candidates(tokens, limit), tokens).slice(0, limit).map(toProductView)
  }
}

/** Sellable before not, names that begin so first, whole words before beginnings, on the shelf before not, short names. */
function rank(rows: readonly ProductRowWithStock[], tokens: readonly string[]): ProductRowWithStock[] {
  const [first = ''] = tokens
  const scored = rows.map((row) => {
    const name = fold(row.name)
    const words = wordsOf(row.name)
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
