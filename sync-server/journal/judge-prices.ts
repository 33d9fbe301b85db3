import type { ClientBase } from 'pg'
import type { Mutation } from '../../domain/journal/mutation.ts'
import { minor } from '../../domain/money.ts'
import { type Role, roleSchema } from '../../domain/permissions.ts'
import { type DiscountLimits, limitsOf, mostOff } from '../../domain/pricing/limits.ts'
import { type ListedPrice, listedPrice } from '../../domain/pricing/price-list.ts'
import type { SaleDiscountRow, SaleLineRow } from '../../domain/sale/rows.ts'
import { arrayLiteral, prepared } from '../database/bulk.ts'

/** What the prices of a batch are judged by, beside the catalogue's. */
export interface Pricing {
  /** Every list that names a product which was sold at another price than the catalogue's. */
  listed: ReadonlyMap<string, readonly ListedPrice[]>
  /** What each role may take off at the batch's branch. */
  limits: DiscountLimits
}

const rowsOf = <T extends 'sale' | 'sale_line' | 'sale_discount'>(mutations: readonly Mutation[], table: T) =>
  mutations.flatMap((m) => (m.op === 'insert' && m.table === table ? [m.row] : [])) as Extract<
    Mutation,
    { op: 'insert'; table: T }
  >['row'][]

/** Who answers for a lower price beside the seller: their roles decide. */
export const approversOf = (mutations: readonly Mutation[]): string[] => [
  ...rowsOf(mutations, 'sale_line').flatMap(({ price_approved_by: by }) => by ?? []),
  ...rowsOf(mutations, 'sale_discount').flatMap(({ approved_by: by }) => by ?? []),
]

/** Loads what a batch's prices are judged by; nothing is asked for a batch of plain prices. */
export async function loadPricing(
  client: ClientBase,
  branchId: string,
  mutations: readonly Mutation[],
): Promise<Pricing> {
  const products = rowsOf(mutations, 'sale_line').flatMap((line) => (line.price_from ? line.product_id : []))
  const reduced = products.length > 0 || rowsOf(mutations, 'sale_discount').length > 0
  if (!reduced) return { listed: new Map(), limits: limitsOf([]) }
  const lists = await client.query<ListedPrice & { product: string }>(
    prepared(
      `select i.product_id as product, i.price, l.id as "listId", l.branch_id as "branchId",
         l.valid_from::text as "validFrom", l.valid_to::text as "validTo"
       from price_list_item i join price_list l on l.id = i.price_list_id
       where i.product_id = any($1::uuid[]) and (l.branch_id is null or l.branch_id = $2)`,
      [arrayLiteral([...new Set(products)]), branchId],
    ),
  )
  const set = await client.query<{ role: string; rate_bp: number }>(
    'select role, rate_bp from discount_limit where branch_id = $1',
    [branchId],
  )
  return { listed: Map.groupBy(lists.rows, ({ product }) => product), limits: limitsOf(set.rows) }
}

/** Whether the list that a line names has its price. A price that was typed is for its limit to judge. */
export function isPriceOfOrigin(line: SaleLineRow, listed: Pricing['listed']): boolean {
  if (line.price_from === 'keyed') return true
  const prices = line.price_from === 'price-list' ? (listed.get(line.product_id) ?? []) : []
  return prices.some(({ listId, price }) => listId === line.price_list_id && price === line.unit_price)
}

/**
 * Prices that were typed where nobody had set one, for head office to set: nothing they could be held to.
 * @param catalogueOf what the catalogue asked for a product on a day as far as the server knows; null stands for nothing
 * @returns one word a line
 */
export function typedPrices(
  mutations: readonly Mutation[],
  listed: Pricing['listed'],
  catalogueOf: (productId: string, businessDate: string) => ReadonlySet<number | null>,
): string[] {
  const [sale] = rowsOf(mutations, 'sale')
  return rowsOf(mutations, 'sale_line').flatMap((line) => {
    if (!sale || line.price_from !== 'keyed' || line.catalogue_price !== null) return []
    if (listedPrice(listed.get(line.product_id) ?? [], sale.business_date)) return []
    const known = [...catalogueOf(line.product_id, sale.business_date)].filter((price) => price !== null)
    const beside = known.length > 0 ? `, catalogue ${known.join(' or ')}` : ''
    return [`${line.cip13}: ${line.quantity} × ${line.unit_price}${beside}`]
  })
}

/** What one person took off a line on their own word. */
interface Word {
  off: number
  /** How many parts it has; each was rounded by itself. */
  parts: number
}

/** What each person took off a line: by their id, under `null` the seller. */
function wordsOn(
  line: SaleLineRow,
  discounts: readonly SaleDiscountRow[],
  reference: number,
): Map<string | null, Word> {
  const words = new Map<string | null, Word>()
  const add = (by: string | null, off: number) => {
    const before = words.get(by) ?? { off: 0, parts: 0 }
    words.set(by, { off: before.off + off, parts: before.parts + 1 })
  }
  if (line.price_from === 'keyed') {
    const moved = Math.abs(reference - line.unit_price) * line.quantity
    if (moved > 0) add(line.price_approved_by, moved)
  }
  for (const { scope, amount, approved_by: by } of discounts) if (scope !== 'promotion') add(by, amount)
  return words
}

interface Judging {
  limits: DiscountLimits
  listed: Pricing['listed']
  /** The seller's role at the till. */
  role: string
  staff: ReadonlyMap<string, { role: string }>
}

/**
 * What was taken off over its giver's limit: on every line, what one person took off on their own word, be it by a
 * discount or by a typed price, is held against the limit of their role. A price that was typed where there is no other has
 * nothing to be compared with: it is what discounts are then taken off, as at the till.
 * @returns one word a line and person
 */
export function judgeDiscounts(mutations: readonly Mutation[], judging: Judging): string[] {
  const [sale] = rowsOf(mutations, 'sale')
  if (!sale) return []
  const discounts = Map.groupBy(rowsOf(mutations, 'sale_discount'), ({ line_id }) => line_id)
  const limitOf = (role: string | undefined): number => {
    const known = roleSchema.safeParse(role)
    return known.success ? judging.limits[known.data as Role] : 0
  }
  return rowsOf(mutations, 'sale_line').flatMap((line) => {
    const today = listedPrice(judging.listed.get(line.product_id) ?? [], sale.business_date)?.price
    const usual = today ?? line.catalogue_price
    const reference = line.price_from === 'keyed' ? (usual ?? line.unit_price) : line.unit_price
    return [...wordsOn(line, discounts.get(line.id) ?? [], reference)].flatMap(([by, { off, parts }]) => {
      const role = by === null ? judging.role : judging.staff.get(by)?.role
      const limit = limitOf(role)
      const whole = minor(reference * line.quantity)
      // Each part was rounded by itself, in the customer's favour at most by one.
      if (limit >= 10_000 || off <= mostOff(whole, limit) + parts - 1) return []
      return [`${line.cip13}: ${off} / ${whole}, ${role ?? by} ${limit / 100} %`]
    })
  })
}
