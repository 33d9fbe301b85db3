import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Database } from './database.ts'
import { Definition } from './definition.ts'
import { EngineError, messageOf, OverloadedError, RequestError } from './errors.ts'
import type { EngineHealth } from './health.ts'
import { keepHouse } from './housekeeping.ts'
import { ChangeLog } from './log/change-log.ts'
import { lockFolder, writeDurably } from './log/files.ts'
import { type EngineOptions, type Settings, withDefaults } from './options.ts'
import { Registry } from './registry.ts'
import { Replay } from './replay.ts'
import { Feed } from './replication/feed.ts'
import { HistoryMark } from './replication/history-mark.ts'
import type { Origin } from './replication/slot.ts'
import { SlotWatch } from './replication/slot-watch.ts'
import type { Committed } from './replication/transaction-writer.ts'
import { readShapeNames, readShapeRequest, type ShapeRequest } from './request.ts'
import { resolveShape } from './resolve.ts'
import { serveShape } from './serve-shape.ts'
import type { RequestContext, Serving } from './serving.ts'
import type { Shape } from './shape.ts'
import { ShapeSource } from './source.ts'
import { Subsets } from './subset/serve-subset.ts'
import { WaitingRequests } from './waiting.ts'
import { failure, json, mustRefetch, uncached } from './wire/answers.ts'
import { COMMON_HEADERS } from './wire/headers.ts'
import { BEGINNING, FIRST_CHUNK } from './wire/offset.ts'

const ORIGIN_FILE = 'origin.json'
const MARK_FILE = 'history-mark.json'
const PARTS = ['log', 'shapes', 'subsets']
const CACHE_BYTES = 4 * 1024 * 1024

interface EngineParts {
  readonly db: Database
  readonly registry: Registry
  readonly log: ChangeLog
  readonly replay: Replay
  readonly unlock: () => void
  readonly origin: Origin | null
  readonly mark: HistoryMark
}

/** Ties together log, feed, shapes and requests. */
export class Engine {
  readonly #settings: Settings
  readonly #parts: EngineParts
  readonly #feed: Feed
  readonly #source: ShapeSource
  readonly #subsets: Subsets
  readonly #slotWatch: SlotWatch
  readonly #serving: Serving
  readonly #dirty = new Set<Shape>()
  /** Requests not yet answered, waiting ones included. */
  #requests = 0
  #globalLsn: number
  #checking: NodeJS.Timeout | null = null
  #closed = false

  private constructor(settings: Settings, parts: EngineParts) {
    const { db, registry, log } = parts
    this.#settings = settings
    this.#parts = parts
    this.#globalLsn = log.lastCommitLsn
    this.#feed = new Feed({
      db,
      log,
      router: registry.router,
      name: settings.name,
      origin: parts.origin,
      mark: parts.mark,
      handlers: {
        committed: (transaction) => this.#committed(transaction),
        discontinued: (reason) => this.#discontinued(reason),
        streaming: () => {
          this.#globalLsn = log.lastCommitLsn
          settings.onEvent({ level: 'info', message: 'Replication is streaming' })
        },
        event: settings.onEvent,
        fatal: settings.onFatal,
      },
    })
    this.#source = new ShapeSource({ settings, db, registry, log, feed: this.#feed })
    this.#slotWatch = new SlotWatch(settings.slotWarnBytes, settings.onEvent)
    this.#subsets = new Subsets(db, join(settings.dataDir, 'subsets'))
    this.#serving = {
      log,
      settings,
      polls: new WaitingRequests(settings.longPollMs),
      streams: new Set(),
      early: new WaitingRequests(settings.longPollMs / 2),
      globalLsn: () => this.#globalLsn,
      successor: (shape) => this.#source.successor(shape),
    }
  }

  static async open(options: EngineOptions): Promise<Engine> {
    const settings = withDefaults(options)
    // Rows of the database are in it. What is made here for a start that fails is taken away again.
    const made = mkdirSync(settings.dataDir, { recursive: true, mode: 0o700 })
    for (const part of PARTS) openFolder(join(settings.dataDir, part))
    const unlock = lockFolder(settings.dataDir)
    const registry = new Registry(join(settings.dataDir, 'shapes'))
    registry.load()
    const replay = new Replay(registry)
    const log = await ChangeLog.open(
      { dir: join(settings.dataDir, 'log'), segmentBytes: settings.segmentBytes, cacheBytes: CACHE_BYTES },
      replay,
    )
    const db = new Database(settings.databaseUrl)
    const engine = new Engine(settings, {
      db,
      registry,
      log,
      replay,
      unlock,
      origin: readOrigin(settings),
      mark: new HistoryMark(db, settings.name, join(settings.dataDir, MARK_FILE)),
    })
    try {
      await engine.#feed.start()
      await engine.#slotWatch.checkBound(db)
      // What was done to tables meanwhile is known before anybody is answered.
      await engine.#source.checkCatalogue()
    } catch (error) {
      await engine.close()
      if (made) rmSync(made, { recursive: true, force: true })
      throw error instanceof EngineError ? error : new EngineError(`${messageOf(error)}.`, { cause: error })
    }
    settings.onEvent({ level: 'info', message: openingReport(registry, log) })
    engine.#keepHouse()
    return engine
  }

  get streaming(): boolean {
    return this.#feed.streaming
  }

  get trouble(): string | null {
    return this.#feed.trouble
  }

  get #status(): EngineHealth['status'] {
    if (this.#feed.failed) return 'failed'
    return this.streaming && this.trouble === null ? 'active' : 'starting'
  }

  /** Answers a GET of `/v1/shape`, or a POST whose body has been read into the query. */
  get(query: URLSearchParams, raw: Request): Promise<Response> {
    try {
      const { maxRequests } = this.#settings
      if (this.#requests + this.#serving.streams.size >= maxRequests) {
        throw new OverloadedError('existing', maxRequests, this.#serving.polls.freeInMs)
      }
      const context = {
        signal: raw.signal,
        ifNoneMatch: raw.headers.get('if-none-match'),
        cacheable: raw.method !== 'POST',
      }
      return this.#answer(readShapeRequest(query), context)
    } catch (error) {
      return Promise.resolve(failure(error))
    }
  }

  /** What waits here, perhaps thousands, keeps hold of neither the query nor the request they came by. */
  async #answer(request: ShapeRequest, context: RequestContext): Promise<Response> {
    this.#requests++
    try {
      const shape = await this.#source.shapeFor(request)
      shape.usedAt = Date.now()
      const beginning = request.offset === 'now' || request.offset.lsn < 0
      if (!beginning && request.handle !== shape.handle) return mustRefetch(shape)
      return await this.#serve(shape, request, context)
    } catch (error) {
      return failure(error)
    } finally {
      this.#requests--
    }
  }

  /** Answers a DELETE: ends the shape that the query names. */
  async delete(query: URLSearchParams): Promise<Response> {
    return uncached(await this.#delete(query).catch(failure))
  }

  async #delete(query: URLSearchParams): Promise<Response> {
    const { db, registry } = this.#parts
    if (!this.#settings.allowDelete) return json(405, { message: 'DELETE not allowed' })
    const handle = query.get('handle')
    if (!handle && !query.get('table')) {
      throw new RequestError({ handle: ["can't be blank when shape definition is missing"] })
    }
    const named = query.get('table') ? new Definition(await resolveShape(db, readShapeNames(query))) : null
    const shape = handle ? registry.get(handle) : named && registry.current(named.id)
    if (!shape || (named && shape.definition.id !== named.id)) {
      return json(404, { message: 'No existing shape found' })
    }
    this.#source.end(shape)
    return new Response(null, { status: 202, headers: { ...COMMON_HEADERS, 'electric-has-data': 'true' } })
  }

  async health(): Promise<EngineHealth> {
    const { log, registry } = this.#parts
    const slot = await this.#feed.slot().catch(() => null)
    return {
      status: this.#status,
      trouble: this.trouble,
      shapes: registry.count,
      waitingClients: this.#serving.polls.count,
      globalLsn: this.#globalLsn,
      logBytes: log.position - log.start,
      slotHeldBytes: slot?.heldBytes ?? null,
      slotStatus: slot?.walStatus ?? null,
      slotAtRisk: slot !== null && this.#slotWatch.isAtRisk(slot),
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (this.#checking) clearTimeout(this.#checking)
    const isReachable = this.streaming
    await this.#feed.stop()
    const { log, replay, db, mark } = this.#parts
    if (isReachable)
      await mark.renewIfDue().catch((error: unknown) => this.#warn('The database was not marked', error))
    this.#serving.polls.close()
    this.#serving.early.close()
    await replay.sealTail(log).catch((error: unknown) => this.#warn('An index cannot be kept', error))
    await log.close().catch((error: unknown) => this.#warn('The change log was not closed in order', error))
    await db.close()
    this.#parts.unlock()
  }

  async #serve(shape: Shape, request: ShapeRequest, context: RequestContext): Promise<Response> {
    const { subset, live } = request
    if (!subset) return serveShape(this.#serving, shape, request, context)
    // Of a new shape it is known from here on that its table can be read, and that what comes later is told.
    await shape.chunkReady(0)
    if (shape.ended) return mustRefetch(null)
    const asked = request.offset === 'now' ? shape.lastOffset : request.offset
    const offset = asked === BEGINNING ? FIRST_CHUNK : asked
    return this.#subsets.serve(shape, { subset, offset, live })
  }

  #committed({ lsn, touched, ended }: Committed): void {
    this.#globalLsn = lsn
    const { log, replay } = this.#parts
    for (const shape of ended) this.#source.end(shape)
    replay.noteEnded(ended)
    // At once: what the shapes have now is what the complete segment holds of them.
    if (log.hasSealed)
      void replay.seal(log).catch((error: unknown) => this.#warn('An index cannot be kept', error))
    if (touched.length === 0) return
    // Woken after all commits that came in one packet are in, so that one answer has them all.
    if (this.#dirty.size === 0) queueMicrotask(() => this.#wakeDirty())
    for (const shape of touched) this.#dirty.add(shape)
  }

  #warn(what: string, error: unknown): void {
    this.#settings.onEvent({ level: 'warn', message: `${what}: ${messageOf(error)}` })
  }

  #wakeDirty(): void {
    const dirty = [...this.#dirty]
    this.#dirty.clear()
    for (const shape of dirty) shape.wake()
  }

  async #discontinued(reason: string): Promise<void> {
    const { registry } = this.#parts
    const shapes = [...registry.shapes]
    if (shapes.length > 0) {
      this.#settings.onEvent({ level: 'error', message: `All shapes begin anew: ${reason}` })
    }
    for (const shape of shapes) this.#source.end(shape)
    await writeDurably(join(this.#settings.dataDir, ORIGIN_FILE), JSON.stringify(this.#feed.origin))
  }

  #keepHouse(): void {
    this.#checking = setTimeout(async () => {
      const { registry, log, mark } = this.#parts
      const { feed, source, slotWatch } = {
        feed: this.#feed,
        source: this.#source,
        slotWatch: this.#slotWatch,
      }
      await keepHouse({ settings: this.#settings, registry, log, mark, feed, source, slotWatch })
      if (!this.#closed) this.#keepHouse()
    }, this.#settings.catalogueCheckMs)
  }
}

/** A folder that nobody else on this machine may read. */
function openFolder(dir: string): void {
  mkdirSync(dir, { recursive: true })
  chmodSync(dir, 0o700)
}

function openingReport({ count }: Registry, log: ChangeLog): string {
  const mib = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`
  return `${count} shapes over ${mib(log.position - log.start)} of change log, ${mib(log.scannedBytes)} of it read`
}

function readOrigin({ dataDir, name }: Settings): Origin | null {
  const path = join(dataDir, ORIGIN_FILE)
  if (!existsSync(path)) return null
  // Folders from before the slot was noted were filled by the one they are opened with.
  const kept = JSON.parse(readFileSync(path, 'utf8')) as Omit<Origin, 'slot'> & { slot?: string }
  return { slot: name, ...kept }
}
