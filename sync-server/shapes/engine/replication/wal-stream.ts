import { once } from 'node:events'
import type { Socket } from 'node:net'
import type pg from 'pg'
import { formatLsn, readLsn, writeLsn } from './lsn.ts'

/** What `pg` does not declare of its connection: the messages of a replication session. */
interface CopyConnection {
  readonly stream: Socket
  on(event: 'copyData', listener: (message: { chunk: Buffer }) => void): void
  once(event: 'replicationStart', listener: () => void): void
  sendCopyFromChunk(chunk: Buffer): void
}

export interface WalHandlers {
  /** A message of the output plugin; its bytes are valid during the call only. */
  readonly data: (message: Buffer) => void
  /** All that Postgres had to send before this WAL position has been given. */
  readonly keepalive: (walEnd: number, replyRequested: boolean) => void
  /** The stream has broken; nothing more will come. */
  readonly closed: (error: Error) => void
}

const XLOG_DATA = 0x77
const KEEPALIVE = 0x6b
const STATUS_UPDATE = 0x72
/** Milliseconds from 1970 to Postgres' epoch, 2000. */
const POSTGRES_EPOCH_MS = 946_684_800_000

/**
 * A logical replication session over `pg` (streaming replication protocol). `pg-logical-replication` is not used:
 * it confirms LSN + 1, and a commit record that begins exactly at the end of the one confirmed would be skipped.
 */
export class WalStream {
  readonly #client: pg.Client
  readonly #connection: CopyConnection
  #closed = false

  private constructor(client: pg.Client) {
    this.#client = client
    this.#connection = (client as unknown as { connection: CopyConnection }).connection
  }

  /** Starts streaming a slot from what it has been confirmed to. Takes over the client. */
  static async start(
    client: pg.Client,
    source: { slot: string; publication: string },
    handlers: WalHandlers,
  ): Promise<WalStream> {
    const stream = new WalStream(client)
    const started = once(stream.#connection as never, 'replicationStart')
    stream.#connection.on('copyData', ({ chunk }) => stream.#receive(chunk, handlers))
    const options = `proto_version '1', publication_names '"${source.publication}"'`
    const running = client.query(
      `START_REPLICATION SLOT "${source.slot}" LOGICAL ${formatLsn(0)} (${options})`,
    )
    const over = running.then(() => {
      throw new Error('Postgres ended the replication stream')
    })
    await Promise.race([started, over])
    over.catch((error: Error) => stream.#close(error, handlers))
    client.on('error', (error) => stream.#close(error, handlers))
    client.on('end', () => stream.#close(new Error('The replication connection was closed'), handlers))
    return stream
  }

  /** Confirms that everything before an LSN is durable here; `ping` asks for a keepalive at once. */
  confirm(lsn: number, ping = false): void {
    if (this.#closed) return
    const message = Buffer.alloc(34)
    message.writeUInt8(STATUS_UPDATE, 0)
    for (const at of [1, 9, 17]) writeLsn(message, lsn, at)
    message.writeBigInt64BE(BigInt(Date.now() - POSTGRES_EPOCH_MS) * 1000n, 25)
    message.writeUInt8(ping ? 1 : 0, 33)
    this.#connection.sendCopyFromChunk(message)
  }

  /** Stops and goes on reading from the socket, so that Postgres waits while the log catches up. */
  pause(): void {
    this.#connection.stream.pause()
  }

  resume(): void {
    this.#connection.stream.resume()
  }

  async stop(): Promise<void> {
    this.#closed = true
    this.#connection.stream.resume()
    await this.#client.end().catch(() => undefined)
  }

  #receive(chunk: Buffer, handlers: WalHandlers): void {
    if (this.#closed) return
    if (chunk[0] === XLOG_DATA) handlers.data(chunk.subarray(25))
    else if (chunk[0] === KEEPALIVE) handlers.keepalive(readLsn(chunk, 1), chunk[17] === 1)
  }

  #close(error: Error, handlers: WalHandlers): void {
    if (this.#closed) return
    this.#closed = true
    void this.#client.end().catch(() => undefined)
    handlers.closed(error)
  }
}
