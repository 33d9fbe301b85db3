import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { CustomerView } from '../../bridge/payment-views.ts'
import type { Operators } from '../operator/operator.ts'
import type { TillContext } from '../till-context.ts'
import type { ChangeBasket } from './basket.ts'
import { basketMeta } from './basket-store.ts'
import { tokensOf } from './search.ts'

const DEFAULT_LIMIT = 20

const CUSTOMER = `
  select c.id as customerId, c.number, c.name, c.loyalty_number as loyaltyNumber, c.account_limit as "limit",
    coalesce(b.amount, 0) as owed
  from customer c left join account_balance b on b.customer_id = c.id`

type Row = Omit<CustomerView, 'account'> & { limit: number | null; owed: number }

const toView = ({ limit, owed, ...customer }: Row): CustomerView => ({
  ...customer,
  account: limit === null ? null : ({ limit, owed } as CustomerView['account']),
})

/** Customers that head office knows, and the one the basket is for. */
export interface Customers {
  /** The basket's; null when it is anybody's. */
  view(): CustomerView | null
  /** By loyalty number, or null. */
  byLoyalty(number: string): string | null
  /** By number, loyalty number or words of the name; all of them for an empty text. Refused: `locked`, `not-allowed`. */
  search(text: string, limit?: number): CustomerView[] | Refusal
  /** Makes the basket a customer's, or anybody's again (null). Refused: `customer-unknown`, and as the basket is. */
  attach(customerId: string | null): null | Refusal
}

export function createCustomers(
  context: TillContext,
  { operators, change }: { operators: Operators; change: ChangeBasket },
): Customers {
  const { db } = context
  const { meta, moveOn, withStep } = basketMeta(context.state)
  const byId = db.prepare(`${CUSTOMER} where c.id = ? and c.active`)
  const byLoyalty = db
    .prepare('select id from customer where loyalty_number = ? and active order by number limit 1')
    .pluck()
  const byNumber = db.prepare(`${CUSTOMER} where c.active and (c.number = ? or c.loyalty_number = ?)`)
  const all = db.prepare(`${CUSTOMER} where c.active order by c.name, c.number`)

  const read = (id: string): CustomerView | null => {
    const row = byId.get(id) as Row | undefined
    return row ? toView(row) : null
  }

  const named = (text: string): Row[] => {
    const tokens = tokensOf(text)
    return (all.all() as Row[]).filter(({ name }) => {
      const words = tokensOf(name)
      return tokens.every((token) => words.some((word) => word.startsWith(token)))
    })
  }

  return {
    view: () => {
      const { customerId } = meta()
      return customerId ? read(customerId) : null
    },
    byLoyalty: (number) => (byLoyalty.get(number) as string | undefined) ?? null,
    search: (text, limit = DEFAULT_LIMIT) => {
      const operator = operators.require('sale.ring')
      if (isRefusal(operator)) return operator
      const wanted = text.trim()
      const rows = /^\d+$/.test(wanted)
        ? (byNumber.all(Number(wanted), wanted) as Row[])
        : wanted === ''
          ? (all.all() as Row[])
          : named(wanted)
      return rows.slice(0, limit).map(toView)
    },
    attach: (customerId) =>
      change(() => {
        if (customerId !== null && !read(customerId)) return refuse('customer-unknown')
        const said = { customerId: meta().customerId ?? null }
        if (said.customerId === customerId) return null
        moveOn({ customerId, undo: withStep({ word: 'customer', lineId: null, said }) })
        return null
      }),
  }
}
