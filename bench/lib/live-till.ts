import { once } from 'node:events'
import { parentPort, Worker, workerData } from 'node:worker_threads'

interface Given {
  url: string
  token: string
  /** Requests to send, one after the other. */
  bodies: readonly string[]
}

/** A till that sells on a thread of its own, so that nothing else of a benchmark keeps it waiting. */
export interface LiveTill {
  /** Stops selling. @returns how long each answer took, ms, in order */
  stop(): Promise<number[]>
  /** Waits until all is sold. @returns the same */
  whole(): Promise<number[]>
}

/** Starts a live till on its own thread; it sells until it is stopped or has nothing left. */
export function startLiveTill(given: Given): LiveTill {
  const worker = new Worker(new URL(import.meta.url), { workerData: given })
  const told = once(worker, 'message') as Promise<[number[]]>
  const whole = async () => (await told)[0]
  return {
    stop: () => {
      worker.postMessage('stop')
      return whole()
    },
    whole,
  }
}

async function sell({ url, token, bodies }: Given): Promise<number[]> {
  let stopped = false
  parentPort?.once('message', () => {
    stopped = true
  })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const times: number[] = []
  for (const body of bodies) {
    if (stopped) break
    const from = performance.now()
    const response = await fetch(new URL('/v1/journal', url), { method: 'POST', headers, body })
    await response.arrayBuffer()
    if (response.status !== 200) throw new Error(`a sale was not taken: HTTP ${response.status}`)
    times.push(performance.now() - from)
  }
  return times
}

if (parentPort) parentPort.postMessage(await sell(workerData as Given))
