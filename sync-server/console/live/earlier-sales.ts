import { useEffect, useRef, useState } from 'react'
import { z } from 'zod'
import { minorSchema } from '../../../domain/money.ts'
import type { SeenSale } from '../../../migrations/synced-tables.ts'
import { useLocale } from '../../../ui-kit/i18n/words.ts'
import { ask, type TokenSource } from '../session/api.ts'
import { useLive, useLiveParts } from './live-context.ts'
import { createRefresher, type Refresher } from './refresher.ts'

const pageSchema = z.object({
  sales: z.array(
    z.object({
      id: z.string(),
      branch_id: z.string(),
      register_id: z.string(),
      cashier_id: z.string(),
      receipt_number: z.int(),
      business_date: z.string(),
      completed_at: z.string(),
      currency: z.string(),
      total: minorSchema,
      event_hash: z.string(),
    }),
  ),
  next: z.string().nullable(),
})

/** As many as one answer may hold. */
const PAGE = 200

const GATHER_MS = 2_000
const AGAIN_AFTER_FAULT_MS = 3_000

interface EarlierSales {
  /** Newest first. */
  sales: readonly SeenSale[]
  /** Whether there are older ones still. */
  more: boolean
}

type Asking = { token: TokenSource; locale: string; signal: AbortSignal }

/** Asks page by page until there are as many as wanted, or no more. @throws ApiError */
async function readSales(
  query: Record<string, string>,
  wanted: number,
  asking: Asking,
): Promise<EarlierSales> {
  const sales: SeenSale[] = []
  let next: string | null = ''
  while (next !== null && sales.length < wanted) {
    const limit = String(Math.min(PAGE, wanted - sales.length))
    const search: URLSearchParams = new URLSearchParams({ ...query, limit, ...(next && { after: next }) })
    const { value }: { value: z.infer<typeof pageSchema> } = await ask(
      `/v1/sales?${search}`,
      pageSchema,
      asking,
    )
    sales.push(...value.sales)
    next = value.next
  }
  return { sales, more: next !== null }
}

/** The usual way to ask again whenever a till's journal has moved; null until something has been read. */
function useSales(query: Record<string, string> | null, wanted: number): EarlierSales | null {
  const { token } = useLiveParts()
  const locale = useLocale()
  const moves = useLive((state) => state.moves)
  const [read, setRead] = useState<{ key: string; found: EarlierSales } | null>(null)
  const refresher = useRef<Refresher | null>(null)
  const key = query === null || wanted === 0 ? null : new URLSearchParams(query).toString()
  useEffect(() => {
    if (key === null) return
    const stopping = new AbortController()
    const asking = { token, locale, signal: stopping.signal }
    const readOnce = async () => {
      const found = await readSales(Object.fromEntries(new URLSearchParams(key)), wanted, asking)
      if (!stopping.signal.aborted) setRead({ key, found })
    }
    const refresh = createRefresher(readOnce, GATHER_MS, AGAIN_AFTER_FAULT_MS)
    refresher.current = refresh
    readOnce().catch(() => refresh.poke())
    return () => {
      stopping.abort()
      refresh.stop()
      refresher.current = null
    }
  }, [key, wanted, token, locale])
  // biome-ignore lint/correctness/useExhaustiveDependencies: `moves` is what makes it ask again
  useEffect(() => refresher.current?.poke(), [moves])
  return read !== null && read.key === key ? read.found : null
}

const ofBranchOnly = (branchId: string | null): Record<string, string> =>
  branchId === null ? {} : { branch: branchId }

/** Sales of before a day, as many as wanted (none: nothing is asked); null until they have been read. */
export const useEarlierSales = (
  until: string | undefined,
  branchId: string | null,
  wanted: number,
): EarlierSales | null => useSales(until === undefined ? null : { until, ...ofBranchOnly(branchId) }, wanted)

/** The sales of one receipt number, of any day and register; null until they have been read. */
export const useFoundSales = (receipt: number | null, branchId: string | null): EarlierSales | null =>
  useSales(receipt === null ? null : { receipt: String(receipt), ...ofBranchOnly(branchId) }, PAGE)
