/** A request that this engine does not serve: answered 400 with each parameter named, in Electric's form. */
export class RequestError extends Error {
  readonly errors: Readonly<Record<string, readonly string[]>>

  constructor(errors: Record<string, string[]>) {
    super('Invalid request')
    this.name = 'RequestError'
    this.errors = errors
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
