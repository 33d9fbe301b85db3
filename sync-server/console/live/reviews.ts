import { useEffect } from 'react'
import { z } from 'zod'
import { create } from 'zustand'
import { useLocale } from '../../../ui-kit/i18n/words.ts'
import { ask } from '../session/api.ts'
import { useLive, useLiveParts } from './live-context.ts'

const reviewSchema = z.object({
  exceptionId: z.string(),
  note: z.string().nullable(),
  at: z.string(),
  byName: z.string().nullable(),
})
export type Review = z.infer<typeof reviewSchema>

interface Reviews {
  byException: ReadonlyMap<string, Review>
}

/** Who has looked at what; read anew whenever something new is to be looked at. */
const useReviews = create<Reviews>(() => ({ byException: new Map() }))

const readReviews = async (options: Omit<Parameters<typeof ask>[2], 'method' | 'body'>) => {
  const { value } = await ask('/v1/exceptions/reviews', z.object({ reviews: z.array(reviewSchema) }), options)
  useReviews.setState({ byException: new Map(value.reviews.map((review) => [review.exceptionId, review])) })
}

/** What has been reviewed; follows what is found. */
export function useReviewed(): ReadonlyMap<string, Review> {
  const { token } = useLiveParts()
  const locale = useLocale()
  const found = useLive((state) => state.exceptions.length)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `found` is what makes it ask again
  useEffect(() => {
    const stopping = new AbortController()
    // Unread reviews leave everything to review: nothing is hidden by a fault.
    readReviews({ token, locale, signal: stopping.signal }).catch(() => {})
    return () => stopping.abort()
  }, [token, locale, found])
  return useReviews((state) => state.byException)
}

/** Marks an exception as looked at. @returns how to, for a button */
export function useReviewing(): (exceptionId: string) => Promise<void> {
  const { token } = useLiveParts()
  const locale = useLocale()
  return async (exceptionId) => {
    const options = { token, locale }
    await ask(`/v1/exceptions/${exceptionId}/review`, z.object({}), { ...options, body: { note: null } })
    await readReviews(options)
  }
}
