import { MOST_A_PACK } from '../../../domain/catalogue/product.ts'
import { type Minor, minor, parseAmount } from '../../../domain/money.ts'
import { endsBeforeItBegins, type PriceList, priceListSchema } from '../../../domain/pricing/price-list.ts'
import {
  type PromotionInput,
  type PromotionRule,
  promotionRuleSchema,
} from '../../../domain/pricing/promotion.ts'

/** A product as the screen names it. */
export interface Named {
  id: string
  cip13: string
  name: string
  pack: string
}

/** What a list and a promotion have in common, as it is typed. Blank `branchId`: all branches; blank `validTo`: no end. */
export interface DraftTerms {
  name: string
  branchId: string
  validFrom: string
  validTo: string
}

export interface DraftList extends DraftTerms {
  items: readonly (Named & { typed: string })[]
}

export interface DraftPromotion extends DraftTerms {
  kind: PromotionRule['kind']
  products: readonly (Named & { quantity: string })[]
  take: string
  pay: string
  /** Percent. */
  rate: string
  /** Of a bundle. */
  price: string
}

/** What is wrong, by field: `name`, `validFrom`, `validTo`, `items`, `price:<product>`, `take` … */
export type Faults = ReadonlyMap<string, FaultKey>

export type FaultKey =
  | 'fault.name'
  | 'fault.validFrom'
  | 'fault.validTo'
  | 'fault.ends'
  | 'fault.items'
  | 'fault.products'
  | 'fault.price'
  | 'fault.take'
  | 'fault.pay'
  | 'fault.rate'
  | 'fault.quantity'

export type Reading<T> = { input: T } | { faults: Faults }

/** Minor units, or undefined when it is not an amount that a pack may cost. */
function readPrice(text: string): Minor | undefined {
  const read = parseAmount(text)
  return 'amount' in read && read.amount <= MOST_A_PACK ? read.amount : undefined
}

/** Percent with at most two decimals, as basis points. */
function readRate(text: string): number | undefined {
  const read = parseAmount(text.replace(/\s*%\s*$/, ''))
  return 'amount' in read && read.amount >= 1 && read.amount <= 10_000 ? read.amount : undefined
}

const readCount = (text: string): number => (/^\s*\d{1,4}\s*$/.test(text) ? Number(text) : 0)

const termsOf = ({ name, branchId, validFrom, validTo }: DraftTerms) => ({
  name,
  branchId: branchId || null,
  validFrom,
  validTo: validTo || null,
})

function faultsOfTerms(draft: DraftTerms): [string, FaultKey][] {
  const { name, validFrom, validTo } = priceListSchema.shape
  const terms = termsOf(draft)
  const faults: [string, FaultKey][] = []
  if (!name.safeParse(terms.name).success) faults.push(['name', 'fault.name'])
  if (!validFrom.safeParse(terms.validFrom).success) faults.push(['validFrom', 'fault.validFrom'])
  if (!validTo.safeParse(terms.validTo).success) faults.push(['validTo', 'fault.validTo'])
  else if (endsBeforeItBegins(terms)) faults.push(['validTo', 'fault.ends'])
  return faults
}

/** A price list as it is typed, or what is wrong with it. */
export function readList(draft: DraftList): Reading<PriceList> {
  const faults = faultsOfTerms(draft)
  if (draft.items.length === 0) faults.push(['items', 'fault.items'])
  const items = draft.items.map(({ id, typed }) => ({ productId: id, price: readPrice(typed) }))
  for (const { productId, price } of items) {
    if (price === undefined) faults.push([`price:${productId}`, 'fault.price'])
  }
  if (faults.length > 0) return { faults: new Map(faults) }
  return { input: priceListSchema.parse({ ...termsOf(draft), items }) }
}

const ruleOf = (draft: DraftPromotion): unknown => {
  const productIds = draft.products.map(({ id }) => id)
  const { kind } = draft
  if (kind === 'n-for-m') return { kind, productIds, take: readCount(draft.take), pay: readCount(draft.pay) }
  if (kind === 'second') return { kind, productIds, rateBp: readRate(draft.rate) }
  const parts = draft.products.map(({ id, quantity }) => ({ productId: id, quantity: readCount(quantity) }))
  return { kind, parts, price: readPrice(draft.price) }
}

/** The field of the screen that a place in a rule is typed into. */
function fieldOf(path: readonly PropertyKey[], draft: DraftPromotion): [string, FaultKey] {
  const [at, index, part] = path
  if (at === 'parts' && part === 'quantity') {
    return [`quantity:${draft.products[Number(index)]?.id}`, 'fault.quantity']
  }
  if (at === 'take') return ['take', 'fault.take']
  if (at === 'pay') return ['pay', 'fault.pay']
  if (at === 'rateBp') return ['rate', 'fault.rate']
  if (at === 'price') return ['price', 'fault.price']
  return ['products', 'fault.products']
}

/** What a promotion as it is typed gives, or what is wrong with that. */
export function readRule(draft: DraftPromotion): Reading<PromotionRule> {
  const read = promotionRuleSchema.safeParse(ruleOf(draft))
  if (read.success) return { input: read.data }
  return { faults: new Map(read.error.issues.map(({ path }) => fieldOf(path, draft))) }
}

/** A promotion as it is typed, or what is wrong with it. */
export function readPromotion(draft: DraftPromotion): Reading<PromotionInput> {
  const terms = faultsOfTerms(draft)
  const rule = readRule(draft)
  if ('faults' in rule) return { faults: new Map([...terms, ...rule.faults]) }
  if (terms.length > 0) return { faults: new Map(terms) }
  return { input: { ...termsOf(draft), name: draft.name.trim(), rule: rule.input } }
}

/** Minor units as they are typed. */
export const asTyped = (amount: number | null | undefined): string =>
  amount == null ? '' : (minor(amount) / 100).toFixed(2)

/** The field a server names, `items.3.price` or `rule.pay`, as this screen calls it. */
export function fieldOfServer(field: string, products: readonly Named[]): string {
  const [first = '', index = '', last] = field.replace(/^rule\./, '').split('.')
  const id = products[Number(index)]?.id
  if (first === 'items' && last === 'price') return `price:${id}`
  if (first === 'parts' && last === 'quantity') return `quantity:${id}`
  if (first === 'rateBp') return 'rate'
  if (first === 'rule' || first === 'productIds' || first === 'parts') return 'products'
  return first
}
