import type { Context } from 'hono'
import { z } from 'zod'
import { refuse } from '../../domain/refusals.ts'
import type { AppEnv } from './env.ts'
import { Refused } from './refused.ts'

/** A version as a header has it: in quotes, as any entity tag. */
const seenSchema = z
  .string()
  .regex(/^"\d{1,9}"$/)
  .transform((text) => Number(text.slice(1, -1)))

/** The version that was looked at before this change. @throws Refused naming the header that should tell it */
export function seenBy(c: Context<AppEnv>): number {
  const seen = seenSchema.safeParse(c.req.header('if-match'))
  if (seen.success) return seen.data
  const reason = 'it must be the version that was looked at, such as "3"'
  throw new Refused(refuse('field-not-readable', { field: 'if-match', reason }))
}
