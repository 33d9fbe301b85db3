import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadTables, sameLayout } from './catalogue/table.ts'
import { Database } from './database.ts'
import { Definition, type DefinitionRecord } from './definition.ts'
import { EngineError, messageOf, UnavailableError } from './errors.ts'
import type { EngineHealth } from './health.ts'
import { ChangeLog } from './log/change-log.ts'
import { lockFolder, writeDurably } from './log/files.ts'
import { type EngineOptions, type Settings, withDefaults } from './options.ts'
import { Registry } from './registry.ts'
import { Feed } from './replication/feed.ts'
import { type Origin, publishTable } from './replication/slot.ts'
import type { Committed } from './replication/transaction-writer.ts'
import { readShapeNames, readShapeRequest, type ShapeRequest } from './request.ts'
import { resolveShape } from './resolve.ts'
import { TransactionEffects } from './routing.ts'
import { Semaphore } from './semaphore.ts'
import { serveShape } from './serve-shape.ts'
import type { Serving } from './serving.ts'
import type { Shape } from './shape.ts'
import { takeSnapshot } from './snapshot/take.ts'
import { WaitingRequests } from './waiting.ts'
import { failure, json, mustRefetch } from './wire/answers.ts'

type ShapeNames = Pick<ShapeRequest, 'table' | 'where' | 'params' | 'columns' | 'replica' | 'log'>

const ORIGIN_FILE = 'origin.json'
const CACHE_BYTES = 4 * 1024 * 1024
const SNAPSHOTS_AT_ONCE = 3
const ALIGN_LIMIT_MS = 60_000
const KNOWN_NAMES = 10_000

/** Ties together log, feed, shapes and requests. */
export class Engine {
  readonly #settings: Settings
  readonly #db: Database
  readonly #registry: Registry
  readonly #log: ChangeLog
  readonly #unlock: () => void
  readonly #feed: Feed
  readonly #serving: Serving
  readonly #snapshots = new Semaphore(SNAPSHOTS_AT_ONCE)
  /** How a request names a shape → the shape's definition. */
  readonly #known = new Map<string, string>()
  readonly #dirty = new Set<Shape>()
  #globalLsn: number
  #checking: NodeJS.Timeout | null = null
  #closed = false

  private constructor(
    settings: Settings,
    parts: { db: Database; registry: Registry; log: ChangeLog; unlock: () => void; origin: Origin | null },
  ) {
    const { db, registry, log } = parts
    this.#settings = settings
    this.#db = db
    this.#registry = registry
    this.#log = log
    this.#unlock = parts.unlock
    this.#globalLsn = log.lastCommitLsn
    this.#feed = new Feed({
      db,
      log,
      router: registry.router,
      name: settings.name,
      origin: parts.origin,
      handlers: {
        committed: (transaction) => this.#committed(transaction),
        discontinued: (reason) => this.#discontinued(reason),
        streaming: () => settings.onEvent({ level: 'info', message: 'Replication is streaming' }),
        event: settings.onEvent,
      },
    })
    this.#serving = {
      log,
      settings,
      polls: new WaitingRequests(settings.longPollMs),
      early: new WaitingRequests(settings.longPollMs / 2),
      globalLsn: () => this.#globalLsn,
      successor: (shape) => this.#successor(shape),
    }
  }

  static async open(options: EngineOptions): Promise<Engine> {
    const settings = withDefaults(options)
    mkdirSync(settings.dataDir, { recursive: true })
    const unlock = lockFolder(settings.dataDir)
    const registry = new Registry(join(settings.dataDir, 'shapes'))
    registry.load()
    const { router } = registry
    const log = await ChangeLog.open(
      { dir: join(settings.dataDir, 'log'), segmentBytes: settings.segmentBytes, cacheBytes: CACHE_BYTES },
      (transaction) => {
        const effects = new TransactionEffects(router)
        for (const placed of transaction) effects.add(placed)
        const [first] = transaction
        if (!first) return
        const { ended } = effects.commit({ lsn: first.block.commitLsn, xid: first.block.xid })
        for (const shape of ended) registry.end(shape)
      },
    )
    const db = new Database(settings.databaseUrl)
    const engine = new Engine(settings, { db, registry, log, unlock, origin: readOrigin(settings.dataDir) })
    try {
      await engine.#feed.start()
    } catch (error) {
      await engine.close()
      throw error instanceof EngineError ? error : new EngineError(`${messageOf(error)}.`, { cause: error })
    }
    engine.#checking = setInterval(() => void engine.#keepHouse(), settings.catalogueCheckMs)
    return engine
  }

  get streaming(): boolean {
    return this.#feed.streaming
  }

  /** Answers a GET of `/v1/shape`. */
  async get(query: URLSearchParams, raw: Request): Promise<Response> {
    try {
      const request = readShapeRequest(query)
      const shape = await this.#shapeFor(request)
      shape.usedAt = Date.now()
      const beginning = request.offset === 'now' || request.offset.lsn < 0
      if (!beginning && request.handle !== shape.handle) return mustRefetch(shape)
      const context = { signal: raw.signal, ifNoneMatch: raw.headers.get('if-none-match') }
      return await serveShape(this.#serving, shape, request, context)
    } catch (error) {
      return failure(error)
    }
  }

  /** Answers a DELETE: ends the shape that the query names. */
  async delete(query: URLSearchParams): Promise<Response> {
    const headers = { 'cache-control': 'no-cache' }
    if (!this.#settings.allowDelete) return json(405, { message: 'DELETE not allowed' }, headers)
    const handle = query.get('handle')
    if (!handle && !query.get('table')) {
      const errors = { handle: ["can't be blank when shape definition is missing"] }
      return json(400, { message: 'Invalid request', errors }, headers)
    }
    try {
      const named = query.get('table')
        ? new Definition(await resolveShape(this.#db, readShapeNames(query)))
        : null
      const shape = handle ? this.#registry.get(handle) : named && this.#registry.current(named.id)
      if (!shape || (named && shape.definition.id !== named.id)) {
        return json(404, { message: 'No existing shape found' }, headers)
      }
      this.#end(shape)
      return new Response(null, { status: 202, headers: { ...headers, 'electric-has-data': 'true' } })
    } catch (error) {
      return failure(error)
    }
  }

  async health(): Promise<EngineHealth> {
    const slot = await this.#feed.slot().catch(() => null)
    return {
      status: this.streaming ? 'active' : 'starting',
      shapes: this.#registry.count,
      waitingClients: this.#serving.polls.count,
      globalLsn: this.#globalLsn,
      logBytes: this.#log.position - this.#log.start,
      slotHeldBytes: slot?.heldBytes ?? null,
      slotStatus: slot?.walStatus ?? null,
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (this.#checking) clearInterval(this.#checking)
    await this.#feed.stop()
    this.#serving.polls.close()
    this.#serving.early.close()
    await this.#log.close()
    await this.#db.close()
    this.#unlock()
  }

  /** The shape that a request is about: the one of its handle, or the present one of its definition. */
  async #shapeFor(request: ShapeRequest): Promise<Shape> {
    const name = JSON.stringify([
      request.table,
      request.where,
      request.params,
      request.columns,
      request.replica,
      request.log,
    ])
    const known = this.#known.get(name)
    if (known !== undefined) {
      const followed = request.handle === null ? undefined : this.#registry.get(request.handle)
      if (followed?.definition.id === known && this.#follows(request)) return followed
      const current = this.#registry.current(known)
      if (current) return current
    }
    const record = await this.#resolve(request)
    const shape = this.#ensureShape(record)
    const { definition } = await shape
    if (this.#known.size >= KNOWN_NAMES) this.#known.clear()
    this.#known.set(name, definition.id)
    const followed = request.handle === null ? undefined : this.#registry.get(request.handle)
    return followed?.definition.id === definition.id && this.#follows(request) ? followed : shape
  }

  #follows({ offset }: ShapeRequest): boolean {
    return offset !== 'now' && offset.lsn >= 0
  }

  async #resolve(names: ShapeNames): Promise<DefinitionRecord> {
    try {
      return await resolveShape(this.#db, names)
    } catch (error) {
      if (!this.streaming && isConnectionError(error)) {
        throw new UnavailableError(
          'Cannot connect to the database to verify the shape. Please try again later.',
          1,
        )
      }
      throw error
    }
  }

  readonly #creating = new Map<string, Promise<Shape>>()

  async #ensureShape(record: DefinitionRecord): Promise<Shape> {
    const { id } = new Definition(record)
    const current = this.#registry.current(id)
    if (current) {
      if (sameLayout(current.definition.record.table, record.table)) return current
      this.#end(current)
    }
    const creating = this.#creating.get(id) ?? this.#create(record).finally(() => this.#creating.delete(id))
    this.#creating.set(id, creating)
    return creating
  }

  async #create(record: DefinitionRecord): Promise<Shape> {
    if (!this.streaming) {
      throw new UnavailableError(
        'Cannot connect to the database to verify the shape. Please try again later.',
        1,
      )
    }
    const table = await publishTable(this.#db, this.#settings.name, record.table)
    const definition = new Definition({ ...record, table })
    const shape = this.#registry.create(definition, this.#log.position)
    void this.#snapshots.run(() => this.#fill(shape))
    return shape
  }

  /** Takes the shape's snapshot, from the moment on at which it is told of changes. */
  async #fill(shape: Shape): Promise<void> {
    const file = { path: shape.snapshotPath, chunkBytes: this.#settings.chunkBytes }
    try {
      let written = 0
      await takeSnapshot(this.#db, shape.definition, file, {
        placed: (visibility, writtenLsn) => {
          written = writtenLsn
          shape.place(visibility)
        },
        chunk: (end) => shape.addChunk(end),
      })
      // So that the first up-to-date is at or past everything the snapshot holds.
      if (!(await this.#feed.reached(written, ALIGN_LIMIT_MS))) throw new Error('replication lags behind')
      // Else, after a power cut, the log could end before the place from which this shape heeds it.
      await this.#log.sync()
      await this.#registry.save(shape)
      shape.completeSnapshot()
    } catch (error) {
      if (shape.ended) return
      const reason = error instanceof Error ? error : new Error(String(error))
      this.#settings.onEvent({ level: 'warn', message: `A snapshot failed: ${reason.message}` })
      this.#end(shape, new UnavailableError(`The snapshot could not be taken: ${reason.message}`, 1))
    }
  }

  async #successor(shape: Shape): Promise<Shape> {
    this.#registry.retire(shape)
    return this.#ensureShape(shape.definition.record)
  }

  #committed({ lsn, touched, ended }: Committed): void {
    this.#globalLsn = lsn
    for (const shape of ended) this.#end(shape)
    if (touched.length === 0) return
    // Woken after all commits that came in one packet are in, so that one answer has them all.
    if (this.#dirty.size === 0) queueMicrotask(() => this.#wakeDirty())
    for (const shape of touched) this.#dirty.add(shape)
  }

  #wakeDirty(): void {
    const dirty = [...this.#dirty]
    this.#dirty.clear()
    for (const shape of dirty) shape.wake()
  }

  #end(shape: Shape, failureReason: Error | null = null): void {
    this.#known.clear()
    this.#registry.end(shape, failureReason)
  }

  async #discontinued(reason: string): Promise<void> {
    const { origin } = this.#feed
    const shapes = [...this.#registry.shapes]
    if (shapes.length > 0) {
      this.#settings.onEvent({ level: 'error', message: `All shapes begin anew: ${reason}` })
    }
    for (const shape of shapes) this.#end(shape)
    this.#globalLsn = this.#log.lastCommitLsn
    await writeDurably(join(this.#settings.dataDir, ORIGIN_FILE), JSON.stringify(origin))
  }

  async #keepHouse(): Promise<void> {
    try {
      await this.#checkCatalogue()
      await this.#trimLog()
    } catch (error) {
      this.#settings.onEvent({ level: 'warn', message: `Housekeeping failed: ${messageOf(error)}` })
    }
  }

  /**
   * Gives up the log beyond retention. A shape that loses entries goes on for those who have read them; who begins
   * gets a new one. What each shape has lost is on disk before the log is cut.
   */
  async #trimLog(): Promise<void> {
    const { retentionMs, retentionBytes } = this.#settings
    const unusedSince = Date.now() - retentionMs
    for (const shape of [...this.#registry.shapes]) {
      if (shape.complete && shape.followers.size === 0 && shape.usedAt < unusedSince) this.#end(shape)
    }
    const start = this.#log.trimmable(unusedSince, retentionBytes)
    if (start <= this.#log.start) return
    for (const shape of [...this.#registry.shapes]) {
      if (!shape.trim(start)) continue
      this.#registry.retire(shape)
      await this.#registry.save(shape)
    }
    this.#log.trim(start)
  }

  /** Ends shapes whose table was dropped or altered without a row having been changed since. */
  async #checkCatalogue(): Promise<void> {
    const oids = this.#registry.router.tableOids
    if (oids.length === 0 || !this.streaming) return
    const tables = await loadTables(this.#db.pool, oids).catch(() => null)
    if (!tables) return
    for (const shape of [...this.#registry.shapes]) {
      const { table } = shape.definition.record
      const current = tables.get(table.oid)
      if (!oids.includes(table.oid) || (current && sameLayout(current, table))) continue
      this.#end(shape)
    }
  }
}

function readOrigin(dataDir: string): Origin | null {
  const path = join(dataDir, ORIGIN_FILE)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Origin) : null
}

function isConnectionError(error: unknown): boolean {
  const code = (error as { code?: string }).code ?? ''
  return (
    code.startsWith('ECONN') || code.startsWith('57') || /connect|terminat|timeout/i.test(messageOf(error))
  )
}
