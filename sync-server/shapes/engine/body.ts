import { BodyError } from './errors.ts'

const MAX_BYTES = 8_000_000
/** What a body may say of a subset without naming it so. */
const SUBSET_KEYS: ReadonlySet<string> = new Set(['where', 'order_by', 'limit', 'offset', 'params'])
/** Structured forms of the same, which are there for proxies to read. */
const IGNORED: ReadonlySet<string> = new Set(['where_expr', 'order_by_expr'])

async function readText(request: Request): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BYTES) {
    throw new BodyError(413, 'Request body too large')
  }
  const text = await request.text()
  if (Buffer.byteLength(text) > MAX_BYTES) throw new BodyError(413, 'Request body too large')
  return text
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new BodyError(400, 'Invalid JSON in request body', (error as Error).message)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BodyError(400, 'Request body must be a JSON object')
  }
  return value as Record<string, unknown>
}

const toText = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value))

/** A POST's query together with its body, which holds what would make a URL too long. Throws a BodyError. */
export async function mergedQuery(request: Request, query: URLSearchParams): Promise<URLSearchParams> {
  const merged = new URLSearchParams(query)
  const text = await readText(request)
  const body = text === '' ? {} : parseObject(text)
  const { subset } = body
  const named = typeof subset === 'object' && subset !== null ? Object.entries(subset) : []
  for (const [name, value] of Object.entries(body)) {
    if (name === 'subset' || IGNORED.has(name)) continue
    const key = named.length === 0 && SUBSET_KEYS.has(name) ? `subset__${name}` : name
    merged.set(key, toText(value))
  }
  for (const [name, value] of named) if (!IGNORED.has(name)) merged.set(`subset__${name}`, toText(value))
  return merged
}
