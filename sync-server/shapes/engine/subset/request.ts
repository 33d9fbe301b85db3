import { RequestError } from '../errors.ts'
import { numberedParams } from '../params.ts'

/** A part of a shape that a client asks for beside its log: rows as they are now, filtered, sorted and limited. */
export interface SubsetRequest {
  readonly where: string | null
  readonly params: readonly string[]
  readonly orderBy: string | null
  readonly limit: number | null
  readonly offset: number | null
}

const PREFIX = 'subset__'

function refuse(field: string, message: string): RequestError {
  return new RequestError({ subset: { [field]: [message] } })
}

function readInteger(query: URLSearchParams, name: string, least: number): number | null {
  const text = query.get(`${PREFIX}${name}`)
  if (!text) return null
  if (!/^-?\d{1,15}$/.test(text)) throw refuse(name, 'is invalid')
  const value = Number(text)
  if (value < least) {
    throw refuse(name, least > 0 ? 'must be greater than 0' : `must be greater than or equal to ${least}`)
  }
  return value
}

function readParams(text: string | null): string[] {
  if (!text) return []
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch {
    throw refuse('params', 'params must be valid JSON')
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw refuse('params', 'params must be a JSON object')
  }
  const numbered = new Map(Object.entries(given).map(([number, value]) => [Number(number), String(value)]))
  return numberedParams(numbered, (message) => refuse('params', message))
}

/** Reads the `subset__…` parameters of a query; null when there are none. Throws a RequestError naming one. */
export function readSubset(query: URLSearchParams): SubsetRequest | null {
  if (![...query.keys()].some((name) => name.startsWith(PREFIX))) return null
  const limit = readInteger(query, 'limit', 1)
  const offset = readInteger(query, 'offset', 0)
  const orderBy = query.get(`${PREFIX}order_by`) || null
  if ((limit !== null || offset !== null) && orderBy === null) {
    throw refuse('order_by', 'order_by is required when limit or offset is present')
  }
  const params = readParams(query.get(`${PREFIX}params`))
  return { where: query.get(`${PREFIX}where`) || null, params, orderBy, limit, offset }
}
