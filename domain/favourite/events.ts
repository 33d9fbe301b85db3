import { z } from 'zod'
import { idSchema } from '../ids.ts'

/**
 * `product.marked`, version 1: a product pinned as a favourite or unpinned, for one register or for the whole branch.
 * Of several marks of one product in one place the newest counts, whichever till made it.
 */
export const productMarkedSchema = z.object({
  branchId: idSchema,
  productId: idSchema,
  marks: z
    .array(
      z.object({
        markId: idSchema,
        /** Null: the branch's. */
        registerId: idSchema.nullable(),
        pinned: z.boolean(),
      }),
    )
    .min(1)
    .max(2),
})
export type ProductMarked = z.infer<typeof productMarkedSchema>
