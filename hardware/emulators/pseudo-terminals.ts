import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Two serial ports joined by a null-modem cable: what is written to one is read at the other. */
export type PseudoTerminals = {
  readonly near: string
  readonly far: string
  /** Pulls the cable: both ports are gone. */
  close(): Promise<void>
}

const READY = /starting data transfer loop/
const START_TIMEOUT_MS = 5000

/**
 * Makes a pair of pseudo-terminals with `socat`, for an emulated serial scanner or printer.
 * @param options.directory where the two names (`near`, `far`) are made; a fresh temporary folder when not given
 * @throws Error when socat is not installed or does not start, saying which
 */
export async function openPseudoTerminals(options: { directory?: string } = {}): Promise<PseudoTerminals> {
  const temporary = options.directory === undefined
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'serial-')))
  const near = join(directory, 'near')
  const far = join(directory, 'far')
  const pty = (link: string) => `pty,raw,echo=0,link=${link}`
  const socat = spawn('socat', ['-d', '-d', pty(near), pty(far)], { stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = new Promise<void>((resolve) => {
    socat.once('close', () => resolve())
    socat.once('error', () => resolve())
  })
  const close = async () => {
    socat.kill()
    await exited
    if (temporary) await rm(directory, { recursive: true, force: true })
  }
  let said = ''
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`socat did not start: ${said}`)), START_TIMEOUT_MS)
      const fail = (error: Error) => {
        clearTimeout(timer)
        reject(error)
      }
      socat.once('error', (cause) =>
        fail(new Error('socat cannot be run: install it (Debian: apt-get install socat)', { cause })),
      )
      socat.once('close', () => fail(new Error(`socat ended: ${said}`)))
      socat.stderr.on('data', (chunk: Buffer) => {
        said = (said + chunk.toString()).slice(-2000)
        if (!READY.test(said)) return
        clearTimeout(timer)
        resolve()
      })
    })
  } catch (error) {
    await close()
    throw error
  }
  return { near, far, close }
}
