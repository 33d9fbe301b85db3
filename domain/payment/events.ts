import { z } from 'zod'
import { idSchema } from '../ids.ts'
import { minorSchema } from '../money.ts'
import { tenderKindSchema } from '../sale/events.ts'

/**
 * How it is known that money went back: the terminal said so, a person read its slip, or it was handed over with nobody
 * to ask.
 */
export const returnedHowSchema = z.enum(['terminal', 'slip', 'hand'])
export type ReturnedHow = z.infer<typeof returnedHowSchema>

/**
 * `payment.returned`, version 1: what was taken for a basket and given back before that was a sale. It moves nothing in the
 * figures, where neither was ever counted; it is what head office looks at.
 */
export const paymentReturnedSchema = z.object({
  returnId: idSchema,
  sessionId: idSchema,
  branchId: idSchema,
  registerId: idSchema,
  kind: tenderKindSchema,
  amount: minorSchema.positive(),
  /** The terminal's transaction that took it, the voucher's code, the customer's id. */
  reference: z.string().min(1).max(80).nullable(),
  how: returnedHowSchema,
})
export type PaymentReturned = z.infer<typeof paymentReturnedSchema>
