import dns from 'node:dns'
import { existsSync } from 'node:fs'

/**
 * Loaded into a till before everything else (`--import`): the server's name resolves as long as the test lets it. While it
 * does not, each question is left hanging for as long as a resolver waits for its first server, and then fails.
 */

/** A name that no real resolver knows. */
const NAME = 'server.test'

/** The default `timeout` of resolv.conf, ms. */
const RESOLVER_MS = 5000

const dead = process.env.PHARMASAAS_TEST_NAMES_DEAD ?? ''
const resolve = dns.lookup as (...args: unknown[]) => void

const lookup = (name: string, ...rest: unknown[]) => {
  if (name !== NAME) return resolve(name, ...rest)
  if (!existsSync(dead)) return resolve('127.0.0.1', ...rest)
  const answer = rest.at(-1) as (error: Error) => void
  const error = Object.assign(new Error(`getaddrinfo EAI_AGAIN ${name}`), { code: 'EAI_AGAIN' })
  setTimeout(() => answer(error), RESOLVER_MS)
}

Object.assign(dns, { lookup })
