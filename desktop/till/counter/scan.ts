import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import { parseScan } from '../../../hardware/protocols/barcodes/scan.ts'
import type { Operators } from '../operator/operator.ts'
import type { TillContext } from '../till-context.ts'
import type { Basket } from './basket.ts'
import type { Customers } from './customers.ts'
import { type Notice, printable } from './notice.ts'
import type { Refunds } from './refund.ts'
import type { SoldSales } from './sold-sales.ts'

/** A code without the scanner's word about its symbology. */
const withoutAim = (raw: string): string => raw.replace(/^\][A-Za-z]\d/, '')

/** A CIP7 as printed on older packs and in papers. */
const CIP7 = /^\d{7}$/

interface Parts {
  operators: Operators
  basket: Basket
  notice: Notice
  refunds: Refunds
  sold: SoldSales
  customers: Pick<Customers, 'byLoyalty' | 'attach'>
  vouchers: { isVoucher(code: string): boolean; offer(code: string): void }
}

type Scanned = { lineId: string } | { refundOf: string } | { customerId: string } | { voucher: string }

/**
 * Takes what a scanner read, from whichever scanner, into the basket, or into the refund that is under way; a receipt
 * begins its refund. A refusal stays on the screen as a notice, since nobody waits for the answer of a scan. Refused:
 * `locked`, `not-allowed`, `no-open-session`, `unreadable-code`, `unknown-code`, `sale-not-found`, and whatever basket
 * and refund refuse.
 * @returns a service that takes the raw code, its AIM identifier included, and the packs keyed before it
 */
export function createScan(context: TillContext, parts: Parts) {
  const { operators, basket, notice, refunds, sold } = parts
  const byCip13 = context.db.prepare('select id from product where cip13 = ?').pluck()
  const byCip7 = context.db.prepare('select id from product where cip7 = ? order by status limit 1').pluck()

  const meaningOf = (raw: string): { productId: string } | { saleId: string } | Refusal => {
    const code = printable(raw)
    const product = (id: unknown, shown: string) =>
      typeof id === 'string' ? { productId: id } : refuse('unknown-code', { code: shown })
    if (CIP7.test(raw)) return product(byCip7.get(raw), code)
    const scanned = parseScan(raw, { currentYear: new Date(context.now()).getUTCFullYear() })
    if (scanned.kind === 'unknown') {
      return refuse(scanned.reason === 'wrong-check-digit' ? 'unreadable-code' : 'unknown-code', { code })
    }
    if (scanned.kind === 'receipt') {
      const saleId = sold.byReceipt(scanned.register, scanned.receiptNumber)
      return saleId === null ? refuse('sale-not-found', { number: scanned.receiptNumber }) : { saleId }
    }
    const found = byCip13.get(scanned.code) ?? (scanned.nationalNumber && byCip13.get(scanned.nationalNumber))
    return product(found, scanned.code)
  }

  /** A loyalty card makes the basket its customer's; a voucher waits to be taken. */
  const heldBy = (raw: string): Scanned | Refusal | null => {
    const code = withoutAim(raw)
    const customerId = parts.customers.byLoyalty(code)
    if (customerId) return parts.customers.attach(customerId) ?? { customerId }
    if (!parts.vouchers.isVoucher(code)) return null
    parts.vouchers.offer(code)
    return { voucher: code }
  }

  const scan = (raw: string, quantity?: number): Scanned | Refusal => {
    const operator = operators.require('sale.ring')
    if (isRefusal(operator)) return operator
    const held = heldBy(raw)
    if (held) return held
    const meant = meaningOf(raw)
    if (isRefusal(meant)) return meant
    if ('saleId' in meant) return refunds.begin(meant.saleId) ?? { refundOf: meant.saleId }
    if (refunds.view() !== null) return refunds.scan(meant.productId, quantity ?? 1)
    return basket.add(meant.productId, quantity)
  }

  return (raw: string, quantity?: number): Scanned | Refusal => {
    const added = context.atomically(() => scan(raw, quantity))
    if (isRefusal(added)) notice.raise(added, raw)
    else notice.dismiss()
    context.changes.touch('basket')
    return added
  }
}
