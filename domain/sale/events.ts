import { z } from 'zod'
import { businessDateSchema } from '../business-date.ts'
import { idSchema } from '../ids.ts'
import { currencySchema, minorSchema } from '../money.ts'
import { taxShareSchema, vatRateSchema } from '../tax.ts'

/** The most packs one line may hold: four digits, so that a scanned code can never become a quantity. */
export const LINE_QUANTITY_MAX = 9_999

export const lineQuantitySchema = z.int().min(1).max(LINE_QUANTITY_MAX)

export const saleLineSchema = z
  .strictObject({
    lineId: idSchema,
    productId: idSchema,
    cip13: z.string().regex(/^\d{13}$/),
    name: z.string().min(1).max(400),
    quantity: lineQuantitySchema,
    unitPrice: minorSchema.nonnegative(),
    gross: minorSchema.nonnegative(),
    vatRateBp: vatRateSchema,
  })
  .refine((line) => line.gross === line.unitPrice * line.quantity, {
    error: 'gross must be unitPrice × quantity',
  })
export type SaleLine = z.infer<typeof saleLineSchema>

export const tenderKindSchema = z.enum(['cash', 'card'])
export type TenderKind = z.infer<typeof tenderKindSchema>

/** `amount = given - change`; only cash gives change. */
export const tenderSchema = z
  .strictObject({
    tenderId: idSchema,
    kind: tenderKindSchema,
    amount: minorSchema.nonnegative(),
    given: minorSchema.nonnegative(),
    change: minorSchema.nonnegative(),
  })
  .refine((tender) => tender.amount === tender.given - tender.change, {
    error: 'amount must be given - change',
  })
export type Tender = z.infer<typeof tenderSchema>

/** `sale.completed`, version 1. */
export const saleCompletedSchema = z.strictObject({
  saleId: idSchema,
  sessionId: idSchema,
  branchId: idSchema,
  registerId: idSchema,
  /** The register's own number: 1, 2, 3 … without a gap. */
  receiptNumber: z.int().positive(),
  businessDate: businessDateSchema,
  currency: currencySchema,
  lines: z.array(saleLineSchema).min(1).max(500),
  taxes: z.array(taxShareSchema),
  tenders: z.array(tenderSchema).min(1).max(20),
  total: minorSchema.nonnegative(),
})
export type SaleCompleted = z.infer<typeof saleCompletedSchema>
