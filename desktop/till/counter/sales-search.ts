import { parseAmount } from '../../../domain/money.ts'
import { isRefusal, type Refusal } from '../../../domain/refusals.ts'
import type { SaleSummaryView } from '../../bridge/views.ts'
import type { Operators } from '../operator/operator.ts'
import type { TillContext } from '../till-context.ts'
import { tokensOf } from './search.ts'
import { idAt } from './sold-sales.ts'

const DEFAULT_LIMIT = 20

/** How far back sales are looked for by what was sold. */
const PRODUCT_DAYS = 60

const SUMMARY = `
  select s.id as saleId, s.receipt_number as receiptNumber, r.number as registerNumber, r.name as registerName,
    s.completed_at as completedAt, coalesce(p.name, '') as cashierName, s.total,
    (select coalesce(sum(f.total), 0) from refund f where f.sale_id = s.id) as refunded
  from sale s left join register r on r.id = s.register_id left join staff p on p.id = s.cashier_id
  where s.branch_id = @branchId`

/**
 * Finds sales of the branch, newest first: all of them for an empty text; by receipt number or amount for digits; by the
 * code or the words of a product for anything else, sixty days back. Refused: `locked`, `not-allowed`.
 */
export function createSalesSearch({ db, branchId, now }: TillContext, operators: Operators) {
  const newest = db.prepare(`${SUMMARY} order by s.id desc limit @limit`)
  const byNumber = db.prepare(`
    ${SUMMARY} and (s.receipt_number = @number or s.total = @amount) order by s.id desc limit @limit`)
  const linesByCode = db
    .prepare('select distinct sale_id from sale_line where id > @from and cip13 = @code')
    .pluck()
  const linesSince = db.prepare('select sale_id as saleId, name from sale_line where id > @from')
  const byId = db.prepare(`${SUMMARY} and s.id = @id`)

  const withProduct = (text: string, limit: number): SaleSummaryView[] => {
    const from = idAt(now() - PRODUCT_DAYS * 86_400_000)
    const tokens = tokensOf(text)
    const ids = /^\d{13}$/.test(text)
      ? (linesByCode.all({ from, code: text }) as string[])
      : (linesSince.all({ from }) as { saleId: string; name: string }[])
          .filter(({ name }) => {
            const words = tokensOf(name)
            return tokens.every((token) => words.some((word) => word.startsWith(token)))
          })
          .map(({ saleId }) => saleId)
    return [...new Set(ids)]
      .sort()
      .reverse()
      .slice(0, limit)
      .map((id) => byId.get({ branchId, id }) as SaleSummaryView)
      .filter(Boolean)
  }

  return (text: string, limit = DEFAULT_LIMIT): SaleSummaryView[] | Refusal => {
    const operator = operators.require('sale.ring')
    if (isRefusal(operator)) return operator
    const wanted = text.trim()
    if (wanted === '') return newest.all({ branchId, limit }) as SaleSummaryView[]
    const amount = parseAmount(wanted)
    const isCode = /^\d{8,}$/.test(wanted)
    if ('amount' in amount && !isCode) {
      const number = /^\d+$/.test(wanted) ? Number(wanted) : -1
      return byNumber.all({ branchId, limit, number, amount: amount.amount }) as SaleSummaryView[]
    }
    return withProduct(wanted, limit)
  }
}
