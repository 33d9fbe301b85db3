import { z } from 'zod'
import { businessDateSchema } from '../business-date.ts'
import { idSchema } from '../ids.ts'
import { currencySchema, minorSchema } from '../money.ts'
import { taxShareSchema, vatRateSchema } from '../tax.ts'

/** The most packs one line may hold: four digits, so that a scanned code can never become a quantity. */
export const LINE_QUANTITY_MAX = 9_999

export const lineQuantitySchema = z.int().min(1).max(LINE_QUANTITY_MAX)

/** A remark on a line or a sale; printed. */
export const noteSchema = z.string().trim().min(1).max(200)

/** Why something was given cheaper; asked for when a person does it, not of a promotion. */
export const discountReasonSchema = z.string().trim().min(1).max(120)

/**
 * What a line was reduced by. A discount on the basket and a promotion over several lines leave a share on each of their
 * lines, under the same `discountId`; the shares add up to what was taken off.
 */
export const discountSchema = z.object({
  discountId: idSchema,
  scope: z.enum(['line', 'basket', 'promotion']),
  /** Basis points, when it was given as a part of the price. */
  rateBp: z.int().min(0).max(10_000).nullable(),
  /** Taken off this line, VAT included. */
  amount: minorSchema.nonnegative(),
  reason: discountReasonSchema.nullable(),
  promotionId: idSchema.nullable(),
  /** Whose PIN allowed what the seller alone may not. */
  approvedBy: idSchema.nullable(),
})
export type Discount = z.infer<typeof discountSchema>

/** Where a unit price comes from when it is not the catalogue's. */
export const priceOriginSchema = z.object({
  from: z.enum(['price-list', 'keyed']),
  /** The catalogue's price at that moment; null when it has none. */
  catalogue: minorSchema.nonnegative().nullable(),
  priceListId: idSchema.nullable(),
  approvedBy: idSchema.nullable(),
})
export type PriceOrigin = z.infer<typeof priceOriginSchema>

export const saleLineSchema = z
  .object({
    lineId: idSchema,
    productId: idSchema,
    cip13: z.string().regex(/^\d{13}$/),
    name: z.string().min(1).max(400),
    quantity: lineQuantitySchema,
    unitPrice: minorSchema.nonnegative(),
    gross: minorSchema.nonnegative(),
    vatRateBp: vatRateSchema,
    /** Null: the catalogue's. */
    price: priceOriginSchema.nullable(),
    discounts: z.array(discountSchema).max(20),
    note: noteSchema.nullable(),
  })
  .refine(
    (line) =>
      line.gross ===
      line.discounts.reduce((left, { amount }) => left - amount, line.unitPrice * line.quantity),
    { error: 'gross must be unitPrice × quantity less its discounts' },
  )
export type SaleLine = z.infer<typeof saleLineSchema>

/** `exchange`: what came back in the same moment; its reference is the refund. */
export const tenderKindSchema = z.enum(['cash', 'card', 'voucher', 'account', 'exchange'])
export type TenderKind = z.infer<typeof tenderKindSchema>

/** Whether a row's kind of tender is one that this build has a word for. */
export const isTenderKind = (kind: string): kind is TenderKind => tenderKindSchema.safeParse(kind).success

/** `amount = given - change`; only cash gives change. */
export const tenderSchema = z
  .object({
    tenderId: idSchema,
    kind: tenderKindSchema,
    amount: minorSchema.nonnegative(),
    given: minorSchema.nonnegative(),
    change: minorSchema.nonnegative(),
    /** The terminal's transaction, the voucher's code, the customer's id, the refund's id. */
    reference: z.string().min(1).max(80).nullable(),
    /** Whose PIN allowed it past the account's limit. */
    approvedBy: idSchema.optional(),
  })
  .refine((tender) => tender.amount === tender.given - tender.change, {
    error: 'amount must be given - change',
  })
export type Tender = z.infer<typeof tenderSchema>

/** How a receipt's VAT is rounded: once per rate over the whole receipt, or line by line, as the country says. */
export const taxRoundingSchema = z.enum(['receipt', 'line'])
export type TaxRounding = z.infer<typeof taxRoundingSchema>

/** `sale.completed`, version 2. */
export const saleCompletedSchema = z.object({
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
  /** What the lines come to. */
  total: minorSchema.nonnegative(),
  /** What cash was rounded by, up (+) or down (−): the tenders add up to `total + rounding`. */
  rounding: minorSchema,
  taxRounding: taxRoundingSchema,
  customerId: idSchema.nullable(),
  note: noteSchema.nullable(),
})
export type SaleCompleted = z.infer<typeof saleCompletedSchema>
