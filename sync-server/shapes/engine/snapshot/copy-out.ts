import type { Socket } from 'node:net'
import type pg from 'pg'
import type { SnapshotWriter } from './snapshot-file.ts'

const MAX_PENDING_BYTES = 4 * 1024 * 1024
/** Signature, flags and extension length of COPY's binary form; each row follows as a message of its own. */
const COPY_HEADER_BYTES = 19
const FIELD_HEADER_BYTES = 6

/** A COPY out as something `pg` can run: each row's bytes go to the writer, which may hold the socket. */
class CopyOut {
  readonly finished: Promise<void>
  readonly #sql: string
  readonly #writer: SnapshotWriter
  readonly #resolve: () => void
  readonly #reject: (error: Error) => void
  #stream: Socket | null = null
  #started = false
  #holding = false

  constructor(sql: string, writer: SnapshotWriter) {
    this.#sql = `COPY (${sql}) TO STDOUT (FORMAT binary)`
    this.#writer = writer
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.finished = promise
    this.#resolve = resolve
    this.#reject = reject
  }

  submit(connection: { query(sql: string): void; stream: Socket }): void {
    this.#stream = connection.stream
    connection.query(this.#sql)
  }

  handleCopyData({ chunk }: { chunk: Buffer }): void {
    const row = this.#started ? chunk : chunk.subarray(COPY_HEADER_BYTES)
    this.#started = true
    if (row.length <= FIELD_HEADER_BYTES) return
    this.#writer.add(row.subarray(FIELD_HEADER_BYTES))
    if (this.#writer.pendingBytes > MAX_PENDING_BYTES && !this.#holding) void this.#hold()
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.#resolve()
  }

  handleError(error: Error): void {
    this.#reject(error)
  }

  async #hold(): Promise<void> {
    this.#holding = true
    this.#stream?.pause()
    await this.#writer.drained().catch((error: Error) => this.#reject(error))
    this.#holding = false
    this.#stream?.resume()
  }
}

/** Copies a query's one column, row by row, to a snapshot file. */
export async function copyOut(client: pg.PoolClient, sql: string, writer: SnapshotWriter): Promise<void> {
  const copy = new CopyOut(sql, writer)
  const { promise: broken, reject } = Promise.withResolvers<never>()
  client.once('error', reject)
  client.query(copy as unknown as pg.Submittable)
  await Promise.race([copy.finished, broken])
  client.off('error', reject)
}
