import type { Actor } from '../../../domain/journal/event.ts'
import type { Minor } from '../../../domain/money.ts'
import type { GivenDiscount } from '../../../domain/pricing/price-basket.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { BasketLineRow } from '../../../migrations/schema.ts'
import type { Operators } from '../operator/operator.ts'
import type { TillContext } from '../till-context.ts'
import type { BasketStore } from './basket-store.ts'
import { createLimitCheck } from './limit-check.ts'
import type { PriceBook } from './price-book.ts'
import { priceStored } from './priced-basket.ts'

/** What is to be taken off: a part in basis points or an amount in minor units. */
export type Off = { rateBp: number } | { amount: Minor }

/** A discount on a line, or on the whole basket (`lineId` null); `off` null takes it away again. */
export interface WantedDiscount {
  lineId: string | null
  off: Off | null
  reason?: string | undefined
  /** A second person's, once the limit asks for it. */
  pin?: string | undefined
}

/** A unit price that is typed; null: the price of today again. */
export interface WantedPrice {
  lineId: string
  price: Minor | null
  pin?: string | undefined
}

interface Parts {
  operators: Operators
  book: PriceBook
  store: BasketStore
  /** Runs a change of the basket if it may be made at all. */
  change<T>(make: (at: { by: Actor }) => T | Refusal): T | Refusal
  /** Why a line cannot become this, or null. */
  fault(after: BasketLineRow, before: BasketLineRow): Refusal | null
}

/** The basket as it would be, and who is asked about it. */
function createBench(context: TillContext, parts: Parts) {
  const { book, store, change } = parts
  const { grant, secondPerson } = createLimitCheck(context, parts)

  /** The basket's lines with one of them or the whole discount changed. */
  const pricedWith = (line: BasketLineRow | null, onAll: GivenDiscount | null) => {
    const stored = store.lines().map((each) =>
      each.lineId === line?.id
        ? {
            ...each,
            unitPrice: line.unit_price,
            priceBy: line.price_by,
            priceApprovedBy: line.price_approved_by,
            discount: line.discount,
          }
        : each,
    )
    return priceStored(stored, book.promotions(), onAll).lines
  }

  return {
    grant,
    pricedWith,
    /** One line as it would be, for its limit. */
    only: (line: BasketLineRow) =>
      pricedWith(line, store.meta().discount ?? null).filter(({ lineId }) => lineId === line.id),
    /** Runs a change once it is known who the second person is, if one is named. */
    withSecond: async (
      pin: string | undefined,
      make: (by: Actor, second: Actor | null) => null | Refusal,
    ): Promise<null | Refusal> => {
      const second = await secondPerson(pin)
      if (second && isRefusal(second)) return second
      return change(({ by }) => make(by, second))
    },
  }
}

type Bench = ReturnType<typeof createBench>

function createDiscounts(context: TillContext, { store }: Parts, bench: Bench) {
  const giveLine = (before: BasketLineRow, given: GivenDiscount | null, by: Actor, second: Actor | null) => {
    const lines = bench.only({ ...before, discount: given && JSON.stringify(given) })
    const granted = given && bench.grant(lines, by, second)
    if (granted && isRefusal(granted)) return granted
    const discount = given && JSON.stringify({ ...given, ...granted })
    store.record({ word: 'discount', lineId: before.id, before }, { ...before, discount })
    return null
  }

  const giveAll = (given: GivenDiscount | null, by: Actor, second: Actor | null) => {
    if (store.extent().count === 0) return refuse('basket-empty')
    const granted = given && bench.grant(bench.pricedWith(null, given), by, second)
    if (granted && isRefusal(granted)) return granted
    store.recordDiscount(given && { ...given, ...granted })
    return null
  }

  return ({ lineId, off, reason, pin }: WantedDiscount): Promise<null | Refusal> =>
    bench.withSecond(pin, (by, second) => {
      const given: GivenDiscount | null = off && {
        discountId: context.newId(),
        rateBp: 'rateBp' in off ? off.rateBp : null,
        amount: 'amount' in off ? off.amount : null,
        reason: reason ?? null,
        by: by.staffId,
        approvedBy: null,
        // Judged as it is asked for; the limit it is granted under holds it from then on.
        capBp: 10_000,
      }
      if (lineId === null) return giveAll(given, by, second)
      const before = store.line(lineId)
      return before ? giveLine(before, given, by, second) : refuse('line-not-found')
    })
}

function createPriceKey({ store, book, fault }: Parts, bench: Bench) {
  const nameOf = ({ id }: BasketLineRow) => store.lines().find(({ lineId }) => lineId === id)?.name ?? ''

  const record = (before: BasketLineRow, after: BasketLineRow): null => {
    store.record({ word: 'price', lineId: before.id, before }, after)
    return null
  }

  const setPrice = (before: BasketLineRow, price: Minor | null, by: Actor, second: Actor | null) => {
    const today = book.priceOf(before.product_id)
    const plain = { ...before, catalogue_price: today?.catalogue ?? null, price_approved_by: null }
    if (price === null || price === today?.price) {
      if (!today) return refuse('no-price', { name: nameOf(before) })
      return record(before, {
        ...plain,
        unit_price: today.price,
        price_list_id: today.listId,
        price_by: null,
      })
    }
    const keyed = { ...plain, unit_price: price, price_list_id: null, price_by: by.staffId }
    const broken = fault(keyed, before)
    if (broken) return broken
    const granted = bench.grant(bench.only(keyed), by, second)
    return isRefusal(granted) ? granted : record(before, { ...keyed, price_approved_by: granted.approvedBy })
  }

  return ({ lineId, price, pin }: WantedPrice): Promise<null | Refusal> =>
    bench.withSecond(pin, (by, second) => {
      const before = store.line(lineId)
      return before ? setPrice(before, price, by, second) : refuse('line-not-found')
    })
}

/** Discounts and typed prices. What is over a limit is refused with nothing changed: `discount-over-limit`. */
export function createTakingOff(context: TillContext, parts: Parts) {
  const bench = createBench(context, parts)
  return { discount: createDiscounts(context, parts, bench), keyPrice: createPriceKey(parts, bench) }
}
