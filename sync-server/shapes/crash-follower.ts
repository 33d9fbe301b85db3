import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { applyMessages, type Message } from './testing.ts'

const MAIN = join(import.meta.dirname, 'main.ts')

/** Starts the engine as a process of its own, to be killed; its segments are small, so that it dies around their ends too. */
export async function spawnEngine(at: { url: string; port: number; dataDir: string }): Promise<ChildProcess> {
  const place = ['--database-url', at.url, '--port', String(at.port), '--data-dir', at.dataDir]
  const args = [MAIN, ...place, '--segment-bytes', '50000']
  const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const said: string[] = []
  started.stderr.on('data', (text) => said.push(String(text)))
  const exited = once(started, 'exit').then(([code]) => {
    throw new Error(`the engine ended with ${code} while it started: ${said.join('')}`)
  })
  exited.catch(() => undefined)
  await Promise.race([once(started.stdout, 'data'), exited])
  return started
}

/** Kills a process with SIGKILL, and waits until it is gone. */
export async function killProcess(child: ChildProcess | null): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return
  const dead = once(child, 'exit')
  child.kill('SIGKILL')
  await dead
}

type Offset = readonly [lsn: bigint, op: number]

/** Follows a shape live, through whatever happens to the server, refusing what it cannot apply and what comes twice. */
export class Follower {
  readonly rows = new Map<string, Record<string, string | null>>()
  readonly statuses = new Set<number>()
  /** Of the shape once it had all of it: more than one means that it had to begin anew. */
  readonly handles = new Set<string>()
  failure: Error | null = null
  upToDate = false
  readonly #asked: Record<string, string>
  readonly #url: string
  #place: { offset: string; handle?: string } = { offset: '-1' }
  #last: Offset = [-1n, 0]
  #live = false
  #stopped = false

  constructor(url: string, asked: Record<string, string>) {
    this.#url = url
    this.#asked = asked
    void this.#run()
  }

  stop(): void {
    this.#stopped = true
  }

  async #run(): Promise<void> {
    while (!this.#stopped && !this.failure) {
      const query = new URLSearchParams({
        ...this.#asked,
        ...this.#place,
        ...(this.#live && { live: 'true' }),
      })
      const answer = await fetch(`${this.#url}?${query}`)
        .then(async (response) => ({ response, text: await response.text() }))
        .catch(() => null)
      try {
        if (answer) this.#take(answer.response, answer.text)
      } catch (error) {
        this.failure = error as Error
      }
      if (answer?.response.status !== 200) await delay(20)
    }
  }

  #take({ status, headers }: Response, text: string): void {
    this.statuses.add(status)
    if (status === 503) return
    // A snapshot that was not finished when the server died is begun again.
    if (status === 409 && !this.upToDate) {
      this.rows.clear()
      this.#place = { offset: '-1' }
      return
    }
    if (status !== 200) throw new Error(`${status}: ${text}`)
    const messages = JSON.parse(text) as Message[]
    for (const { headers: place } of messages) if (place.lsn) this.#advance(place)
    applyMessages(messages, this.rows)
    this.#place = {
      offset: headers.get('electric-offset') ?? '',
      handle: headers.get('electric-handle') ?? '',
    }
    this.#live = headers.has('electric-up-to-date')
    this.upToDate ||= this.#live
    if (this.upToDate) this.handles.add(this.#place.handle ?? '')
  }

  #advance({ lsn, op_position: op }: Message['headers']): void {
    const next: Offset = [BigInt(String(lsn)), Number(op)]
    const before = this.#last
    if (next[0] < before[0] || (next[0] === before[0] && next[1] <= before[1]))
      throw new Error(`${next.join('_')} came after ${before.join('_')}`)
    this.#last = next
  }
}
