import { closeSync, fdatasync, openSync, write } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { syncDirectory } from '../log/files.ts'

const writeBytes = promisify(write)
const syncData = promisify(fdatasync)
const STAGING_BYTES = 256 * 1024
const READ_BYTES = 256 * 1024
const COMMA = 0x2c

/** Writes a snapshot's messages one behind the other, cut into chunks of about `chunkBytes`. */
export class SnapshotWriter {
  readonly #fd: number
  readonly #path: string
  readonly #chunkBytes: number
  readonly #onChunk: (end: number) => void
  #staging = Buffer.allocUnsafe(STAGING_BYTES)
  #staged = 0
  #total = 0
  #chunkStart = 0
  #writing: Promise<unknown> = Promise.resolve()
  #pending = 0

  /** `onChunk` gets each chunk's end once it can be read. */
  constructor(path: string, chunkBytes: number, onChunk: (end: number) => void) {
    this.#path = path
    this.#fd = openSync(path, 'w')
    this.#chunkBytes = chunkBytes
    this.#onChunk = onChunk
  }

  /** Bytes accepted and not yet written; the producer pauses while they are many. */
  get pendingBytes(): number {
    return this.#pending
  }

  add(message: Uint8Array): void {
    if (this.#total > this.#chunkStart) this.#put(Buffer.from([COMMA]))
    this.#put(message)
    if (this.#total - this.#chunkStart >= this.#chunkBytes) this.#endChunk()
  }

  /** Waits until all that was accepted is written. */
  async drained(): Promise<void> {
    await this.#writing
  }

  /** Ends the last chunk and makes the file durable. */
  async finish(): Promise<void> {
    if (this.#total > this.#chunkStart) this.#endChunk()
    await this.#writing
    await syncData(this.#fd)
    closeSync(this.#fd)
    syncDirectory(dirname(this.#path))
  }

  async abandon(): Promise<void> {
    await this.#writing.catch(() => undefined)
    closeSync(this.#fd)
  }

  #put(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#staged === STAGING_BYTES) this.#flush()
      const part = bytes.subarray(at, at + STAGING_BYTES - this.#staged)
      this.#staging.set(part, this.#staged)
      this.#staged += part.length
      at += part.length
    }
    this.#total += bytes.length
  }

  #flush(): void {
    const bytes = this.#staging.subarray(0, this.#staged)
    this.#staging = Buffer.allocUnsafe(STAGING_BYTES)
    this.#staged = 0
    this.#pending += bytes.length
    this.#writing = this.#writing.then(async () => {
      for (let at = 0; at < bytes.length; ) {
        at += (await writeBytes(this.#fd, bytes, at, bytes.length - at)).bytesWritten
      }
      this.#pending -= bytes.length
    })
    this.#writing.catch(() => undefined)
  }

  #endChunk(): void {
    this.#flush()
    const end = this.#total
    this.#chunkStart = end
    this.#writing = this.#writing.then(() => this.#onChunk(end))
  }
}

/** A part of a file between two texts, read as it is consumed. */
export function streamPart(
  path: string,
  part: { start: number; end: number },
  around: { before: string; after: string },
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const opened = open(path, 'r')
  opened.catch(() => undefined)
  let at = part.start
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(encoder.encode(around.before)),
      async pull(controller) {
        const handle = await opened
        const bytes = Buffer.allocUnsafe(Math.min(READ_BYTES, part.end - at))
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, at)
        at += bytesRead
        if (bytesRead > 0) controller.enqueue(bytes.subarray(0, bytesRead))
        if (at < part.end && bytesRead > 0) return
        controller.enqueue(encoder.encode(around.after))
        controller.close()
        await handle.close()
      },
      cancel: async () => (await opened).close(),
    },
    { highWaterMark: 1 },
  )
}
