import { z } from 'zod'
import { taxRoundingSchema } from '../sale/events.ts'
import { limitRateSchema } from './limits.ts'
import { cashRoundingSchema } from './rounding.ts'

/** Who sells at a branch's counter, and may take something off there. */
export const COUNTER_ROLES = ['cashier', 'pharmacist', 'branch_manager'] as const

/** How a branch rounds, and what each role at its counter may take off. A role that is not named has the usual limit. */
export const branchPricingSchema = z.strictObject({
  taxRounding: taxRoundingSchema,
  cashRounding: cashRoundingSchema.nullable(),
  limits: z.partialRecord(z.enum(COUNTER_ROLES), limitRateSchema),
})
export type BranchPricing = z.infer<typeof branchPricingSchema>
