import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici'

/**
 * A connection that is idle is kept for so long, ms, whatever the server would allow: what died without a word must not be
 * asked once the line is back.
 */
export const IDLE_MS = 4000

/** The system's own way out is a proxy, when it says so as Node's own `fetch` wants it said. */
const agentOf = (idleMs: number): Dispatcher => {
  const options = { keepAliveTimeout: idleMs, keepAliveMaxTimeout: idleMs }
  return process.env.NODE_USE_ENV_PROXY === '1' ? new EnvHttpProxyAgent(options) : new Agent(options)
}

/** A `fetch` for a line that may die and come back, silently. */
export function createLineFetch(idleMs = IDLE_MS): typeof fetch {
  const dispatcher = agentOf(idleMs)
  // Node's types are those of the release of undici within it, and not of this one.
  return (input, init) => fetch(input, { ...init, dispatcher } as unknown as RequestInit)
}
