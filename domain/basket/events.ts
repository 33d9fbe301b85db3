import { z } from 'zod'
import { idSchema } from '../ids.ts'
import { minorSchema } from '../money.ts'
import { lineQuantitySchema } from '../sale/events.ts'

/** How packs left a basket: a line removed, its quantity lowered, the last step undone, or the whole basket voided. */
export const reductionSchema = z.enum(['remove', 'fewer', 'undo', 'void'])
export type Reduction = z.infer<typeof reductionSchema>

const basketPacksSchema = z.object({
  actionLineId: idSchema,
  productId: idSchema,
  cip13: z.string().regex(/^\d{13}$/),
  name: z.string().min(1).max(400),
  quantity: lineQuantitySchema,
  unitPrice: minorSchema.nonnegative(),
})
export type BasketPacks = z.infer<typeof basketPacksSchema>

/**
 * `basket.reduced` and `basket.restored`, version 1: packs that were rung up and taken out again before they were paid,
 * and those of them that an undo brought back. Nothing of it moves money or stock; it is what head office looks at.
 */
export const basketActionSchema = z.object({
  actionId: idSchema,
  sessionId: idSchema,
  branchId: idSchema,
  registerId: idSchema,
  how: reductionSchema,
  lines: z.array(basketPacksSchema).min(1).max(500),
})
export type BasketAction = z.infer<typeof basketActionSchema>
