import { businessDateAt } from '../../../domain/business-date.ts'
import { asVoucherCode, isMistyped } from '../../../domain/customer/voucher-code.ts'
import { type Minor, minor } from '../../../domain/money.ts'
import { may, rolesThatMay } from '../../../domain/permissions.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { CustomerView } from '../../bridge/payment-views.ts'
import { basketMeta } from '../counter/basket-store.ts'
import { formatDay } from '../receipt/format.ts'
import type { TillContext } from '../till-context.ts'
import type { Paid, PaymentNeeds, Wanted } from './gate.ts'
import type { Take } from './take.ts'

type VoucherRow = { code: string; expiresOn: string | null; active: number; amount: number }

/** What was taken of it in this payment already, minor units. */
const takenAlready = ({ parts }: Pick<PaymentNeeds, 'parts'>, kind: string, reference: string): number =>
  parts
    .list('sale')
    .filter((part) => part.kind === kind && part.reference === reference)
    .reduce((total, { amount }) => total + amount, 0)

/**
 * Vouchers, up to the balance that this till knows: while it is apart, another may take the same one, and head office is
 * told when both have sent. Refused: `voucher-unknown`, `voucher-mistyped`, `voucher-blocked`, `voucher-expired`,
 * `voucher-spent`, and as {@link Take}.
 */
export function createVouchers(context: TillContext, needs: PaymentNeeds, take: Take) {
  const read = context.db.prepare(`
    select v.code, v.expires_on as expiresOn, v.active, coalesce(b.amount, 0) as amount
    from voucher v left join voucher_balance b on b.code = v.code where v.code = ?`)
  const { meta, setMeta } = basketMeta(context.state)
  let scans = 0

  const offered = () => meta().voucher ?? null

  /** It waits with its basket: what is voided, parked or paid takes it along. */
  const offer = (voucher: string | null) => {
    if (voucher !== null) scans++
    if (voucher !== offered()) setMeta({ ...meta(), voucher })
    context.changes.touch('payment')
  }

  const worth = (code: string): Minor | Refusal => {
    const voucher = read.get(code) as VoucherRow | undefined
    if (!voucher) return refuse(isMistyped(code) ? 'voucher-mistyped' : 'voucher-unknown', { code })
    if (!voucher.active) return refuse('voucher-blocked', { code })
    const today = businessDateAt(context.now(), context.place().timeZone)
    const { expiresOn } = voucher
    if (expiresOn !== null && expiresOn < today) {
      return refuse('voucher-expired', { date: formatDay(expiresOn, context.locale) })
    }
    const left = voucher.amount - takenAlready(needs, 'voucher', code)
    return left > 0 ? minor(left) : refuse('voucher-spent', { code })
  }

  return {
    offered,
    /** How many were scanned since the till started: the same one again is a scan too. */
    scans: () => scans,
    offer,
    isVoucher: (code: string): boolean => read.get(asVoucherCode(code)) !== undefined,
    /** Takes as much as is asked for and it is worth. */
    voucher: (typed: string, wanted: Wanted): Paid | Refusal => {
      const code = asVoucherCode(typed)
      const paid = take.now(wanted, 'voucher', (asked) => {
        const left = worth(code)
        if (isRefusal(left)) return left
        return { amount: minor(Math.min(asked, left)), reference: code, detail: code }
      })
      if (!isRefusal(paid)) offer(null)
      return paid
    },
  }
}

/**
 * The account of the basket's customer, within its limit; past it, whoever may decide so gives their own PIN.
 * Refused: `no-account`, `account-over-limit`, `not-allowed`, and as {@link Take} and a second person's PIN are.
 */
export function createAccounts(needs: PaymentNeeds & { customer(): CustomerView | null }, take: Take) {
  const approver = async (pin: string): Promise<string | Refusal> => {
    const person = await needs.operators.second(pin)
    if (isRefusal(person)) return person
    if (may(person.role, 'payment.decide')) return person.staffId
    return refuse('not-allowed', { roles: rolesThatMay('payment.decide').join(', ') })
  }

  return async (wanted: Wanted, pin: string | undefined): Promise<Paid | Refusal> => {
    const approvedBy = pin === undefined ? null : await approver(pin)
    if (isRefusal(approvedBy)) return approvedBy
    return take.now(wanted, 'account', (amount) => {
      const customer = needs.customer()
      if (!customer?.account) return refuse('no-account')
      const { limit, owed } = customer.account
      const owing = owed + takenAlready(needs, 'account', customer.customerId) + amount
      if (owing > limit && approvedBy === null) {
        return refuse('account-over-limit', { owing, limit })
      }
      return { reference: customer.customerId, detail: customer.name, approvedBy }
    })
  }
}
