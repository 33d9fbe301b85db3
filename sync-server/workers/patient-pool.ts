import type pg from 'pg'

/** What Postgres says of a connection that ends with it, and the system of one that has ended. */
const LOST = new Set(['57P01', '57P02', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'])

/** What the driver says of it, without a code. */
const LOST_WORDS = /^Connection terminated|not queryable/

/** The code, "cannot connect now", by which the job runner knows that it is to try again later. */
const LATER = '57P03'

/** @throws what it was given, marked as something to try again later when the connection was lost */
function asLater(error: unknown, isTrying: boolean): never {
  if (isTrying && error instanceof Error) {
    const code = 'code' in error ? String(error.code) : ''
    if (LOST.has(code) || LOST_WORDS.test(error.message)) Object.assign(error, { code: LATER })
  }
  throw error
}

/** A pool, and how to let go of whoever still tries. */
export interface PatientPool {
  pool: pg.Pool
  /** Nothing is to be tried again from now on: whoever stops does not wait for a Postgres that is gone. */
  stopTrying(): void
  /** Nobody gets a connection any more, nor hears that there is none. */
  end(): Promise<void>
}

/**
 * Has the job runner try again when Postgres goes away under it. Of itself it tells nobody that a job is done but Postgres, once,
 * and does not wait for that: should Postgres end in this moment, a rejection that nobody hears would end the process.
 */
export function patiently(pool: pg.Pool): PatientPool {
  const connect = pool.connect.bind(pool)
  let isTrying = true
  let isOver = false
  const failed = (error: unknown) => asLater(error, isTrying)
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown
    client.query = ((...args: unknown[]) => {
      const answer = query(...args)
      return answer instanceof Promise ? answer.catch(failed) : answer
    }) as typeof client.query
  })
  pool.connect = ((told?: Parameters<typeof connect>[0]) => {
    if (told) return connect(told)
    return isOver ? new Promise(() => {}) : connect().catch(failed)
  }) as typeof pool.connect
  return {
    pool,
    stopTrying: () => {
      isTrying = false
    },
    end: () => {
      isOver = true
      return pool.end()
    },
  }
}
