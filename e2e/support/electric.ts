import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../sync-server/database/embedded-postgres.ts'
import { until } from './until.ts'

const SHAPES = fileURLToPath(new URL('../../sync-server/shapes/main.ts', import.meta.url))

/**
 * A command that runs a real Electric, where one is at hand. It is given DATABASE_URL, ELECTRIC_SECRET, ELECTRIC_PORT
 * and ELECTRIC_STORAGE_DIR by its environment.
 */
const COMMAND = process.env.TEST_ELECTRIC_COMMAND

/** What stands behind `ELECTRIC_URL`: a process of its own that shares nothing with the server but the protocol. */
export interface Electric {
  /** What it is, for whoever reads the test's output. */
  what: string
  /** The server's environment. */
  env: { ELECTRIC_URL: string; ELECTRIC_SECRET: string }
  /** Starts it over a database, on the same port and with the same storage each time. */
  start(databaseUrl: string): Promise<void>
  stop(how: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

/** What {@link placeElectric} will put there. */
export const ELECTRIC_IS = COMMAND
  ? `a real Electric (${COMMAND})`
  : 'no Electric at hand: a second instance of our own shape engine, its own process, stands in its place'

/** Makes a place for Electric in a folder; it is not started yet. */
export async function placeElectric(dir: string): Promise<Electric> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  // Nothing that an address could carry unescaped: it must arrive all the same.
  const secret = 'only the server/knows+this & more'
  const storage = join(dir, 'electric')
  let child: ChildProcess | null = null
  return {
    what: ELECTRIC_IS,
    env: { ELECTRIC_URL: url, ELECTRIC_SECRET: secret },
    start: async (databaseUrl) => {
      const ours = ['--database-url', databaseUrl, '--port', String(port), '--data-dir', storage]
      const [file = '', ...args] = COMMAND ? COMMAND.split(' ') : [process.execPath, SHAPES, ...ours]
      child = spawn(file, args, {
        env: {
          ...process.env,
          DATABASE_URL: databaseUrl,
          ELECTRIC_SECRET: secret,
          ELECTRIC_PORT: String(port),
          ELECTRIC_STORAGE_DIR: storage,
        },
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      await until('Electric to be active', () =>
        fetch(`${url}/v1/health`).then(
          ({ status }) => status === 200,
          () => false,
        ),
      )
    },
    stop: async (how) => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill(how)
      await ended
      child = null
    },
  }
}
