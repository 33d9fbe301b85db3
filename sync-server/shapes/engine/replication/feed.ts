import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '../database.ts'
import { EngineError, messageOf } from '../errors.ts'
import type { ChangeLog } from '../log/change-log.ts'
import type { EngineEvent } from '../options.ts'
import type { Router } from '../routing.ts'
import type { HistoryMark } from './history-mark.ts'
import {
  checkServer,
  dropSlot,
  ensurePublication,
  identify,
  type Origin,
  recreateSlot,
  type SlotState,
  slotHolder,
  slotOwner,
  slotState,
} from './slot.ts'
import { type Committed, TransactionWriter } from './transaction-writer.ts'
import { WalStream } from './wal-stream.ts'

const STATUS_INTERVAL_MS = 2000
const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 5000
/** Between two tries to write a log that could not be written. */
const STALLED_RETRY_MS = 1000
const PING_MS = 20
const SLOT_IN_USE_RETRY_MS = 500
const SLOT_IN_USE_REPORT_MS = 30_000
const OBJECT_IN_USE = '55006'
/** Postgres waits while so much of the log is not yet on disk. */
const MAX_UNSYNCED_BYTES = 64 * 1024 * 1024
/** Foreign WAL is confirmed in steps of this, so that an idle table does not hold it. */
const MARK_BYTES = 1024 * 1024

const SET_BACK = 'the database was set back to an older copy of itself'

function isSlotInUse(error: unknown): boolean {
  return (error as { code?: string }).code === OBJECT_IN_USE
}

export interface FeedHandlers {
  readonly committed: (transaction: Committed) => void
  /** What the log holds does not continue with what Postgres will send: every shape is over. */
  readonly discontinued: (reason: string) => Promise<void>
  /** Streaming has begun, after a connect or reconnect. */
  readonly streaming: () => void
  readonly event: (event: EngineEvent) => void
  /** What the log has on disk cannot be told any more: the process must end. */
  readonly fatal: (message: string) => void
}

export interface FeedOptions {
  readonly db: Database
  readonly log: ChangeLog
  readonly router: Router
  readonly name: string
  /** The origin that the log on disk belongs to, or null for a new one. */
  readonly origin: Origin | null
  readonly mark: HistoryMark
  readonly handlers: FeedHandlers
}

/**
 * Follows the one replication slot: writes what comes to the change log, tells each commit, and confirms to Postgres
 * only what is on disk. Reconnects for ever once it has run.
 */
export class Feed {
  readonly #options: FeedOptions
  readonly #writer: TransactionWriter
  #origin: Origin | null
  #stream: WalStream | null = null
  #receivedLsn = 0
  /** Settled when more has been received. */
  #received = Promise.withResolvers<void>()
  #durableLsn: number
  #durablePosition: number
  #syncing = false
  #stopped = false
  #failed = false
  #trouble: { message: string; endLsn: number } | null = null
  /** Messages of the present stream are taken in. */
  #accepting = false
  #statusTimer: NodeJS.Timeout | null = null
  #nextSlotReport = 0
  #streamClosed: (error: Error) => void = () => undefined

  constructor(options: FeedOptions) {
    this.#options = options
    this.#origin = options.origin
    this.#writer = new TransactionWriter(options.log, options.router)
    this.#durableLsn = options.log.endLsn
    this.#durablePosition = options.log.position
  }

  get streaming(): boolean {
    return this.#stream !== null
  }

  /** It will never stream again in this process. */
  get failed(): boolean {
    return this.#failed
  }

  /** Why nothing more is taken from Postgres, which keeps it meanwhile; null when all is well. */
  get trouble(): string | null {
    return this.#trouble?.message ?? null
  }

  get origin(): Origin | null {
    return this.#origin
  }

  /**
   * Connects for the first time; throws an EngineError that says what is wrong. Then keeps itself running. After a
   * kill -9 Postgres may believe for a while that the process before still reads the slot: that is waited for, not an error.
   */
  async start(): Promise<void> {
    let connected: { closed: Promise<Error> } | null = null
    try {
      connected = await this.#connect()
    } catch (error) {
      if (!isSlotInUse(error)) throw error
    }
    this.#statusTimer = setInterval(() => this.#tick(), STATUS_INTERVAL_MS)
    void this.#keepRunning(connected?.closed ?? null)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#accepting = false
    if (this.#statusTimer) clearInterval(this.#statusTimer)
    const stream = this.#stream
    this.#stream = null
    this.#streamClosed(new Error('stopped'))
    await stream?.stop()
    this.#writer.abort()
  }

  /** Waits until everything up to a WAL position has been received, at most `limitMs`; false when it took longer. */
  async reached(lsn: number, limitMs: number): Promise<boolean> {
    this.#options.mark.touch()
    const deadline = performance.now() + limitMs
    while (this.#receivedLsn < lsn) {
      if (performance.now() > deadline || this.#stopped) return false
      this.#stream?.confirm(this.#durableLsn, true)
      await Promise.race([this.#received.promise, delay(PING_MS)])
    }
    return true
  }

  slot(): Promise<SlotState | null> {
    return slotState(this.#options.db, this.#options.name)
  }

  /** Connects and starts streaming; `closed` tells the stream's end. */
  async #connect(): Promise<{ closed: Promise<Error> }> {
    const { db, name, handlers } = this.#options
    const client = await db.connectForReplication().catch((error: unknown) => {
      throw new EngineError(`Cannot connect to Postgres for replication: ${messageOf(error)}.`, {
        cause: error,
      })
    })
    try {
      await checkServer(db)
      await ensurePublication(db.pool, name)
      await this.#continue(await identify(client, name))
      const { promise, resolve } = Promise.withResolvers<Error>()
      this.#streamClosed = resolve
      this.#accepting = true
      this.#stream = await WalStream.start(
        client,
        { slot: name, publication: name },
        {
          data: (message) => this.#receive(message),
          keepalive: (walEnd, replyRequested) => this.#keepalive(walEnd, replyRequested),
          closed: (error) => resolve(error),
        },
      )
      handlers.streaming()
      return { closed: promise }
    } catch (error) {
      this.#accepting = false
      await client.end().catch(() => undefined)
      throw error
    }
  }

  /** Makes sure that the slot goes on exactly where the log ends, or begins both anew. */
  async #continue({ origin, flushedLsn }: Awaited<ReturnType<typeof identify>>): Promise<void> {
    const { db, name, log, mark } = this.#options
    const slot = await slotState(db, name)
    const reason =
      this.#whyDiscontinued(origin, slot, flushedLsn) ?? ((await mark.isBorne()) ? null : SET_BACK)
    if (reason === null) await mark.renew()
    else {
      await this.#beginAnew(reason, origin)
      await mark.begin()
    }
    this.#receivedLsn = Math.max(this.#receivedLsn, log.endLsn)
  }

  /**
   * Empties the log, and fills it from a new slot. That the slot is ours is on disk before it is made, and what the log
   * held is gone by then: after a crash at any point this is done again.
   */
  async #beginAnew(reason: string, origin: Origin): Promise<void> {
    const { db, name, log, handlers } = this.#options
    const before = this.#origin
    const isSameDatabase = before?.systemId === origin.systemId && before.database === origin.database
    if (!isSameDatabase || before.slot !== name) await this.#takeOver(origin.database)
    await log.reset(0)
    this.#origin = origin
    await handlers.discontinued(reason)
    const lsn = await recreateSlot(db, name)
    await log.reset(lsn)
    this.#durableLsn = lsn
    this.#durablePosition = log.position
    this.#receivedLsn = lsn
    this.#writer.mark(lsn)
    await log.sync()
    // Else Postgres would keep WAL for it for ever.
    if (isSameDatabase && before.slot !== name) await dropSlot(db, before.slot, { idle: true })
  }

  /**
   * A slot that another folder has filled is taken over when nobody reads it: a folder may be lost, and an engine that comes
   * back to a slot which went on without it begins anew too. From one that runs it is not taken: that would end its shapes.
   */
  async #takeOver(database: string): Promise<void> {
    const { db, name, handlers } = this.#options
    const slot = await slotOwner(db, name)
    if (!slot) return
    if (slot.database !== database || slot.active)
      throw new EngineError(
        `The replication slot "${name}" (of the database "${slot.database}") is ${slot.active ? 'read by another engine' : 'of another database'}: give this engine another name, or, if no other one needs it, run SELECT pg_drop_replication_slot('${name}').`,
      )
    handlers.event({
      level: 'warn',
      message: `The replication slot "${name}" was filled from another data folder, and is taken over.`,
    })
  }

  #whyDiscontinued(origin: Origin, slot: SlotState | null, flushedLsn: number): string | null {
    const { log } = this.#options
    if (this.#origin === null) return 'there is no log yet'
    if (this.#origin.systemId !== origin.systemId || this.#origin.database !== origin.database) {
      return 'the log belongs to another database'
    }
    if (this.#origin.slot !== origin.slot) return 'the log was filled from another slot'
    if (this.#origin.timeline !== origin.timeline) return 'the database went on in another timeline'
    // Postgres sends only WAL that it has on disk: an older copy of its files, or a disk that lied, has lost what we hold.
    if (log.endLsn > flushedLsn) return 'the database was set back to before the end of the log'
    if (!slot) return 'the replication slot is gone'
    if (slot.walStatus === 'lost') return 'the replication slot was invalidated'
    if (slot.confirmedLsn > log.endLsn) return 'the replication slot is ahead of the log'
    return null
  }

  async #keepRunning(firstClosed: Promise<Error> | null): Promise<void> {
    let closed = firstClosed
    for (let wait = FIRST_RETRY_MS; !this.#stopped; ) {
      try {
        closed ??= (await this.#connect()).closed
        this.#disconnected(await closed)
        wait = this.#trouble === null ? FIRST_RETRY_MS : STALLED_RETRY_MS
      } catch (error) {
        wait = isSlotInUse(error) ? SLOT_IN_USE_RETRY_MS : Math.min(wait * 2, LAST_RETRY_MS)
        await this.#reportNoStart(error)
      }
      closed = null
      if (!this.#stopped) await delay(wait)
    }
  }

  /** Says why replication cannot start; of a slot in use only from time to time, and who has it. */
  async #reportNoStart(error: unknown): Promise<void> {
    const { db, name, handlers } = this.#options
    if (!isSlotInUse(error)) {
      handlers.event({ level: 'warn', message: `Replication cannot start: ${messageOf(error)}` })
      return
    }
    if (performance.now() < this.#nextSlotReport) return
    this.#nextSlotReport = performance.now() + SLOT_IN_USE_REPORT_MS
    const holder = await slotHolder(db, name).catch(() => null)
    const message = `The replication slot "${name}" is still in use${holder ? ` by ${holder}` : ''}; waiting until Postgres gives it free.`
    handlers.event({ level: 'warn', message })
  }

  #disconnected(error: Error): void {
    this.#stream = null
    this.#accepting = false
    if (this.#stopped) return
    this.#writer.abort()
    this.#options.handlers.event({ level: 'warn', message: `Replication stopped: ${messageOf(error)}` })
  }

  #receive(message: Buffer): void {
    if (!this.#accepting) return
    try {
      const committed = this.#writer.receive(message)
      if (!committed) return
      this.#advance(this.#options.log.endLsn)
      this.#options.mark.touch()
      this.#options.handlers.committed(committed)
      this.#sync()
    } catch (error) {
      this.#pauseReceiving(error)
    }
  }

  #keepalive(walEnd: number, replyRequested: boolean): void {
    if (!this.#accepting || !this.#writer.idle) return
    this.#advance(walEnd)
    if (walEnd - this.#options.log.endLsn >= MARK_BYTES) this.#mark()
    else if (replyRequested) this.#status()
  }

  /** From time to time even the last bit of foreign WAL is confirmed, else Postgres would keep what came before it. */
  #tick(): void {
    const isFurther = this.#receivedLsn > this.#options.log.endLsn
    if (this.#accepting && this.#writer.idle && isFurther) this.#mark()
    else this.#status()
  }

  #mark(): void {
    try {
      this.#writer.mark(this.#receivedLsn)
      this.#sync()
    } catch (error) {
      this.#pauseReceiving(error)
    }
  }

  #advance(lsn: number): void {
    if (lsn <= this.#receivedLsn) return
    this.#receivedLsn = lsn
    this.#received.resolve()
    this.#received = Promise.withResolvers<void>()
  }

  #status(): void {
    this.#stream?.confirm(this.#durableLsn)
  }

  /** Brings the log to disk, then confirms; one at a time, each for all that came meanwhile. */
  #sync(): void {
    const { log } = this.#options
    if (log.position - this.#durablePosition > MAX_UNSYNCED_BYTES) this.#stream?.pause()
    if (this.#syncing) return
    this.#syncing = true
    const lsn = log.endLsn
    const position = log.position
    log.sync().then(
      () => {
        this.#syncing = false
        this.#durableLsn = lsn
        this.#durablePosition = position
        this.#overcome(lsn)
        this.#status()
        this.#stream?.resume()
        if (log.endLsn > lsn && !this.#stopped) this.#sync()
      },
      (error: unknown) => {
        // What a failed fsync has lost cannot be told: nothing more is confirmed by this process, and the next one
        // must not take from memory what is not on the disk.
        this.#stopped = true
        this.#failed = true
        this.#pauseReceiving(error)
        log.giveUp(this.#durablePosition)
        const why = `The change log could not be brought to disk (${messageOf(error)})`
        this.#options.handlers.fatal(`${why}: the process must begin again, after a look at the disk.`)
      },
    )
  }

  /** The log cannot be written (a full disk, say): stops receiving, so that Postgres keeps what is not yet ours. */
  #pauseReceiving(error: unknown): void {
    this.#accepting = false
    const message = `The change log cannot be written: ${messageOf(error)}`
    // It is tried again and again: said once.
    if (message !== this.trouble) this.#options.handlers.event({ level: 'error', message })
    this.#trouble = { message, endLsn: this.#options.log.endLsn }
    const stream = this.#stream
    const closed = this.#streamClosed
    this.#stream = null
    void (stream?.stop() ?? Promise.resolve()).then(() =>
      closed(new Error('the change log cannot be written')),
    )
  }

  /** What was on its way to disk when the log could no longer be written is no sign that it can. */
  #overcome(durableLsn: number): void {
    if (this.#trouble === null || durableLsn <= this.#trouble.endLsn) return
    this.#trouble = null
    this.#options.handlers.event({ level: 'info', message: 'The change log is written again' })
  }
}
