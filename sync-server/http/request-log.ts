import { randomUUID } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import type { Logger } from 'pino'
import type { AppEnv } from './env.ts'

const REQUEST_ID = /^[\w-]{8,64}$/

/**
 * Gives each request an id (the caller's own when it has a plain one) and a logger, and logs how it ended: method,
 * path, status and time. No header, query, body or name of a person is logged.
 */
export function requestLog(log: Logger): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const offered = c.req.header('x-request-id') ?? ''
    const requestId = REQUEST_ID.test(offered) ? offered : randomUUID()
    const requestLogger = log.child({ requestId })
    c.set('requestId', requestId)
    c.set('log', requestLogger)
    c.header('x-request-id', requestId)
    const started = performance.now()
    await next()
    const ms = Math.round(performance.now() - started)
    const line = { method: c.req.method, path: c.req.path, status: c.res.status, ms }
    if (c.res.status >= 500) requestLogger.error(line, 'request')
    else requestLogger.debug(line, 'request')
  }
}
