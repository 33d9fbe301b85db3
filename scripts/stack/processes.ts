import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, createWriteStream, existsSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** A process that fell is started again after this, ms, twice as long each time up to the most. */
const RESTART_MS = { first: 300, most: 10_000 }

/** What is still there this long after SIGTERM is killed, ms. */
const STOP_MS = 15_000

/** Lines of a process' output that are shown when it does not come up. */
const LAST_LINES = 6

export interface ProcessPlan {
  name: string
  command: readonly string[]
  env?: Record<string, string>
  logFile: string
}

/** One run of a process. */
export interface Launched {
  child: ChildProcess
  /** The address it is ready at. Rejects with its last words when it ends before. */
  ready: Promise<string>
  ended: Promise<number | NodeJS.Signals | null>
}

/** The address in a process' line of readiness: the server's JSON, or the till's words for people. */
function readyUrl(line: string): string | null {
  return /^\{"ready":true,"url":"([^"]+)"\}$/.exec(line)?.[1] ?? /^Till ready: (\S+)$/.exec(line)?.[1] ?? null
}

/** Starts a process in a group of its own, its output kept in a file; it ends by itself when we are gone. */
export function launch(plan: ProcessPlan): Launched {
  const [file = '', ...args] = plan.command
  // A till's log holds the address with its token: it is for this user alone, also where an older one lies.
  if (existsSync(plan.logFile)) chmodSync(plan.logFile, 0o600)
  const log = createWriteStream(plan.logFile, { flags: 'a', mode: 0o600 })
  // On a full disk the lines are lost; the product goes on.
  log.on('error', () => {})
  const child = spawn(file, args, {
    env: { ...process.env, ...plan.env },
    // The channel is a tether: whoever is left without us stops by itself.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  })
  const lines: string[] = []
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('exit', (code, signal) => {
      log.end()
      resolve(signal ?? code)
    })
  })
  const ready = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue
      createInterface({ input: stream }).on('line', (line) => {
        if (!log.writableEnded) log.write(`${line}\n`)
        lines.push(line)
        if (lines.length > LAST_LINES) lines.shift()
        const url = readyUrl(line)
        if (url) resolve(url)
      })
    }
    child.once('error', reject)
    ended.then((how) => reject(new Error(`${plan.name} ended (${how}): ${lines.join(' | ')}`)))
  })
  ready.catch(() => {})
  return { child, ready, ended }
}

/** Asks a process to stop, and ends it when it does not. */
export async function stopProcess({ child, ended }: Launched): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await ended
  clearTimeout(late)
}

/** A process kept running: started again when it falls, until it is stopped. */
export interface Supervised {
  /** Starts it, resolves with the address it is ready at. @throws Error with its last words */
  start(): Promise<string>
  running(): boolean
  stop(): Promise<void>
}

/** @param told hears of falls and restarts in a sentence */
export function supervise(plan: ProcessPlan, told: (sentence: string) => void): Supervised {
  let current: Launched | null = null
  let wanted = false
  let falls = 0

  const begin = async (): Promise<string> => {
    const launched = launch(plan)
    current = launched
    launched.ended.then((how) => {
      if (current === launched) current = null
      if (wanted) again(how)
    })
    const url = await launched.ready
    falls = 0
    return url
  }

  const again = (why: unknown) => {
    const wait = Math.min(RESTART_MS.most, RESTART_MS.first * 2 ** falls++)
    told(`${plan.name} ended (${why}); it is started again`)
    setTimeout(() => {
      if (!wanted || current) return
      begin().then(
        () => told(`${plan.name} runs again`),
        // Its end is told, and tried again, by the listener above.
        () => {},
      )
    }, wait)
  }

  return {
    start: async () => {
      const url = await begin()
      wanted = true
      return url
    },
    running: () => current !== null,
    stop: async () => {
      wanted = false
      if (current) await stopProcess(current)
    },
  }
}
