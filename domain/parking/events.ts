import { z } from 'zod'
import { idSchema } from '../ids.ts'
import { minorSchema } from '../money.ts'
import { lineQuantitySchema } from '../sale/events.ts'

/** One line that a person types beside a sale: a name to find it by, a note. */
export const remarkSchema = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]*$/u, 'one line of text')

/** What else a basket or a line of it knew, by name: notes, discounts, the customer. Read by the build that recalls it. */
const keptSchema = z.record(z.string().max(64), z.json())

const parkedLineSchema = z.object({
  productId: idSchema,
  cip13: z.string().regex(/^\d{13}$/),
  name: z.string().min(1).max(400),
  quantity: lineQuantitySchema,
  /** What a pack cost when it was parked; it is priced anew when it is recalled. */
  unitPrice: minorSchema.nonnegative(),
  kept: keptSchema,
})
export type ParkedLine = z.infer<typeof parkedLineSchema>

const placeShape = { branchId: idSchema, registerId: idSchema }

/** `basket.parked`, version 1: a basket put away unpaid, for any till of the branch to take up again. */
export const basketParkedSchema = z.object({
  parkedId: idSchema,
  sessionId: idSchema,
  ...placeShape,
  /** Whose it is, if someone said so. */
  label: remarkSchema.nullable(),
  lines: z.array(parkedLineSchema).min(1).max(500),
  itemCount: z.int().positive(),
  /** What it came to when it was parked, minor units. */
  total: minorSchema.nonnegative(),
  kept: keptSchema,
})
export type BasketParked = z.infer<typeof basketParkedSchema>

/** `basket.recalled`, version 1: a parked basket taken up again at a till; from here on it is that till's. */
export const basketRecalledSchema = z.object({
  endId: idSchema,
  parkedId: idSchema,
  ...placeShape,
  /** What could no longer be sold, and stayed out. */
  leftOut: z
    .array(parkedLineSchema.pick({ productId: true, cip13: true, name: true, quantity: true }))
    .max(500),
})
export type BasketRecalled = z.infer<typeof basketRecalledSchema>

/** `basket.discarded`, version 1: a parked basket that nobody will pay, put away by hand or for its age. */
export const basketDiscardedSchema = z.object({
  endId: idSchema,
  parkedId: idSchema,
  ...placeShape,
  how: z.enum(['discarded', 'expired']),
})
export type BasketDiscarded = z.infer<typeof basketDiscardedSchema>
