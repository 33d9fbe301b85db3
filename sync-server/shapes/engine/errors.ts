/** What is wrong, by parameter; of a subset's parameters one level deeper. */
export type ParameterErrors = Readonly<
  Record<string, readonly string[] | Readonly<Record<string, readonly string[]>>>
>

/** A request that this engine does not serve: answered 400 with each parameter named, in Electric's form. */
export class RequestError extends Error {
  readonly errors: ParameterErrors

  constructor(errors: ParameterErrors) {
    super('Invalid request')
    this.name = 'RequestError'
    this.errors = errors
  }
}

/** A body that cannot be read, answered with this status. */
export class BodyError extends Error {
  readonly status: number
  readonly details: string | null

  constructor(status: number, message: string, details: string | null = null) {
    super(message)
    this.name = 'BodyError'
    this.status = status
    this.details = details
  }
}

/** The engine cannot answer just now; `retryAfter` is in seconds. */
export class UnavailableError extends Error {
  readonly retryAfter: number

  constructor(message: string, retryAfter: number) {
    super(message)
    this.name = 'UnavailableError'
    this.retryAfter = retryAfter
  }
}

/** Electric's own words. */
export const NO_DATABASE = 'Cannot connect to the database to verify the shape. Please try again later.'

/** Whether the database went away, or was not there, rather than refused what it was asked. */
export function isConnectionError(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code ?? '')
  return /^(ECONN|EPIPE|ETIMEDOUT|57P|08)/.test(code) || /connect|terminat|timeout/i.test(messageOf(error))
}

/** Nobody is asked to come back sooner or later than this, s. */
const RETRY_S = { least: 1, most: 60 }

/** As many requests of this kind as are allowed are under way already; there is room in about `freeInMs`. */
export class OverloadedError extends Error {
  readonly retryAfter: number

  constructor(kind: 'initial' | 'existing', limit: number, freeInMs: number) {
    super(`Concurrent ${kind} request limit exceeded (limit: ${limit}), please retry`)
    this.name = 'OverloadedError'
    this.retryAfter = Math.min(RETRY_S.most, Math.max(RETRY_S.least, Math.ceil(freeInMs / 1000)))
  }
}

/** The engine cannot run with what it was given; the message is one sentence for an operator. */
export class EngineError extends Error {
  constructor(message: string, options?: { cause: unknown }) {
    super(message, options)
    this.name = 'EngineError'
  }
}

export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}
