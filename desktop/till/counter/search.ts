import { cip13Fault } from '../../../domain/catalogue/product.ts'
import { isRefusal, type Refusal } from '../../../domain/refusals.ts'
import { checkDigit } from '../../../hardware/protocols/barcodes/gtin.ts'
import type { FoundProductView } from '../../bridge/views.ts'
import type { Operators } from '../operator/operator.ts'
import type { TillContext } from '../till-context.ts'
import { nearCodes } from './near-words.ts'
import { PRODUCT_COLUMNS, type ProductRow, toProductView } from './product-view.ts'
import { createSpelling, type Spelling } from './spelling.ts'

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

/** A name as ranking reads it. */
interface ReadName {
  folded: string
  words: ReadonlySet<string>
}

/** Names that are kept as read: they come back at every key, and reading them costs more than finding them. */
const NAMES_KEPT = 60_000

const readNames = new Map<string, ReadName>()

function readName(name: string): ReadName {
  const known = readNames.get(name)
  if (known) return known
  const made = { folded: fold(name), words: new Set(wordsOf(name)) }
  if (readNames.size >= NAMES_KEPT) readNames.clear()
  readNames.set(name, made)
  return made
}

/** Tokens are letters and digits alone, so that nothing a person types is FTS5 syntax. */
const matchExpression = (tokens: readonly string[]) => tokens.map((token) => `"${token}"*`).join(' ')

/**
 * What the index can stream: a longer prefix would make it merge every word that begins so before the first row
 * comes, and a single letter is in no prefix index. Empty when only single letters were typed.
 */
const streamed = (tokens: readonly string[]) =>
  matchExpression(tokens.filter((token) => token.length > 1).map((token) => token.slice(0, INDEXED_PREFIX)))

/** What ranking looks at, and no more: a row of the catalogue is ten times as long. */
interface Candidate {
  row: number
  name: string
  cip13: string
  active: number
  priced: number
  onHand: number
  /** Only of those found by a word, which may be the holder's or a substance. */
  holder?: string
  substances?: string | null
  /** What was looked for in place of what was typed. */
  spelt?: readonly string[]
}

const CANDIDATE = `p.rowid as row, p.name, p.cip13, p.status = 'active' as active, p.price is not null as priced,
  coalesce((select s.quantity from stock_on_hand s
    where s.branch_id = @branchId and s.product_id = p.id), 0) as onHand`

/** Whether each token begins a word of the row. */
function matches({ name, holder, substances, cip13 }: Candidate, tokens: readonly string[]): boolean {
  const words = [...readName(name).words, ...readName(`${holder} ${substances ?? ''}`).words, cip13]
  return tokens.every((token) => beginsOne(words, token))
}

const beginsOne = (words: Iterable<string>, token: string): boolean => {
  for (const word of words) if (word.startsWith(token)) return true
  return false
}

/** By what a product was found: the first of these that all that was typed stands in, with its name. */
function foundBy(row: ProductRow, tokens: readonly string[]): FoundProductView['by'] {
  const { words } = readName(row.name)
  const rest = tokens.filter((token) => !beginsOne(words, token))
  if (rest.length === 0) return 'name'
  if (rest.every((token) => row.cip13.startsWith(token) || row.cip13.startsWith(CIP13_PREFIX + token))) {
    return 'code'
  }
  const substances = wordsOf(row.substances ?? '')
  return rest.every((token) => beginsOne(substances, token)) ? 'substance' : 'holder'
}

/** The statements of search; each gives rows in its index's own order, so that the first ones cost only themselves. */
function createIndexes({ db, branchId }: TillContext) {
  const byWords = db.prepare(`
    select ${CANDIDATE}, p.holder, p.substances from product_search x cross join product p on p.rowid = x.rowid
    where product_search match @match`)
  const byCode = db.prepare(`
    select ${CANDIDATE} from product p where p.cip13 >= @from and p.cip13 < @to
    order by p.cip13 limit ${CANDIDATES}`)
  // Answered by the index `product_name` alone (migration 0009).
  const byName = db.prepare(`
    select ${CANDIDATE} from product p where p.name collate nocase >= @from and p.name collate nocase < @to
    order by p.name collate nocase limit ${CANDIDATES}`)
  const exactly = db.prepare(`select ${CANDIDATE} from product p where p.cip13 = @cip13`)
  const inFull = db.prepare(`select ${PRODUCT_COLUMNS} from product p where p.rowid = ?`)
  const range = (beginning: string) => ({ branchId, from: beginning, to: beginning + LAST })
  return {
    byCode: (digits: string) => byCode.all(range(digits)) as Candidate[],
    byName: (beginning: string) => byName.all(range(beginning)) as Candidate[],
    byWords: (match: string) => byWords.iterate({ branchId, match }) as IterableIterator<Candidate>,
    exactly: (cip13: string) => exactly.all({ branchId, cip13 }) as Candidate[],
    inFull: ({ row, onHand }: Candidate) => ({ ...(inFull.get(row) as ProductRow), onHand }),
  }
}

type Indexes = ReturnType<typeof createIndexes>

/** A code with one slip in it, for a CIP13 or a CIP7 that is nowhere. */
function byNearCode(indexes: Indexes, digits: string): Candidate[] {
  const stem = (cip7: string) => `${CIP13_PREFIX}${cip7}`
  const cip13Of = (code: string) => (code.length === 7 ? `${stem(code)}${checkDigit(stem(code))}` : code)
  if (digits.length !== 7 && digits.length !== 13) return []
  return nearCodes(digits)
    .filter((near) => cip13Fault(cip13Of(near)) === null)
    .flatMap((near) => indexes.exactly(cip13Of(near)).map((candidate) => ({ ...candidate, spelt: [near] })))
}

/** Words that are spelt nearly so, each beside what was typed: two words of a name are seldom both wrong. */
function byNearWords(indexes: Indexes, spelling: Spelling, tokens: readonly string[]): Candidate[] {
  const choices = tokens.map((token) => [token, ...spelling.near(token)])
  if (choices.every((words) => words.length === 1)) return []
  const match = choices.map((words) => `(${words.map((word) => `"${word}"*`).join(' OR ')})`).join(' AND ')
  const found: Candidate[] = []
  for (const candidate of indexes.byWords(match)) {
    const text = `${candidate.holder} ${candidate.substances ?? ''}`
    const words = [...readName(candidate.name).words, ...readName(text).words]
    const spelt = choices.map((near) => near.find((word) => beginsOne(words, word)) ?? (near[0] as string))
    found.push({ ...candidate, spelt })
    if (found.length >= CANDIDATES) break
  }
  return found
}

/**
 * Finds products as a person types: every word a prefix of a word of name, substance or holder, in any order; digits
 * alone are also the beginning of a CIP13 or CIP7. It never sorts all that matches: it ranks the first
 * {@link CANDIDATES} that its indexes give. When nothing on sale is found so, words and codes with a slip in them are
 * looked for. Refused: `locked`, `not-allowed`.
 */
export function createProductSearch(context: TillContext, operators: Operators) {
  const indexes = createIndexes(context)
  const spelling = createSpelling(context.db, context.changes)

  const addByWords = (found: Map<number, Candidate>, tokens: readonly string[], limit: number) => {
    const match = streamed(tokens)
    if (match === '') return
    const whole = matchExpression(tokens) === match
    let left = LOOKED_AT
    for (const candidate of indexes.byWords(match)) {
      if (whole || matches(candidate, tokens)) found.set(candidate.row, candidate)
      left -= 1
      if (found.size >= CANDIDATES || left === 0) break
    }
    // Common beginnings, a rare word: let the index look for the whole words, at its own pace.
    if (left > 0 || found.size >= limit) return
    for (const candidate of indexes.byWords(matchExpression(tokens))) {
      found.set(candidate.row, candidate)
      if (found.size >= CANDIDATES) break
    }
  }

  const candidates = (tokens: readonly string[], limit: number): Candidate[] => {
    const found = new Map<number, Candidate>()
    const [only = ''] = tokens.length === 1 ? tokens : []
    const direct = [
      ...(/^\d+$/.test(only) ? [...indexes.byCode(only), ...indexes.byCode(CIP13_PREFIX + only)] : []),
      ...(only !== '' ? indexes.byName(only) : []),
    ]
    for (const candidate of direct) found.set(candidate.row, candidate)
    // Whoever only contains the word ranks behind those that begin so and can be sold: a page of them is the answer.
    const ahead = direct.filter(
      ({ active, name, cip13 }) => active && begins(readName(name).folded, cip13, only),
    ).length
    if (ahead < limit) addByWords(found, tokens, limit)
    return [...found.values()]
  }

  /** What a person may have meant; behind what was found as typed. */
  const nearlySo = (tokens: readonly string[]): Candidate[] => {
    const [only = ''] = tokens.length === 1 ? tokens : []
    return /^\d+$/.test(only) ? byNearCode(indexes, only) : byNearWords(indexes, spelling, tokens)
  }

  const view = (found: Candidate, tokens: readonly string[]): FoundProductView => {
    const row = indexes.inFull(found)
    const { spelt } = found
    const same = spelt === undefined || spelt.every((word, i) => word === tokens[i])
    return {
      ...toProductView(row),
      by: foundBy(row, spelt ?? tokens),
      spelling: same ? null : spelt.join(' '),
    }
  }

  return (text: string, limit = DEFAULT_LIMIT): FoundProductView[] | Refusal => {
    const operator = operators.require('sale.ring')
    if (isRefusal(operator)) return operator
    const tokens = tokensOf(text)
    if (tokens.length === 0) return []
    let found = candidates(tokens, limit)
    if (!found.some(({ active }) => active)) {
      const rows = new Set(found.map(({ row }) => row))
      found = [...found, ...nearlySo(tokens).filter(({ row }) => !rows.has(row))]
    }
    const best = rank(found, tokens).slice(0, limit)
    return best.map((candidate) => view(candidate, tokens))
  }
}

const begins = (name: string, cip13: string, token: string) =>
  name.startsWith(token) || cip13.startsWith(token)

/**
 * Sellable before not, names that begin so first, words that begin with the letter that was typed (hardly anyone slips
 * on it), whole words before beginnings, on the shelf before not, short names.
 */
function rank(found: readonly Candidate[], tokens: readonly string[]): Candidate[] {
  const scored = found.map((candidate) => {
    const { active, priced, onHand, cip13 } = candidate
    const { folded, words } = readName(candidate.name)
    const looked = candidate.spelt ?? tokens
    const [first = ''] = looked
    const score =
      active * 1000 +
      (first[0] === tokens[0]?.[0] ? 200 : 0) +
      (begins(folded, cip13, first) ? 400 : 0) +
      looked.filter((token) => words.has(token)).length * 40 +
      priced * 20 +
      (onHand > 0 ? 10 : 0)
    return { candidate, score, name: folded }
  })
  const byScore = (a: (typeof scored)[number], b: (typeof scored)[number]) =>
    b.score - a.score || a.name.length - b.name.length || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
  return scored.toSorted(byScore).map(({ candidate }) => candidate)
}
