import { z } from 'zod'
import { MOST_A_PACK } from '../catalogue/product.ts'
import { idSchema } from '../ids.ts'
import { minorSchema } from '../money.ts'
import { endsBeforeItBegins, validitySchema } from './price-list.ts'

const productsSchema = z.array(idSchema).min(1).max(500)

/**
 * What a promotion gives. `n-for-m`: of every `take` packs only `pay` are paid, the cheapest being free. `second`: every
 * second pack is cheaper by a rate, the cheaper of two. `bundle`: the parts together for one price.
 */
export const promotionRuleSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('n-for-m'),
      productIds: productsSchema,
      take: z.int().min(2).max(100),
      pay: z.int().min(1).max(99),
    })
    .refine(({ take, pay }) => pay < take, { error: 'fewer must be paid than are taken', path: ['pay'] }),
  z.strictObject({
    kind: z.literal('second'),
    productIds: productsSchema,
    rateBp: z.int().min(1).max(10_000),
  }),
  z
    .strictObject({
      kind: z.literal('bundle'),
      parts: z
        .array(z.strictObject({ productId: idSchema, quantity: z.int().min(1).max(100) }))
        .min(1)
        .max(20),
      price: minorSchema.nonnegative().max(MOST_A_PACK),
    })
    .refine(({ parts }) => new Set(parts.map(({ productId }) => productId)).size === parts.length, {
      error: 'each product must be named once',
      path: ['parts'],
    }),
])
export type PromotionRule = z.infer<typeof promotionRuleSchema>

/** A promotion as head office makes it, for the whole organisation (`branchId` null) or one branch. */
export const promotionSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(80),
    branchId: idSchema.nullable(),
    ...validitySchema.shape,
    rule: promotionRuleSchema,
  })
  .refine((promotion) => !endsBeforeItBegins(promotion), {
    error: 'the last day is before the first',
    path: ['validTo'],
  })
export type PromotionInput = z.infer<typeof promotionSchema>

/** A promotion that holds today. */
export interface Promotion {
  id: string
  name: string
  rule: PromotionRule
}

/** The products that a promotion is about. */
export const productsOf = (rule: PromotionRule): string[] =>
  rule.kind === 'bundle' ? rule.parts.map(({ productId }) => productId) : rule.productIds
