import { z } from 'zod'
import { businessDateSchema } from '../business-date.ts'
import { idSchema } from '../ids.ts'
import { currencySchema, minorSchema } from '../money.ts'
import { lineQuantitySchema, tenderKindSchema } from '../sale/events.ts'
import { taxShareSchema, vatRateSchema } from '../tax.ts'

/** Where a pack goes that comes back: on the shelf again, or aside until someone has decided about it. */
export const dispositionSchema = z.enum(['stock', 'quarantine'])
export type Disposition = z.infer<typeof dispositionSchema>

/** Why something is taken back. */
export const refundReasonSchema = z.enum(['unwanted', 'wrong-item', 'faulty', 'recalled', 'price'])
export type RefundReason = z.infer<typeof refundReasonSchema>

export const refundLineSchema = z.object({
  lineId: idSchema,
  /** The sale's line that comes back; null without a receipt. */
  saleLineId: idSchema.nullable(),
  productId: idSchema,
  cip13: z.string().regex(/^\d{13}$/),
  name: z.string().min(1).max(400),
  quantity: lineQuantitySchema,
  /** What is given back for these packs, VAT included. */
  gross: minorSchema.nonnegative(),
  vatRateBp: vatRateSchema,
  disposition: dispositionSchema,
})
export type RefundLine = z.infer<typeof refundLineSchema>

/** Money given back, by the kind of tender it goes back to. */
export const refundTenderSchema = z.object({
  tenderId: idSchema,
  kind: tenderKindSchema,
  amount: minorSchema.positive(),
  /** Which voucher, account or terminal's transaction it went back to; absent where that is not known. */
  reference: z.string().min(1).max(80).optional(),
})
export type RefundTender = z.infer<typeof refundTenderSchema>

/** `sale.refunded`, version 1. Amounts in minor units, without a sign: all of it went back to the customer. */
export const saleRefundedSchema = z.object({
  refundId: idSchema,
  /** The drawer that pays, which need not be the one that sold. */
  sessionId: idSchema,
  branchId: idSchema,
  registerId: idSchema,
  /** The register's own number of refunds: 1, 2, 3 … without a gap. */
  refundNumber: z.int().positive(),
  businessDate: businessDateSchema,
  currency: currencySchema,
  /** The sale that is taken back in part or whole; null without a receipt. */
  saleId: idSchema.nullable(),
  lines: z.array(refundLineSchema).min(1).max(500),
  taxes: z.array(taxShareSchema),
  tenders: z.array(refundTenderSchema).max(20),
  total: minorSchema.nonnegative(),
  /** What the part in cash was rounded by, up (+) or down (−): the tenders add up to `total + rounding`. */
  rounding: minorSchema.optional(),
  reason: refundReasonSchema,
})
export type SaleRefunded = z.infer<typeof saleRefundedSchema>
