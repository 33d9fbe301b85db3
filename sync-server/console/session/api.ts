import { z } from 'zod'
import { roleSchema } from '../../../domain/permissions.ts'

/** Who may sign in at the development signer. */
const personSchema = z.object({
  id: z.string(),
  name: z.string(),
  role: roleSchema,
  branchId: z.string().nullable(),
})
export type Person = z.infer<typeof personSchema>

const optionsSchema = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('development'), staff: z.array(personSchema) }),
  z.object({ mode: z.literal('clerk'), publishableKey: z.string() }),
])
export type SignInOptions = z.infer<typeof optionsSchema>

const signedInSchema = z.object({ token: z.string(), expiresAt: z.string() })

const errorSchema = z.object({
  error: z.object({
    code: z.string(),
    text: z.string(),
    remedy: z.string(),
    details: z.object({ field: z.string().optional() }).optional(),
  }),
})

/** An answer other than success, in the words of the server. `status` 0: there was no answer. */
export class ApiError extends Error {
  readonly status: number
  readonly remedy: string
  /** The field of the request that is wrong, where one is. */
  readonly field: string | undefined

  constructor(status: number, text: string, remedy: string, field?: string) {
    super(text)
    this.name = 'ApiError'
    this.status = status
    this.remedy = remedy
    this.field = field
  }
}

/** Gives the token of this moment; a signed-in person's may change every minute. */
export type TokenSource = () => Promise<string>

interface Request {
  token?: TokenSource
  body?: unknown
  /** Of a request with a body. */
  method?: 'POST' | 'PUT'
  signal?: AbortSignal
  locale: string
  /** What was looked at before it is changed: the server refuses if it has become another since. */
  version?: number | undefined
}

/**
 * Asks the server and reads its answer.
 * @param path below the page's own origin, such as `/v1/me`
 * @returns the answer, and how far the server's clock is ahead of ours in milliseconds
 * @throws ApiError with the server's words, or status 0 when it did not answer
 */
export async function ask<T>(
  path: string,
  schema: z.ZodType<T>,
  { token, body, method = 'POST', signal, locale, version }: Request,
): Promise<{ value: T; clockAheadMs: number }> {
  const headers: Record<string, string> = { accept: 'application/json', 'accept-language': locale }
  if (token) headers.authorization = `Bearer ${await token()}`
  if (version !== undefined) headers['if-match'] = `"${version}"`
  if (body !== undefined) headers['content-type'] = 'application/json'
  const init = { headers, ...(signal ? { signal } : {}) }
  const response = await fetch(
    path,
    body === undefined ? init : { ...init, method, body: JSON.stringify(body) },
  ).catch((cause: unknown) => {
    if (signal?.aborted) throw cause
    throw new ApiError(0, '', '')
  })
  const answer: unknown = await response.json().catch(() => null)
  if (!response.ok) {
    const { data } = errorSchema.safeParse(answer)
    throw new ApiError(
      response.status,
      data?.error.text ?? '',
      data?.error.remedy ?? '',
      data?.error.details?.field,
    )
  }
  const date = Date.parse(response.headers.get('date') ?? '')
  return { value: schema.parse(answer), clockAheadMs: Number.isNaN(date) ? 0 : date - Date.now() }
}

/**
 * Reads a file of the server's.
 * @throws ApiError with the server's status, 0 when it did not answer
 */
export async function askFile(path: string, token: TokenSource, locale: string): Promise<Blob> {
  const headers = { 'accept-language': locale, authorization: `Bearer ${await token()}` }
  const response = await fetch(path, { headers }).catch(() => {
    throw new ApiError(0, '', '')
  })
  if (!response.ok) throw new ApiError(response.status, '', '')
  return response.blob()
}

/** How this server signs people in. */
export const fetchOptions = (locale: string, signal: AbortSignal) =>
  ask('/v1/session/options', optionsSchema, { locale, signal })

/** Who a token belongs to. */
export const fetchMe = (token: TokenSource, locale: string) => ask('/v1/me', personSchema, { token, locale })

/** A session of the development signer. */
export const signInAs = (staffId: string, locale: string) =>
  ask('/v1/dev/sign-in', signedInSchema, { body: { staffId }, locale })
