import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import WebSocket from 'ws'
import { type Bridge, connectBridge } from '../bridge/client.ts'
import type { LiveView, LiveViews } from '../bridge/contract.ts'
import { bridgeProtocols } from '../bridge/web-socket.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

/** A till in a process of its own, as it runs at a pharmacy. */
export interface TillProcess {
  /** Where its UI is, token and all. */
  address: string
  child: ChildProcess
  /** Connects as a UI does; `live` holds each view's newest value. */
  connect(): Promise<{ bridge: Bridge; live: Partial<LiveViews>; close(): void }>
  /** SIGKILL, as a power cut; resolves once the process is gone. */
  kill(): Promise<void>
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
}

/**
 * Starts a till on a data folder and waits until it can be connected to.
 * @param environment beside this process's own
 * @throws Error with its output if it ends
 */
export async function spawnTill(
  dataDir: string,
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<TillProcess> {
  const child = spawn(process.execPath, [MAIN, '--data', dataDir, ...args], {
    env: { ...process.env, PHARMASAAS_LOG_LEVEL: 'warn', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const address = await new Promise<string>((resolve, reject) => {
    let output = ''
    const read = (chunk: Buffer) => {
      output += chunk.toString()
      const ready = /Till ready: (\S+)/.exec(output)
      if (ready?.[1]) resolve(ready[1])
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('exit', (code) => reject(new Error(`the till ended with ${code}: ${output}`)))
  })
  return {
    address,
    child,
    connect: () => connect(address),
    kill: async () => {
      child.kill('SIGKILL')
      await gone
    },
    stop: () => {
      child.kill('SIGTERM')
      return gone
    },
  }
}

function connect(address: string): ReturnType<TillProcess['connect']> {
  const { host, hash } = new URL(address)
  const token = new URLSearchParams(hash.slice(1)).get('token') ?? ''
  const socket = new WebSocket(`ws://${host}/bridge`, bridgeProtocols(token))
  const live: Partial<Record<LiveView, unknown>> = {}
  const bridge = connectBridge(
    {
      send: (frame) => socket.send(frame),
      onFrame: (listener) => socket.on('message', (data) => listener(data.toString())),
      onClose: (listener) => socket.on('close', listener),
    },
    (view, value) => {
      live[view] = value
    },
  )
  return new Promise((resolve, reject) => {
    socket.on('open', () =>
      resolve({ bridge, live: live as Partial<LiveViews>, close: () => socket.close() }),
    )
    socket.on('error', reject)
  })
}
