import type { Actor } from '../../../domain/journal/event.ts'
import { type Minor, minor, multiply } from '../../../domain/money.ts'
import { mostOff, rolesThatMayTakeOff } from '../../../domain/pricing/limits.ts'
import type { GivenDiscount } from '../../../domain/pricing/price-basket.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { BasketLineRow } from '../../../migrations/schema.ts'
import type { Operators } from '../operator/operator.ts'
import { formatRate } from '../receipt/format.ts'
import type { TillContext } from '../till-context.ts'
import type { BasketStore } from './basket-store.ts'
import type { PriceBook } from './price-book.ts'
import { type PricedStoredLine, priceStored } from './priced-basket.ts'

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

/** Whose word stands for a reduction. */
interface Granted {
  capBp: number
  approvedBy: string | null
}

/** What a line would cost without anybody's doing, and what people have taken off it on their own word. */
interface Charge {
  reference: Minor
  off: number
}

function createLimitCheck({ locale }: TillContext, { operators, book }: Pick<Parts, 'operators' | 'book'>) {
  const chargeOf = (line: PricedStoredLine): Charge => {
    const today = line.priceBy === null ? line.unitPrice : book.priceOf(line.productId)?.price
    // A product without a price has nothing to compare with: what was keyed for it is all of somebody's doing.
    const unit = minor(today ?? line.unitPrice)
    const keyed =
      line.priceBy === null || line.priceApprovedBy !== null
        ? 0
        : today === undefined
          ? line.value
          : Math.abs(unit - line.unitPrice) * line.quantity
    const off = line.reductions.reduce(
      (sum, each) =>
        each.scope === 'promotion' || each.discount.approvedBy !== null ? sum : sum + each.amount,
      keyed,
    )
    return { reference: multiply(unit, line.quantity), off }
  }

  /** Refused: `discount-over-limit`, told with the person's own limit and who may. */
  const grant = (
    lines: readonly PricedStoredLine[],
    by: Actor,
    second: Actor | null,
  ): Granted | Refusal<'discount-over-limit'> => {
    const limits = book.limits()
    const charges = lines.map(chargeOf)
    const within = (rateBp: number) =>
      charges.every(({ reference, off }) => off <= mostOff(reference, rateBp))
    if (within(limits[by.role])) return { capBp: limits[by.role], approvedBy: null }
    if (second && within(limits[second.role])) {
      return { capBp: limits[second.role], approvedBy: second.staffId }
    }
    const roles = charges
      .map(({ reference, off }) => rolesThatMayTakeOff(limits, reference, off))
      .reduce((all, some) => all.filter((role) => some.includes(role)))
    return refuse('discount-over-limit', {
      limit: formatRate(limits[second?.role ?? by.role], locale),
      roles: roles.join(', '),
    })
  }

  /** The second person, if a PIN was given. Refused: `wrong-pin`, `too-many-attempts`, `second-person-needed`. */
  const secondPerson = async (pin: string | undefined): Promise<Actor | null | Refusal> => {
    const operator = operators.require('sale.ring')
    if (isRefusal(operator)) return operator
    return pin === undefined ? null : operators.second(pin)
  }

  return { grant, secondPerson }
}

/**
 * Discounts and typed prices. Together they take no more off any line than the limit of whoever is at the till, or, with a
 * second person's PIN, than theirs. What is over: `discount-over-limit`, with nothing changed.
 */
export function createTakingOff(context: TillContext, parts: Parts) {
  const { book, store, change } = parts
  const { grant, secondPerson } = createLimitCheck(context, parts)

  /** The basket as it would be with one line or its discount changed. */
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
  const current = () => store.meta().discount ?? null

  const giveLine = (before: BasketLineRow, given: GivenDiscount | null, by: Actor, second: Actor | null) => {
    const after = { ...before, discount: given && JSON.stringify(given) }
    const lines = pricedWith(after, current()).filter(({ lineId }) => lineId === before.id)
    const granted = given && grant(lines, by, second)
    if (granted && isRefusal(granted)) return granted
    const discount = given && JSON.stringify({ ...given, ...granted })
    store.record({ word: 'discount', lineId: before.id, before }, { ...before, discount })
    return null
  }

  const giveAll = (given: GivenDiscount | null, by: Actor, second: Actor | null) => {
    if (store.extent().count === 0) return refuse('basket-empty')
    const granted = given && grant(pricedWith(null, given), by, second)
    if (granted && isRefusal(granted)) return granted
    store.recordDiscount(given && { ...given, ...granted })
    return null
  }

  const discount = async ({ lineId, off, reason, pin }: WantedDiscount): Promise<null | Refusal> => {
    const second = await secondPerson(pin)
    if (second && isRefusal(second)) return second
    return change(({ by }) => {
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

  const setPrice = (before: BasketLineRow, price: Minor | null, by: Actor, second: Actor | null) => {
    const today = book.priceOf(before.product_id)
    const catalogue_price = today?.catalogue ?? null
    if (price === null || price === today?.price) {
      if (!today) return refuse('no-price', { name: '' })
      const after = { ...before, unit_price: today.price, price_list_id: today.listId, catalogue_price }
      store.record(
        { word: 'price', lineId: before.id, before },
        { ...after, price_by: null, price_approved_by: null },
      )
      return null
    }
    const keyed = { ...before, unit_price: price, price_list_id: null, catalogue_price, price_by: by.staffId }
    const broken = parts.fault(keyed, before)
    if (broken) return broken
    const asked = { ...keyed, price_approved_by: null }
    const lines = pricedWith(asked, current()).filter(({ lineId }) => lineId === before.id)
    const granted = grant(lines, by, second)
    if (isRefusal(granted)) return granted
    store.record(
      { word: 'price', lineId: before.id, before },
      { ...asked, price_approved_by: granted.approvedBy },
    )
    return null
  }

  const keyPrice = async ({ lineId, price, pin }: WantedPrice): Promise<null | Refusal> => {
    const second = await secondPerson(pin)
    if (second && isRefusal(second)) return second
    return change(({ by }) => {
      const before = store.line(lineId)
      return before ? setPrice(before, price, by, second) : refuse('line-not-found')
    })
  }

  return { discount, keyPrice }
}
