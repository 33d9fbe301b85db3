import { isRefusal, type Refusal } from '../../domain/refusals.ts'
import type { Authenticate, Caller } from './caller.ts'
import type { Rights } from './rights.ts'

/** How long a proof is believed again, ms. With a long poll of 20 s a revocation takes hold within 30 s. */
const BELIEVED_MS = 5000

/** Callers remembered at once; beyond it the oldest is proven anew. */
const CALLERS_MAX = 20_000

/**
 * Remembers for a few seconds who a token proved to be: a till follows forty shapes and sends each sale, and each
 * request would cost a signature check and a look at the database. Refusals are not remembered.
 * @param clock milliseconds since the Unix epoch
 * @param rights when they change, nobody is believed without being proven anew
 */
export function rememberCallers(
  authenticate: Authenticate,
  clock: () => number,
  rights?: Pick<Rights, 'onChange'>,
): Authenticate {
  const known = new Map<string, { caller: Caller; until: number }>()
  let changes = 0
  rights?.onChange(() => {
    known.clear()
    changes += 1
  })
  return async (authorization): Promise<Caller | Refusal> => {
    if (authorization === undefined) return authenticate(authorization)
    const now = clock()
    const remembered = known.get(authorization)
    if (remembered && remembered.until > now && remembered.until <= now + BELIEVED_MS)
      return remembered.caller
    known.delete(authorization)
    const before = changes
    const caller = await authenticate(authorization)
    // What was proven while rights changed is not to be believed again.
    if (isRefusal(caller) || before !== changes) return caller
    if (known.size >= CALLERS_MAX) known.delete(known.keys().next().value ?? '')
    known.set(authorization, { caller, until: now + BELIEVED_MS })
    return caller
  }
}
