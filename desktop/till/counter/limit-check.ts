import type { Actor } from '../../../domain/journal/event.ts'
import { type Minor, minor, multiply } from '../../../domain/money.ts'
import { isWithin, rolesThatMayTakeOff } from '../../../domain/pricing/limits.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { Operators } from '../operator/operator.ts'
import { formatRate } from '../receipt/format.ts'
import type { TillContext } from '../till-context.ts'
import type { PriceBook } from './price-book.ts'
import type { PricedStoredLine } from './priced-basket.ts'

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

/**
 * Holds what people take off to their limits: on every line, all that was taken off it on a person's own word together
 * stays within the limit of whoever is at the till, or, with a second person's PIN, within theirs.
 */
export function createLimitCheck(
  { locale }: TillContext,
  { operators, book }: { operators: Operators; book: PriceBook },
) {
  const chargeOf = (line: PricedStoredLine): Charge => {
    const today = line.priceBy === null ? line.unitPrice : book.priceOf(line.productId)?.price
    // A product without a price has nothing to compare with: what was keyed for it is its price from then on.
    const unit = minor(today ?? line.unitPrice)
    const keyed =
      line.priceBy === null || line.priceApprovedBy !== null
        ? 0
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
    const within = (rateBp: number) => charges.every(({ reference, off }) => isWithin(rateBp, reference, off))
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
