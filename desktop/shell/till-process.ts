import type { ShellGreeting, ShellHandOver } from '../bridge/shell.ts'

/** As much of Electron's `UtilityProcess` as is used here. */
export interface ForkedTill<Port> {
  postMessage(message: unknown, ports?: Port[]): void
  once(event: 'spawn', listener: () => void): unknown
  once(event: 'exit', listener: (code: number) => void): unknown
  kill(): boolean
}

export interface TillProcessOptions<Port> {
  fork(): ForkedTill<Port>
  deviceSecret: string | null
  now(): number
  setTimeout(task: () => void, ms: number): unknown
  /** The till said by its exit code that it cannot run as it was started: no use in trying again. */
  onRefused(): void
  log(event: string, detail: Record<string, unknown>): void
}

export interface TillProcess<Port> {
  /** Hands a window's port to the till, now or as soon as it is up again. */
  connect(port: Port, kind: ShellHandOver['kind']): void
  /** Ends the till and starts it no more; resolves when it is gone. */
  stop(): Promise<void>
}

const FIRST_PAUSE_MS = 250
const LAST_PAUSE_MS = 30_000
/** A till that ran this long was well: the next crash is a new story. */
const WELL_AFTER_MS = 60_000
/** A window has one port, and asks again when the old one is lost. */
const WAITING_PORTS_MAX = 8
/** The till's exit code for a start that a person must put right. */
const EXIT_REFUSED = 2

/** The pause before the nth restart in a row, milliseconds; doubles up to half a minute. */
export const restartAfterMs = (attempt: number): number =>
  Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 20))

const handOver = <Port>(till: ForkedTill<Port>, port: Port, kind: ShellHandOver['kind']) =>
  till.postMessage({ kind } satisfies ShellHandOver, [port])

/** Keeps one till running: starts it, starts it again after a crash, and lets it go when told to. */
export function superviseTill<Port>(options: TillProcessOptions<Port>): TillProcess<Port> {
  let till: ForkedTill<Port> | null = null
  let up = false
  let stopped: (() => void) | null = null
  let attempt = 0
  let waiting: { port: Port; kind: ShellHandOver['kind'] }[] = []

  const onExit = (code: number, startedAt: number) => {
    till = null
    up = false
    if (stopped) return stopped()
    options.log('till exited', { code })
    if (code === EXIT_REFUSED) return options.onRefused()
    if (options.now() - startedAt >= WELL_AFTER_MS) attempt = 0
    options.setTimeout(start, restartAfterMs(attempt++))
  }

  const start = () => {
    if (stopped) return
    const forked = options.fork()
    const startedAt = options.now()
    till = forked
    forked.once('spawn', () => {
      up = true
      forked.postMessage({ kind: 'greeting', deviceSecret: options.deviceSecret } satisfies ShellGreeting)
      for (const { port, kind } of waiting) handOver(forked, port, kind)
      waiting = []
    })
    forked.once('exit', (code) => onExit(code, startedAt))
  }
  start()

  return {
    connect: (port, kind) => {
      if (up && till) handOver(till, port, kind)
      else waiting = [...waiting, { port, kind }].slice(-WAITING_PORTS_MAX)
    },
    stop: () =>
      new Promise((resolve) => {
        stopped = resolve
        if (till) till.kill()
        else resolve()
      }),
  }
}
