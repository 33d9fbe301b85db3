import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
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

/** A process kept running: started again when it falls, until it is stopped. */
export interface Supervised {
  /** Starts it, resolves with the address it is ready at. @throws Error with its last words */
  start(): Promise<string>
  running(): boolean
  stop(): Promise<void>
}

/** The address in a process' line of readiness: the server's JSON, or the till's words for people. */
function readyUrl(line: string): string | null {
  return /^\{"ready":true,"url":"([^"]+)"\}$/.exec(line)?.[1] ?? /^Till ready: (\S+)$/.exec(line)?.[1] ?? null
}

/** @param told hears of falls and restarts in a sentence */
export function supervise(plan: ProcessPlan, told: (sentence: string) => void): Supervised {
  let child: ChildProcess | null = null
  let wanted = false
  let falls = 0

  const launch = (): Promise<string> => {
    const [file = '', ...args] = plan.command
    const log = createWriteStream(plan.logFile, { flags: 'a' })
    const started = spawn(file, args, {
      env: { ...process.env, ...plan.env },
      // The channel is a tether: whoever is left without us stops by itself.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    })
    child = started
    const lines: string[] = []
    return new Promise((resolve, reject) => {
      for (const stream of [started.stdout, started.stderr]) {
        if (!stream) continue
        createInterface({ input: stream }).on('line', (line) => {
          log.write(`${line}\n`)
          lines.push(line)
          if (lines.length > LAST_LINES) lines.shift()
          const ready = readyUrl(line)
          if (ready) {
            falls = 0
            resolve(ready)
          }
        })
      }
      started.once('error', reject)
      started.once('exit', (code, signal) => {
        if (child === started) child = null
        log.end()
        reject(new Error(`${plan.name} ended (${signal ?? code}): ${lines.join(' | ')}`))
        if (wanted) again(signal ?? code)
      })
    })
  }

  const again = (why: unknown) => {
    const wait = Math.min(RESTART_MS.most, RESTART_MS.first * 2 ** falls++)
    told(`${plan.name} ended (${why}); it is started again`)
    setTimeout(() => {
      if (wanted && !child)
        launch().then(
          () => told(`${plan.name} runs again`),
          () => {},
        )
    }, wait)
  }

  return {
    start: async () => {
      const ready = await launch()
      wanted = true
      return ready
    },
    running: () => child !== null,
    stop: async () => {
      wanted = false
      const stopping = child
      if (!stopping) return
      const gone = once(stopping, 'exit')
      stopping.kill('SIGTERM')
      const late = setTimeout(() => stopping.kill('SIGKILL'), STOP_MS)
      await gone
      clearTimeout(late)
    },
  }
}
