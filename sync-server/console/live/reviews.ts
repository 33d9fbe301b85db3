import { useEffect, useState } from 'react'
import { z } from 'zod'
import { useLocale } from '../../../ui-kit/i18n/words.ts'
import { ask } from '../session/api.ts'
import { useLive, useLiveParts } from './live-context.ts'

const countsSchema = z.object({ counts: z.array(z.object({ branchId: z.string(), count: z.int() })) })

/** How many exceptions have been reviewed, of one branch or of all; counted anew whenever what is open changes. */
export function useReviewedCount(branchId: string | null): number {
  const { token } = useLiveParts()
  const locale = useLocale()
  const open = useLive((state) => state.exceptions)
  const [counts, setCounts] = useState<readonly { branchId: string; count: number }[]>([])
  // biome-ignore lint/correctness/useExhaustiveDependencies: `open` is what makes it ask again
  useEffect(() => {
    const stopping = new AbortController()
    ask('/v1/exceptions/reviews', countsSchema, { token, locale, signal: stopping.signal }).then(
      ({ value }) => setCounts(value.counts),
      // What it counts is not to be acted on: it is counted again soon.
      () => {},
    )
    return () => stopping.abort()
  }, [token, locale, open])
  return counts
    .filter((each) => branchId === null || each.branchId === branchId)
    .reduce((total, { count }) => total + count, 0)
}

/** Marks an exception as looked at; it then leaves what is open, at every console. @returns how to, for a button */
export function useReviewing(): (exceptionId: string) => Promise<void> {
  const { token } = useLiveParts()
  const locale = useLocale()
  return async (exceptionId) => {
    await ask(`/v1/exceptions/${exceptionId}/review`, z.object({}), { token, locale, body: { note: null } })
  }
}
