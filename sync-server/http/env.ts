import type { HttpBindings } from '@hono/node-server'
import type { Logger } from 'pino'
import type { Caller } from '../auth/caller.ts'

/** What travels with each request. */
export interface AppEnv {
  Bindings: HttpBindings
  Variables: {
    requestId: string
    log: Logger
    /** Set once the caller is proven. */
    caller: Caller
  }
}
