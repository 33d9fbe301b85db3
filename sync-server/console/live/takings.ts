import { useEffect, useRef, useState } from 'react'
import { z } from 'zod'
import { minorSchema } from '../../../domain/money.ts'
import { useLocale } from '../../../ui-kit/i18n/words.ts'
import { ask } from '../session/api.ts'
import { useLive, useLiveParts } from './live-context.ts'
import { createRefresher, type Refresher } from './refresher.ts'

const dayOfBranch = { branchId: z.string(), businessDate: z.string() }

const takingsSchema = z.object({
  taxes: z.array(
    z.object({ ...dayOfBranch, rateBp: z.int(), net: minorSchema, tax: minorSchema, gross: minorSchema }),
  ),
  tenders: z.array(z.object({ ...dayOfBranch, kind: z.string(), amount: minorSchema, count: z.int() })),
  refunds: z.array(z.object({ ...dayOfBranch, total: minorSchema, count: z.int() })),
})
export type Takings = z.infer<typeof takingsSchema>

/** Sales that come in a burst are asked about once, ms. */
const GATHER_MS = 150
const AGAIN_AFTER_FAULT_MS = 3_000

/**
 * VAT, tenders and refunds per branch and business date, asked for again whenever a till's journal has moved: the rows they
 * are summed from are several to a sale.
 * @param from the first business date wanted, `YYYY-MM-DD`
 */
export function useTakings(from: string): Takings | null {
  const { token } = useLiveParts()
  const locale = useLocale()
  const moves = useLive((state) => state.moves)
  const [takings, setTakings] = useState<Takings | null>(null)
  const refresher = useRef<Refresher | null>(null)
  useEffect(() => {
    const stopping = new AbortController()
    const read = async () => {
      const options = { token, locale, signal: stopping.signal }
      setTakings((await ask(`/v1/takings?from=${from}`, takingsSchema, options)).value)
    }
    refresher.current = createRefresher(read, GATHER_MS, AGAIN_AFTER_FAULT_MS)
    refresher.current.poke()
    return () => {
      stopping.abort()
      refresher.current?.stop()
    }
  }, [from, token, locale])
  // biome-ignore lint/correctness/useExhaustiveDependencies: `moves` is what makes it ask again
  useEffect(() => refresher.current?.poke(), [moves])
  return takings
}
