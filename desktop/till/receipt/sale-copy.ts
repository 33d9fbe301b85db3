import { currencySchema, minor } from '../../../domain/money.ts'
import type { Locale } from '../../../domain/refusals.ts'
import { taxRoundingSchema, tenderKindSchema } from '../../../domain/sale/events.ts'
import type { PrintDocument } from '../../../hardware/protocols/print-document.ts'
import type { SoldSale } from '../counter/sold-sales.ts'
import type { Place } from '../place.ts'
import { saleDocument } from './sale-document.ts'

/**
 * A sale's receipt out of its rows, whichever till of the branch made it: number, hash and register are that till's own.
 * @param place of the till that prints
 */
export function copyDocument(sold: SoldSale, place: Place, locale: Locale): PrintDocument {
  const { sale } = sold
  return saleDocument(
    {
      sale: {
        saleId: sale.id,
        sessionId: sale.session_id,
        branchId: sale.branch_id,
        registerId: sale.register_id,
        receiptNumber: sale.receipt_number,
        businessDate: sale.business_date,
        currency: currencySchema.parse(sale.currency),
        lines: sold.lines.map((line) => ({
          lineId: line.id,
          productId: line.product_id,
          cip13: line.cip13,
          name: line.name,
          quantity: line.quantity,
          unitPrice: minor(line.unit_price),
          gross: minor(line.gross),
          vatRateBp: line.vat_rate_bp,
          price: null,
          discounts: line.discounts,
          note: line.note,
        })),
        taxes: sold.taxes,
        tenders: sold.tenders.map((tender) => ({
          tenderId: tender.id,
          kind: tenderKindSchema.parse(tender.kind),
          amount: minor(tender.amount),
          given: minor(tender.given),
          change: minor(tender.change_given),
          reference: tender.reference,
        })),
        total: minor(sale.total),
        rounding: minor(sale.rounding),
        taxRounding: taxRoundingSchema.parse(sale.tax_rounding),
        customerId: sale.customer_id,
        note: sale.note,
      },
      at: sale.completed_at,
      cashierName: sold.cashierName,
      packs: new Map(sold.lines.map((line) => [line.id, line.pack])),
      hash: sale.event_hash,
      loyaltyNumber: sold.loyaltyNumber,
    },
    { ...place, registerNumber: sold.registerNumber, registerName: sold.registerName },
    locale,
  )
}
