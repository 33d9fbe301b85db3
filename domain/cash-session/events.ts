import { z } from 'zod'
import { businessDateSchema } from '../business-date.ts'
import { idSchema } from '../ids.ts'
import { actorSchema } from '../journal/event.ts'
import { currencySchema, FLOAT_LIMIT, minorSchema } from '../money.ts'
import { tenderKindSchema } from '../sale/events.ts'
import { taxShareSchema } from '../tax.ts'

/** Why, in a person's own words: one line, not empty. */
export const movementReasonSchema = z
  .string()
  .max(120)
  .regex(/^[^\p{Cc}]+$/u, 'one line of text')
  .refine((text) => text.trim() !== '', 'a reason is needed')

export const cashCountSchema = z.object({
  denomination: minorSchema.positive(),
  quantity: z.int().min(0).max(99_999),
})
export type CashCount = z.infer<typeof cashCountSchema>

/** `cash-session.opened`, version 1. */
export const cashSessionOpenedSchema = z.object({
  sessionId: idSchema,
  branchId: idSchema,
  registerId: idSchema,
  businessDate: businessDateSchema,
  currency: currencySchema,
  float: minorSchema.nonnegative().max(FLOAT_LIMIT),
  /** The float by note and coin, when it was counted so. */
  counts: z.array(cashCountSchema).max(40).optional(),
  /** Whose drawer it is; absent when several cashiers share it. */
  ownerId: idSchema.optional(),
})
export type CashSessionOpened = z.infer<typeof cashSessionOpenedSchema>

export const countedTenderSchema = z.object({ kind: tenderKindSchema, amount: minorSchema })
export type CountedTender = z.infer<typeof countedTenderSchema>

const tenderTotalsSchema = z.array(
  z.object({ kind: tenderKindSchema, count: z.int().nonnegative(), amount: minorSchema }),
)

/** What was given back in a session, amounts in minor units without a sign. */
export const refundFiguresSchema = z.object({
  count: z.int().positive(),
  total: minorSchema.nonnegative(),
  taxes: z.array(taxShareSchema),
  tenders: tenderTotalsSchema,
})
export type RefundFigures = z.infer<typeof refundFiguresSchema>

/** `cash-session.closed`, version 1: the Z report as a fact. Amounts in minor units. */
export const cashSessionClosedSchema = z.object({
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
  tenders: tenderTotalsSchema,
  /** Absent when nothing was refunded. */
  refunds: refundFiguresSchema.optional(),
  /** Sum of all the register's sales since its first. */
  perpetualTotal: minorSchema,
  /** What the slips of the other tenders came to, as counted; absent when nobody counted them. */
  countedTenders: z.array(countedTenderSchema).max(10).optional(),
  /** What was counted first, when the drawer had to be counted again. */
  firstCounted: minorSchema.nonnegative().optional(),
  /** Why it differs, in a person's own words. */
  reason: movementReasonSchema.optional(),
  /** Who stood beside the count, by their own PIN. */
  witness: actorSchema.optional(),
  /**
   * Rows of before were still on their way to this till. `expected`, `variance` and `perpetualTotal` are whole; what was
   * sold and given back is of its own facts alone, and the rest follows as an addendum.
   */
  partial: z.literal(true).optional(),
})
export type CashSessionClosed = z.infer<typeof cashSessionClosedSchema>

/** The most that is put into or taken out of a drawer at once, minor units: a slipped digit is told, not booked. */
export const MOVEMENT_LIMIT = 9_999_999

/** Cash put in (`paid-in`), handed out (`paid-out`), or brought to the safe (`pick-up`). */
export const movementKindSchema = z.enum(['paid-in', 'paid-out', 'pick-up'])
export type MovementKind = z.infer<typeof movementKindSchema>

export const movedAmountSchema = minorSchema.positive().max(MOVEMENT_LIMIT)

/** `cash-session.moved`, version 1: cash in or out of a drawer outside of a sale. */
export const cashMovedSchema = z.object({
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
export const drawerOpenedSchema = z.object({
  openingId: idSchema,
  sessionId: idSchema,
  branchId: idSchema,
  registerId: idSchema,
  reason: movementReasonSchema,
})
export type DrawerOpened = z.infer<typeof drawerOpenedSchema>

/** `cash-session.read`, version 1: an X report was read before the count, and by whom. */
export const cashSessionReadSchema = z.object({
  readingId: idSchema,
  sessionId: idSchema,
  branchId: idSchema,
  registerId: idSchema,
})
export type CashSessionRead = z.infer<typeof cashSessionReadSchema>

/** `cash-session.handed-over`, version 1: counted between two people who both said so by their PIN; nothing closes. */
export const cashSessionHandedOverSchema = z.object({
  handoverId: idSchema,
  sessionId: idSchema,
  branchId: idSchema,
  registerId: idSchema,
  /** Who takes the drawer over; the actor hands it over. */
  to: actorSchema,
  /** Whether the drawer is a person's own, and now the other's. */
  owned: z.boolean(),
  counts: z.array(cashCountSchema).max(40),
  counted: minorSchema.nonnegative(),
  expected: minorSchema,
  variance: minorSchema,
})
export type CashSessionHandedOver = z.infer<typeof cashSessionHandedOverSchema>

/**
 * `cash-session.closed-elsewhere`, version 1: the Z of a drawer whose own till is dead, counted at another of the branch.
 * It holds what the other till knew, which is the dead one's journal up to `coversSeq`; of a partial one 0, since none of
 * its sales is told.
 */
export const cashSessionClosedElsewhereSchema = z.object({
  ...cashSessionClosedSchema.shape,
  /** The session's own device. */
  ofDeviceId: idSchema,
  coversSeq: z.int().nonnegative(),
})
export type CashSessionClosedElsewhere = z.infer<typeof cashSessionClosedElsewhereSchema>

/** `cash-session.addendum`, version 1: what a closed Z does not hold, since it came late. The Z stays as it is. */
export const cashSessionAddendumSchema = z.object({
  addendumId: idSchema,
  sessionId: idSchema,
  branchId: idSchema,
  registerId: idSchema,
  zNumber: z.int().positive(),
  /** 1, 2, 3 … of this Z. */
  number: z.int().positive(),
  saleCount: z.int().nonnegative(),
  firstReceipt: z.int().positive().nullable(),
  lastReceipt: z.int().positive().nullable(),
  grossTotal: minorSchema,
  taxes: z.array(taxShareSchema),
  tenders: z.array(z.object({ kind: tenderKindSchema, count: z.int().nonnegative(), amount: minorSchema })),
  /** What was given back late; absent when nothing was. */
  refunds: refundFiguresSchema.optional(),
  /** Late cash, in (+) or out (-). */
  cash: minorSchema,
  /** What the drawer had to hold, and differed by, with everything late in it. */
  expected: minorSchema,
  variance: minorSchema,
})
export type CashSessionAddendum = z.infer<typeof cashSessionAddendumSchema>
