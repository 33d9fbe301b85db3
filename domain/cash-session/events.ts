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

/** The most that is put into or taken out of a drawer at once, minor units: a slipped digit is told, not booked. */
export const MOVEMENT_LIMIT = 9_999_999

/** Cash put in (`paid-in`), handed out (`paid-out`), or brought to the safe (`pick-up`). */
export const movementKindSchema = z.enum(['paid-in', 'paid-out', 'pick-up'])
export type MovementKind = z.infer<typeof movementKindSchema>

export const movedAmountSchema = minorSchema.positive().max(MOVEMENT_LIMIT)

/** Why, in a person's own words: one line, not empty. */
export const movementReasonSchema = z
  .string()
  .max(120)
  .regex(/^[^\p{Cc}]+$/u, 'one line of text')
  .refine((text) => text.trim() !== '', 'a reason is needed')

/** `cash-session.moved`, version 1: cash in or out of a drawer outside of a sale. */
export const cashMovedSchema = z.strictObject({
  movementId: idSchema,
  sessionId: idSchema,
  branchId: idSchema,
  registerId: idSchema,
  kind: movementKindSchema,
  /** Without a sign, minor units; the kind says which way it went. */
  amount: movedAmountSchema,
  reason: movementReasonSchema,
})
export type CashMoved = z.infer<typeof cashMovedSchema>

/** `drawer.opened`, version 1: a drawer opened without a sale ("no sale"). */
export const drawerOpenedSchema = z.strictObject({
  openingId: idSchema,
  sessionId: idSchema,
  branchId: idSchema,
  registerId: idSchema,
  reason: movementReasonSchema,
})
export type DrawerOpened = z.infer<typeof drawerOpenedSchema>
