import { createHash, timingSafeEqual } from 'node:crypto'
import { json } from './wire/answers.ts'
import { routedPath } from './wire/path.ts'

/** Where nothing of the database is told; whatever else a path may come to needs the secret. */
const OPEN: ReadonlySet<string> = new Set(['/', '/v1/health'])

const digest = (text: string) => createHash('sha256').update(text).digest()

/**
 * Asks for a secret as Electric does with `ELECTRIC_SECRET`: `secret=` or `api_secret=` in the query of every request
 * but for health, the root and preflight, or 401.
 * @param secret null: nobody is asked
 */
export function askForSecret(
  serve: (request: Request) => Promise<Response>,
  secret: string | null,
): (request: Request) => Promise<Response> {
  if (secret === null) return serve
  const expected = digest(secret)
  return async (request) => {
    const { searchParams } = new URL(request.url)
    const open = request.method === 'OPTIONS' || OPEN.has(routedPath(request))
    const given = searchParams.get('secret') ?? searchParams.get('api_secret') ?? ''
    if (open || timingSafeEqual(digest(given), expected)) return serve(request)
    const cache = { 'cache-control': 'max-age=0, private, must-revalidate' }
    return json(401, { message: 'Unauthorized - Invalid API secret' }, cache)
  }
}
