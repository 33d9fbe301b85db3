import { useCallback, useEffect, useState } from 'react'
import { z } from 'zod'
import { type BusinessDate, businessDateAt } from '../../../domain/business-date.ts'
import { branchPricingSchema } from '../../../domain/pricing/branch-pricing.ts'
import type { ProductPrices } from '../../../domain/pricing/preview.ts'
import { promotionSchema } from '../../../domain/pricing/promotion.ts'
import type { BranchRow } from '../../../migrations/schema.ts'
import { useLocale } from '../../../ui-kit/i18n/words.ts'
import { useLiveParts } from '../live/live-context.ts'
import { ask } from '../session/api.ts'
import type { Named } from './draft.ts'

const terms = {
  id: z.string(),
  name: z.string(),
  branchId: z.string().nullable(),
  validFrom: z.string(),
  validTo: z.string().nullable(),
  version: z.int(),
}
const listsSchema = z.object({ priceLists: z.array(z.object({ ...terms, items: z.int() })) })
const promotionsSchema = z.object({
  promotions: z.array(z.object({ id: z.string(), version: z.int(), ...promotionSchema.shape })),
})
const branchesSchema = z.object({
  branches: z.array(z.object({ id: z.string(), ...branchPricingSchema.shape })),
})
const itemsSchema = z.object({ items: z.array(z.object({ productId: z.string(), price: z.int() })) })
const listedSchema = z.object({
  products: z.array(
    z.object({
      id: z.string(),
      cip13: z.string(),
      name: z.string(),
      pack: z.string(),
      price: z.int().nullable(),
      listed: z.array(
        z.object({
          listId: z.string(),
          branchId: z.string().nullable(),
          validFrom: z.string(),
          validTo: z.string().nullable(),
          price: z.int(),
        }),
      ),
    }),
  ),
})
const foundSchema = z.object({
  products: z.array(z.object({ id: z.string(), cip13: z.string(), name: z.string(), pack: z.string() })),
})

export type ListView = z.infer<typeof listsSchema>['priceLists'][number]
export type PromotionView = z.infer<typeof promotionsSchema>['promotions'][number]
export type ListedProduct = Named & ProductPrices

/** Asks the server as the person who is signed in. */
export function useAsking() {
  const { token } = useLiveParts()
  const locale = useLocale()
  return useCallback(
    <T>(
      path: string,
      schema: z.ZodType<T>,
      more: { body?: unknown; method?: 'POST' | 'PUT'; signal?: AbortSignal; version?: number } = {},
    ) => ask(path, schema, { token, locale, ...more }).then(({ value }) => value),
    [token, locale],
  )
}

/** What was read; `unread` when the server did not answer, undefined until it has. */
export type Read<T> = T | 'unread' | undefined

/** Reads something at once and whenever `reload` is called; the last answer stays until the next is there. */
export function useRead<T>(path: string, schema: z.ZodType<T>): { value: Read<T>; reload(): void } {
  const asking = useAsking()
  const [value, setValue] = useState<Read<T>>()
  const [times, setTimes] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `times` is what makes it ask again
  useEffect(() => {
    const stopping = new AbortController()
    asking(path, schema, { signal: stopping.signal }).then(
      (read) => !stopping.signal.aborted && setValue(read),
      () => !stopping.signal.aborted && setValue((before) => before ?? 'unread'),
    )
    return () => stopping.abort()
  }, [asking, path, schema, times])
  return { value, reload: useCallback(() => setTimes((count) => count + 1), []) }
}

export const usePriceLists = () => useRead('/v1/price-lists', listsSchema)
export const useBranchPricing = () => useRead('/v1/branches/pricing', branchesSchema)
export const usePromotions = () => useRead('/v1/promotions', promotionsSchema)

/** @throws ApiError */
export const readItems = (asking: ReturnType<typeof useAsking>, listId: string) =>
  asking(`/v1/price-lists/${listId}/items`, itemsSchema)

/** What products cost, on which lists. @throws ApiError */
export const readListed = async (asking: ReturnType<typeof useAsking>, ids: readonly string[]) =>
  ids.length === 0 ? [] : (await asking('/v1/products/listed', listedSchema, { body: { ids } })).products

/** Products on sale by name or code. @throws ApiError */
export const findProducts = async (asking: ReturnType<typeof useAsking>, text: string): Promise<Named[]> =>
  (await asking(`/v1/products?text=${encodeURIComponent(text)}`, foundSchema)).products

/** What these products cost, as far as it is known yet; each is asked about once. */
export function useListed(ids: readonly string[]): ReadonlyMap<string, ListedProduct> {
  const asking = useAsking()
  const [known, setKnown] = useState<ReadonlyMap<string, ListedProduct>>(new Map())
  const missing = ids.filter((id) => !known.has(id)).join()
  useEffect(() => {
    if (missing === '') return
    let wanted = true
    readListed(asking, missing.split(',')).then(
      (products) => {
        if (wanted)
          setKnown((before) => new Map([...before, ...products.map((each) => [each.id, each] as const)]))
      },
      () => {},
    )
    return () => {
      wanted = false
    }
  }, [asking, missing])
  return known
}

/** Today at each branch: where the clock is furthest behind, and ahead. */
export function todays(
  nowMs: number,
  branches: readonly BranchRow[],
): { first: BusinessDate; last: BusinessDate } {
  const days = (branches.length > 0 ? branches.map((branch) => branch.time_zone) : ['UTC'])
    .map((zone) => businessDateAt(nowMs, zone))
    .sort()
  return { first: days[0] as BusinessDate, last: days.at(-1) as BusinessDate }
}
