import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import { parseScan } from '../../../hardware/protocols/barcodes/scan.ts'
import type { Operators } from '../operator/operator.ts'
import type { TillContext } from '../till-context.ts'
import type { Basket } from './basket.ts'
import { type Notice, printable } from './notice.ts'

/** A CIP7 as printed on older packs and in papers. */
const CIP7 = /^\d{7}$/

/**
 * Takes what a scanner read, from whichever scanner, into the basket. A refusal stays on the screen as a notice, since
 * nobody waits for the answer of a scan. Refused: `locked`, `not-allowed`, `no-open-session`, `unreadable-code`,
 * `unknown-code`, and whatever the basket refuses.
 * @returns a service that takes the raw code, its AIM identifier included, and the packs keyed before it
 */
export function createScan(context: TillContext, operators: Operators, basket: Basket, notice: Notice) {
  const byCip13 = context.db.prepare('select id from product where cip13 = ?').pluck()
  const byCip7 = context.db.prepare('select id from product where cip7 = ? order by status limit 1').pluck()

  const productOf = (raw: string): string | Refusal => {
    const code = printable(raw)
    if (CIP7.test(raw)) return (byCip7.get(raw) as string | undefined) ?? refuse('unknown-code', { code })
    const scanned = parseScan(raw, { currentYear: new Date(context.now()).getUTCFullYear() })
    if (scanned.kind === 'unknown') {
      return refuse(scanned.reason === 'wrong-check-digit' ? 'unreadable-code' : 'unknown-code', { code })
    }
    if (scanned.kind === 'receipt') return refuse('unknown-code', { code })
    const found = byCip13.get(scanned.code) ?? (scanned.nationalNumber && byCip13.get(scanned.nationalNumber))
    return (found as string | undefined) || refuse('unknown-code', { code: scanned.code })
  }

  const scan = (raw: string, quantity?: number): { lineId: string } | Refusal => {
    const operator = operators.require('sale.ring')
    if (isRefusal(operator)) return operator
    const productId = productOf(raw)
    return isRefusal(productId) ? productId : basket.add(productId, quantity)
  }

  return (raw: string, quantity?: number): { lineId: string } | Refusal => {
    const added = context.atomically(() => scan(raw, quantity))
    if (isRefusal(added)) notice.raise(added, raw)
    else notice.dismiss()
    context.changes.touch('basket')
    return added
  }
}
