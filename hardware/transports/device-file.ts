import { access, constants, type FileHandle, open } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type Connection,
  DEFAULT_WRITE_TIMEOUT_MS,
  type Transport,
  TransportError,
  type TransportFailure,
} from './transport.ts'

const FAILURES: Readonly<Record<string, TransportFailure>> = {
  ENOENT: 'not-found',
  ENXIO: 'not-found',
  EACCES: 'permission-denied',
  EPERM: 'permission-denied',
  EBUSY: 'busy',
  ENODEV: 'unplugged',
  EIO: 'unplugged',
  EPIPE: 'disconnected',
}

const PIECE = 4096
/** How often a device that has nothing to say, or no room, is asked again. */
const RETRY_MS = 15
/** EAGAIN: a device opened without blocking has no data, or no room, right now. */
const NOT_READY = -1

/** A device that is a file, as a USB printer is on Linux (`/dev/usb/lp0`). Opened without blocking. */
export function deviceFileTransport(options: { path: string }): Transport {
  const { path } = options
  return {
    address: path,
    async open() {
      try {
        const flags = constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOCTTY
        const file = await open(path, flags)
        return await fileConnection(file, path)
      } catch (error) {
        throw failure(error, path, 'not-found')
      }
    },
  }
}

async function fileConnection(file: FileHandle, path: string): Promise<Connection> {
  const dataListeners = new Set<(chunk: Uint8Array) => void>()
  const lostListeners = new Set<(error: TransportError) => void>()
  let ended: TransportError | null = null
  let closing: Promise<void> | null = null

  const lose = (error: TransportError) => {
    if (ended !== null) return
    ended = error
    for (const listener of [...lostListeners]) listener(error)
  }
  const readLoop = async () => {
    const buffer = new Uint8Array(1024)
    while (ended === null) {
      const count = await tryIo(() =>
        file.read(buffer, 0, buffer.length, null).then((result) => result.bytesRead),
      )
      if (count instanceof Error) lose(failure(count, path, 'unplugged'))
      else if (count === NOT_READY) await delay(RETRY_MS)
      else if (count > 0) for (const listener of [...dataListeners]) listener(buffer.slice(0, count))
      // A printer may answer a read with nothing; a terminal that hung up does so for ever.
      else if (await isGone(path)) lose(new TransportError('unplugged', path))
      else await delay(RETRY_MS)
    }
  }
  // Only a character device talks back; a plain file would hand us what we wrote ourselves.
  const reading = (await file.stat()).isCharacterDevice() ? readLoop() : Promise.resolve()

  return {
    address: path,
    async write(bytes, timeoutMs = DEFAULT_WRITE_TIMEOUT_MS) {
      let at = 0
      let lastProgress = performance.now()
      while (at < bytes.length) {
        if (ended !== null) throw ended
        const piece = bytes.subarray(at, at + PIECE)
        const count = await tryIo(() => file.write(piece).then((result) => result.bytesWritten))
        if (count instanceof Error) lose(failure(count, path, 'unplugged'))
        else if (count > 0) {
          at += count
          lastProgress = performance.now()
        } else if (performance.now() - lastProgress > timeoutMs) {
          lose(new TransportError('timeout', path))
        } else {
          await delay(RETRY_MS)
        }
      }
      if (ended !== null) throw ended
    },
    onData(listener) {
      dataListeners.add(listener)
      return () => dataListeners.delete(listener)
    },
    onLost(listener) {
      if (ended !== null && closing === null) queueMicrotask(() => ended && listener(ended))
      else lostListeners.add(listener)
      return () => lostListeners.delete(listener)
    },
    close() {
      closing ??= (async () => {
        lostListeners.clear()
        ended ??= new TransportError('closed', path)
        await reading
        await file.close().catch(() => undefined)
      })()
      return closing
    },
  }
}

async function isGone(path: string): Promise<boolean> {
  return access(path).then(
    () => false,
    () => true,
  )
}

/** Bytes moved, or `NOT_READY`, or the error. */
async function tryIo(io: () => Promise<number>): Promise<number | NodeJS.ErrnoException> {
  try {
    return await io()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return NOT_READY
    return error as NodeJS.ErrnoException
  }
}

function failure(error: unknown, path: string, otherwise: TransportFailure): TransportError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return new TransportError(FAILURES[code] ?? otherwise, path, error)
}
