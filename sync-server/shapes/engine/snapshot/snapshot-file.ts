import { closeSync, fdatasync, openSync, write } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { promisify } from 'node:util'

const writeBytes = promisify(write)
const syncData = promisify(fdatasync)
const STAGING_BYTES = 256 * 1024
const READ_BYTES = 256 * 1024
const EMPTY = new Uint8Array(0)
const COMMA = 0x2c

/** Writes a snapshot's messages one behind the other, cut into chunks of about `chunkBytes`. */
export class SnapshotWriter {
  readonly #fd: number
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

  /** Ends the last chunk and makes the file durable, unless told otherwise. */
  async finish({ durable } = { durable: true }): Promise<void> {
    if (this.#total > this.#chunkStart) this.#endChunk()
    await this.#writing
    if (durable) await syncData(this.#fd)
    closeSync(this.#fd)
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

interface FilePart {
  readonly start: number
  readonly end: number
}

/**
 * A part of a file between two texts, read as it is consumed. The file is opened by the first read, so that an answer
 * nobody reads leaves nothing open; `closed` is called once the reader has done with it, or has gone.
 */
export function streamPart(
  path: string,
  part: FilePart,
  around: { before: string; after: string },
  closed: () => void = () => undefined,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let handle: FileHandle | null = null
  let at = part.start
  let over = false
  const close = async () => {
    const isFirst = !over
    over = true
    const opened = handle
    handle = null
    await opened?.close()
    if (isFirst) closed()
  }
  const read = async (): Promise<Uint8Array> => {
    if (part.start === part.end) return encoder.encode(around.before)
    handle ??= await open(path, 'r')
    const lead = at === part.start ? encoder.encode(around.before) : EMPTY
    const bytes = Buffer.allocUnsafe(lead.length + Math.min(READ_BYTES, part.end - at))
    bytes.set(lead)
    const { bytesRead } = await handle.read(bytes, lead.length, bytes.length - lead.length, at)
    if (bytesRead === 0) throw new Error(`${path} ends at ${at}, before ${part.end}`)
    at += bytesRead
    return bytes.subarray(0, lead.length + bytesRead)
  }
  const next = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    try {
      const bytes = await read()
      // Who cancelled meanwhile has not closed what was being opened.
      if (over) return close()
      controller.enqueue(bytes)
      if (at < part.end) return
      await close()
      controller.enqueue(encoder.encode(around.after))
      controller.close()
    } catch (error) {
      await close()
      throw error
    }
  }
  return new ReadableStream<Uint8Array>({ pull: next, cancel: close }, { highWaterMark: 0 })
}
