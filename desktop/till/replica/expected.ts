import { z } from 'zod'

const answerSchema = z.object({ rows: z.int().nonnegative() })

/** Until the server has told, it is asked again at most so often, ms. */
const AGAIN_MS = 10_000

const PATIENCE_MS = 30_000

/**
 * How many rows the whole replica has at the server, asked for when it is first wanted.
 * @param options.told is called when the server has told
 * @returns what reads it: null as long as it is not known
 */
export function createExpected(options: {
  serverUrl: string
  fetch: typeof fetch
  now: () => number
  told: () => void
}): () => number | null {
  let rows: number | null = null
  let asked = Number.NEGATIVE_INFINITY
  const ask = async () => {
    const response = await options.fetch(new URL('/v1/replica/rows', options.serverUrl), {
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    const answer = answerSchema.safeParse(response.ok ? await response.json() : null)
    if (!answer.success) return
    rows = answer.data.rows
    options.told()
  }
  return () => {
    if (rows === null && options.now() - asked > AGAIN_MS) {
      asked = options.now()
      // A server that does not tell leaves a progress without an end.
      ask().catch(() => {})
    }
    return rows
  }
}
