import { sameLayout } from './catalogue/table.ts'
import { CatalogueWatch } from './catalogue/watch.ts'
import type { Database } from './database.ts'
import { Definition, type DefinitionRecord } from './definition.ts'
import { NO_DATABASE, OverloadedError, UnavailableError } from './errors.ts'
import type { ChangeLog } from './log/change-log.ts'
import type { Settings } from './options.ts'
import { Pace } from './pace.ts'
import type { Registry } from './registry.ts'
import type { Feed } from './replication/feed.ts'
import { publishTable } from './replication/slot.ts'
import type { ShapeRequest } from './request.ts'
import { resolveShape } from './resolve.ts'
import { Semaphore } from './semaphore.ts'
import type { Shape } from './shape.ts'
import { takeSnapshot } from './snapshot/take.ts'

type ShapeNames = Pick<ShapeRequest, 'table' | 'where' | 'params' | 'columns' | 'replica' | 'log'>

const SNAPSHOTS_AT_ONCE = 3
const ALIGN_LIMIT_MS = 60_000
const KNOWN_NAMES = 10_000

export interface ShapeSourceParts {
  readonly settings: Settings
  readonly db: Database
  readonly registry: Registry
  readonly log: ChangeLog
  readonly feed: Feed
}

/** Finds the shape that a request names, and makes it when there is none. */
export class ShapeSource {
  readonly #parts: ShapeSourceParts
  readonly #watch: CatalogueWatch
  readonly #snapshots = new Semaphore(SNAPSHOTS_AT_ONCE)
  /** How a request names a shape → the shape's definition. */
  readonly #known = new Map<string, string>()
  /** Requests that are being looked up, by what they call the shape. */
  readonly #asked = new Map<string, Promise<Shape>>()
  readonly #creating = new Map<string, Promise<Shape>>()
  /** Requests and snapshots for shapes that are not there yet. */
  #new = 0
  readonly #pace = new Pace(SNAPSHOTS_AT_ONCE)

  constructor(parts: ShapeSourceParts) {
    this.#parts = parts
    this.#watch = new CatalogueWatch(parts.db, parts.registry, parts.settings)
  }

  /** The shape that a request is about: the one of its handle, or the present one of its definition. */
  async shapeFor(request: ShapeRequest): Promise<Shape> {
    const { table, where, params, columns, replica, log } = request
    const name = JSON.stringify([table, where, params, columns, replica, log])
    const known = this.#known.get(name)
    const found = known === undefined ? undefined : await this.#findNow(request, known)
    if (found) return found
    // Who asks for the same at the same time costs nothing more.
    const asked = this.#asked.get(name) ?? this.#ask(request, name)
    const { definition } = await asked
    return this.#find(request, definition.id) ?? asked
  }

  /** The shape that takes the place of one that cannot serve a client any more. */
  async successor(shape: Shape): Promise<Shape> {
    this.#parts.registry.retire(shape)
    return this.#asNew(() => this.#ensure(shape.definition.record))
  }

  /** Ends shapes whose table was dropped or altered without a row having been changed since. */
  async checkCatalogue(): Promise<void> {
    if (this.#parts.feed.streaming) await this.#watch.check((shape) => this.end(shape))
  }

  /** Ends a shape; what requests call it is looked up anew. */
  end(shape: Shape, failureReason: Error | null = null): void {
    this.#known.clear()
    this.#parts.registry.end(shape, failureReason)
  }

  /** Runs what may need the database and a snapshot, unless too much of that is under way already. */
  async #asNew<T>(task: () => Promise<T>): Promise<T> {
    const { maxNewShapes } = this.#parts.settings
    if (this.#new >= maxNewShapes)
      throw new OverloadedError('initial', maxNewShapes, this.#pace.leftMs(this.#new))
    this.#new++
    const done = this.#pace.begin()
    try {
      return await task()
    } finally {
      done()
      this.#new--
    }
  }

  /** As `#find`; who begins gets no shape of a table that has been dropped or altered by now. */
  async #findNow(request: ShapeRequest, definitionId: string): Promise<Shape | undefined> {
    const found = this.#find(request, definitionId)
    const begins = request.offset === 'now' || request.offset.lsn < 0
    if (!found || !begins || !this.#parts.feed.streaming) return found
    await this.#watch.checkNow(found.definition.record.table.oid, (shape) => this.end(shape))
    return found.ended ? undefined : found
  }

  #find({ handle, offset }: ShapeRequest, definitionId: string): Shape | undefined {
    const { registry } = this.#parts
    const followed = handle === null ? undefined : registry.get(handle)
    const follows = offset !== 'now' && offset.lsn >= 0
    return follows && followed?.definition.id === definitionId ? followed : registry.current(definitionId)
  }

  #ask(names: ShapeNames, name: string): Promise<Shape> {
    const asked = this.#asNew(async () => {
      const shape = await this.#ensure(await resolveShape(this.#parts.db, names))
      if (this.#known.size >= KNOWN_NAMES) this.#known.clear()
      this.#known.set(name, shape.definition.id)
      return shape
    }).finally(() => this.#asked.delete(name))
    this.#asked.set(name, asked)
    return asked
  }

  async #ensure(record: DefinitionRecord): Promise<Shape> {
    const { id } = new Definition(record)
    const current = this.#parts.registry.current(id)
    if (current) {
      if (sameLayout(current.definition.record.table, record.table)) return current
      this.end(current)
    }
    const creating = this.#creating.get(id) ?? this.#create(record).finally(() => this.#creating.delete(id))
    this.#creating.set(id, creating)
    return creating
  }

  async #create(record: DefinitionRecord): Promise<Shape> {
    const { db, feed, log, registry, settings } = this.#parts
    if (!feed.streaming) throw new UnavailableError(NO_DATABASE, 1)
    const table = await publishTable(db, settings.name, record.table)
    const shape = registry.create(new Definition({ ...record, table }), log.position)
    this.#new++
    void this.#snapshots.run(() => this.#fill(shape)).finally(() => this.#new--)
    return shape
  }

  /** Takes the shape's snapshot, from the moment on at which it is told of changes. */
  async #fill(shape: Shape): Promise<void> {
    const { db, feed, log, registry, settings } = this.#parts
    const file = { path: shape.snapshotPath, chunkBytes: settings.chunkBytes }
    try {
      let endLsn = 0
      await takeSnapshot(db, shape.definition, file, {
        placed: (visibility, walEnd) => {
          endLsn = walEnd
          shape.place(visibility)
        },
        chunk: (end) => shape.addChunk(end),
      })
      // So that the first up-to-date is at or past everything the snapshot holds.
      if (!(await feed.reached(endLsn, ALIGN_LIMIT_MS))) throw new Error('replication lags behind')
      // Else, after a power cut, the log could end before the place from which this shape heeds it.
      await log.sync()
      await registry.save(shape)
      shape.completeSnapshot()
    } catch (error) {
      if (shape.ended) return
      const reason = error instanceof Error ? error : new Error(String(error))
      settings.onEvent({ level: 'warn', message: `A snapshot failed: ${reason.message}` })
      this.end(shape, new UnavailableError(`The snapshot could not be taken: ${reason.message}`, 1))
    }
  }
}
