import { setTimeout as delay } from 'node:timers/promises'
import { type RunningPostgres, startEmbeddedPostgres } from './embedded-postgres.ts'

/** Processes of a Postgres that was killed hold its memory for a moment: it is started again after this, ms. */
const AGAIN_MS = 500

/**
 * An embedded Postgres for as long as the server runs: should it be killed, it is started again on its port, as an operating
 * system does with a service.
 * @param options.died told each time, and why it cannot be started again if it cannot yet
 * @throws Error with Postgres' own last words when it does not come up at first
 */
export async function keepEmbeddedPostgres(options: {
  dataDir: string
  log: (line: string) => void
  died: (reason: string) => void
}): Promise<Omit<RunningPostgres, 'ended'>> {
  const { dataDir, log, died } = options
  let current = await startEmbeddedPostgres({ dataDir, log })
  const { port, url } = current
  let stopped = false
  let said = ''

  const startAgain = async (): Promise<RunningPostgres | null> => {
    while (!stopped) {
      try {
        return await startEmbeddedPostgres({ dataDir, port, log })
      } catch (error) {
        const { message } = error as Error
        if (message !== said) died(message)
        said = message
        await delay(AGAIN_MS)
      }
    }
    return null
  }

  const keep = async () => {
    for (;;) {
      await current.ended
      if (stopped) return
      died('Postgres has ended, and is started again')
      const next = await startAgain()
      if (!next) return
      current = next
      if (stopped) await current.stop()
    }
  }
  const kept = keep()
  return {
    url,
    port,
    stop: async () => {
      stopped = true
      await current.stop()
      await kept
    },
  }
}
