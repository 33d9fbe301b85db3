import { z } from 'zod'
import { businessDateSchema } from '../business-date.ts'
import { idSchema } from '../ids.ts'
import { currencySchema, FLOAT_LIMIT, minorSchema } from '../money.ts'
import { tenderKindSchema } from '../sale/events.ts'
import { taxShareSchema } from '../tax.ts'

/** `cash-session.opened`, version 1. */
export const cashSessionOpenedSchema = z.strictObject({
  sessionId: idSchema,
  branchId: idSchema,
  registerId: idSchema,
  businessDate: businessDateSchema,
  currency: currencySchema,
  float: minorSchema.nonnegative().max(FLOAT_LIMIT),
})
export type CashSessionOpened = z.infer<typeof cashSessionOpenedSchema>

export const cashCountSchema = z.strictObject({
  denomination: minorSchema.positive(),
  quantity: z.int().min(0).max(99_999),
})
export type CashCount = z.infer<typeof cashCountSchema>

/** `cash-session.closed`, version 1: the Z report as a fact. Amounts in minor units. */
export const cashSessionClosedSchema = z.strictObject({
  sessionId: idSchema,
  branchId: idSchema,
  registerId: idSchema,
  businessDate: businessDateSchema,
  currency: currencySchema,
  /** The register's own number: 1, 2, 3 … without a gap. */
  zNumber: z.int().positive(),
  counts: z.array(cashCountSchema).max(40),
  counted: minorSchema.nonnegative(),
  expected: minorSchema,
  variance: minorSchema,
  saleCount: z.int().nonnegative(),
  firstReceipt: z.int().positive().nullable(),
  lastReceipt: z.int().positive().nullable(),
  grossTotal: minorSchema,
  taxes: z.array(taxShareSchema),
  tenders: z.array(
    z.strictObject({ kind: tenderKindSchema, count: z.int().nonnegative(), amount: minorSchema }),
  ),
  /** Sum of all the register's sales since its first. */
  perpetualTotal: minorSchema,
})
export type CashSessionClosed = z.infer<typeof cashSessionClosedSchema>
