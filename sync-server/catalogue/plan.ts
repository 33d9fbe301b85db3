import type { ProductRow } from '../../domain/catalogue/product.ts'

/** A price that takes effect with this import; null when the price is no longer published. */
export interface PriceChange {
  cip13: string
  name: string
  from: number | null
  to: number | null
}

/** What an import will do. Each product is in one of added, changed, withdrawn, unchanged. */
export interface ImportPlan {
  /** Rows to write as they shall be: new ones, changed ones and withdrawn ones. */
  added: ProductRow[]
  changed: ProductRow[]
  /** On sale until now; off the list, or gone from it, with these files. Kept, since old sales name them. */
  withdrawn: ProductRow[]
  unchanged: number
  priceChanges: PriceChange[]
  /** Prices of the list that were not taken, since head office has set another. */
  pricesHeld: number
  /** How many products had which field changed. */
  fieldsChanged: Record<string, number>
}

/** The plan would take away more than a new edition of the list ever does. */
export class ImplausiblePlan extends Error {}

/** Catalogues below this size are trials, not judged for plausibility. */
const JUDGED_FROM = 1_000

const FIELDS = [
  'cip7',
  'cis',
  'name',
  'pack',
  'form',
  'holder',
  'substances',
  'price',
  'currency',
  'reimbursement_bp',
  'prescription_list',
  'generic_group_id',
  'generic_group_name',
  'vat_rate_bp',
  'status',
] as const satisfies readonly (keyof ProductRow)[]

const activeCount = (rows: Iterable<ProductRow>): number =>
  [...rows].filter((row) => row.status === 'active').length

/**
 * Compares what is stored with what was published. A stored product keeps its id, found by CIP13. One that is no
 * longer published is withdrawn; one that is published but could not be taken (`leaveAlone`) stays as it is. Files
 * without substances leave those that are stored. A price that head office set (`held`, by id) stays.
 */
export function planImport(
  stored: readonly ProductRow[],
  published: readonly ProductRow[],
  {
    leaveAlone = new Set(),
    substancesKnown = true,
    held = new Set(),
  }: { leaveAlone?: ReadonlySet<string>; substancesKnown?: boolean; held?: ReadonlySet<string> } = {},
): ImportPlan {
  const byCip13 = new Map(stored.map((row) => [row.cip13, row]))
  const plan: ImportPlan = {
    added: [],
    changed: [],
    withdrawn: [],
    unchanged: 0,
    priceChanges: [],
    pricesHeld: 0,
    fieldsChanged: {},
  }
  const seen = new Set<string>()
  for (const product of published) {
    seen.add(product.cip13)
    const before = byCip13.get(product.cip13)
    const substances = substancesKnown ? product.substances : (before?.substances ?? product.substances)
    const price = before && held.has(before.id) ? before.price : product.price
    if (before && price !== product.price) plan.pricesHeld += 1
    if (before) compare(plan, before, { ...product, id: before.id, substances, price })
    else plan.added.push(product)
  }
  for (const row of stored) {
    if (seen.has(row.cip13)) continue
    if (leaveAlone.has(row.cip13)) plan.unchanged += 1
    else compare(plan, row, { ...row, status: 'withdrawn' })
  }
  return plan
}

function compare(plan: ImportPlan, before: ProductRow, after: ProductRow): void {
  const differing = FIELDS.filter((field) => before[field] !== after[field])
  if (differing.length === 0) {
    plan.unchanged += 1
    return
  }
  for (const field of differing) plan.fieldsChanged[field] = (plan.fieldsChanged[field] ?? 0) + 1
  if (before.price !== after.price) {
    plan.priceChanges.push({ cip13: after.cip13, name: after.name, from: before.price, to: after.price })
  }
  const leaves = before.status === 'active' && after.status === 'withdrawn'
  ;(leaves ? plan.withdrawn : plan.changed).push(after)
}

/**
 * Refuses a plan that only a truncated or foreign file explains: most of the products on sale would go, or most of
 * those on a prescription list would leave it. Each file may be well formed by itself and still be half a file.
 * @throws ImplausiblePlan
 */
export function assertPlausible(stored: readonly ProductRow[], plan: ImportPlan): void {
  const active = activeCount(stored)
  if (active >= JUDGED_FROM && plan.withdrawn.length > active / 2) {
    throw new ImplausiblePlan(
      `${plan.withdrawn.length} of the ${active} products on sale would be withdrawn: the files look incomplete`,
    )
  }
  const listed = stored.filter((row) => row.prescription_list !== null)
  const byId = new Map(plan.changed.map((row) => [row.id, row]))
  const unlisted = listed.filter((row) => byId.get(row.id)?.prescription_list === null).length
  if (listed.length >= JUDGED_FROM && unlisted > listed.length / 2) {
    throw new ImplausiblePlan(
      `${unlisted} of the ${listed.length} products on a prescription list would leave it: CIS_CPD_bdpm.txt looks incomplete`,
    )
  }
}
