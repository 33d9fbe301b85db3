import type { OwnHistory } from '../journal/own-history.ts'
import type { Changes, Topic } from '../store/changes.ts'
import type { TillDatabase } from '../store/database.ts'
import { relaxed } from '../store/relaxed.ts'
import { createBell } from './bell.ts'
import { createEcho } from './echo.ts'
import { createEpoch, type Epoch } from './epoch.ts'
import {
  createFrontier,
  type Frontier,
  logChange,
  type Release,
  type ShapeMessage,
  type ShapePosition,
} from './frontier.ts'
import { joinShapes } from './join.ts'
import { Loads, loadedChange, TILL_TABLES } from './load.ts'
import { createPageCache, type PageCache } from './page-cache.ts'
import { createProgress } from './progress.ts'
import { rejoinShapes } from './rejoin.ts'
import type { Slices } from './slices.ts'
import { COUNTER_STAGE, stageOf } from './stages.ts'
import type { ShapeSink } from './streams.ts'
import { topicOf } from './topics.ts'
import type { ReplicaWriter } from './writer.ts'

/** Progress is told at most this often, ms. */
const TELL_MS = 300

/** As much one transaction may write while somebody is selling, rows: some tens of ms. */
const AT_ONCE_ROWS = 2000

/** Snapshots that are asked for at the same time. */
const AT_ONCE = 2

export interface IntakeOptions {
  db: TillDatabase
  history: OwnHistory
  writer: ReplicaWriter
  slices: Slices
  /** So many rows of tables that were fetched anew may be written by one transaction; 2000 unless said otherwise. */
  atOnce?: number
  changes: Changes
  /** Milliseconds. */
  now(): number
  /** Rows were committed. */
  committed(): void
  /** Shapes may hold others back now. */
  moved(): void
  /** Something could not be written; nothing further is. */
  broken(error: Error): void
}

/**
 * Takes what the shapes bring, whichever way that is, and commits it: snapshots slice by slice, stage after stage, and
 * logs transaction by transaction once all of a stage stands at one LSN.
 */
export class Intake {
  readonly frontier: Frontier
  readonly #options: IntakeOptions
  readonly #loads: Loads
  readonly #saved: ReadonlyMap<string, ShapePosition>
  readonly #joined: Set<string>
  /** Tables that the server does not have, being of an older release. */
  readonly #lacking = new Set<string>()
  readonly #progress: ReturnType<typeof createProgress>
  readonly #epoch: Epoch
  readonly #pageCache: PageCache
  readonly #bell = createBell()
  readonly #echo: ReturnType<typeof createEcho>
  readonly #stopping = new AbortController()
  /** Shapes are on their way from loaded to joined: none may begin anew meanwhile. */
  #joining = true
  #pumping = false
  #pumpAgain = false
  #told: number

  constructor(options: IntakeOptions) {
    const { db, history, writer, now } = options
    this.#options = options
    this.#loads = new Loads(db, history)
    this.#saved = writer.positions()
    this.#joined = new Set(TILL_TABLES.filter((table) => this.#saved.has(table)))
    this.frontier = createFrontier(writer.lsn())
    this.#echo = createEcho(writer.deviceId)
    for (const table of this.#joined) this.frontier.follow(table, writer.lsn() ?? 0n)
    for (const [table, { loaded, top }] of this.#loads.pending()) {
      if (loaded) this.frontier.follow(table, BigInt(top))
    }
    this.#progress = createProgress(this.#loads, this.frontier, this.#joined, this.#lacking)
    this.#pageCache = createPageCache(db)
    this.#epoch = createEpoch(db, writer.lsn(), this.#loads.pending())
    this.#told = now()
    this.#settle()
    this.#guarded(() => this.#tidy()).catch(() => {})
  }

  /** Where a table's shape is to be asked on; undefined: from its beginning. */
  resume(table: string): ShapePosition | undefined {
    const load = this.#loads.pending().get(table)
    if (!load) return this.#saved.get(table)
    return load.offset === null ? undefined : { handle: load.handle, offset: load.offset }
  }

  /** Whether the catalogue and all else is there that a till sells with. */
  ready(): boolean {
    return this.#progress.ready()
  }

  /** Rows received so far while the first replica is not whole; null once it is. */
  loading(): number | null {
    return this.#progress.whole() ? null : this.#loads.rows()
  }

  /**
   * The server does not have this table: nothing waits for it any more, until it is answered after all.
   * @returns whether the till can go on without it; what it sells with it cannot
   */
  lacks(table: string): boolean {
    if (stageOf(table) === COUNTER_STAGE) return false
    if (this.#lacking.has(table)) return true
    this.#lacking.add(table)
    this.frontier.drop(table)
    this.#settle()
    this.pump()
    return true
  }

  /**
   * A table that was lacking is answered: others wait for it as before. They have gone on meanwhile, so that what its log
   * brings from where it was left is taken although it is older than what is here of them.
   */
  #found(table: string): void {
    if (!this.#lacking.delete(table)) return
    const load = this.#loads.pending().get(table)
    if (load?.loaded) this.frontier.follow(table, BigInt(load.top))
    else if (this.#joined.has(table)) this.frontier.follow(table, 0n)
    this.#settle()
  }

  /** Whether somebody waits for what cannot be committed yet: a till shows its own facts already. */
  isAwaited(): boolean {
    return this.#progress.half() || !this.#progress.whole() || !this.#echo.isAlone()
  }

  /** What takes a table's answers. */
  sink(table: string): ShapeSink {
    const heard = <T>(work: () => Promise<T> | T, signal?: AbortSignal) =>
      this.#guarded(() => {
        this.#found(table)
        return work()
      }, signal)
    const follow = (messages: readonly ShapeMessage[], signal: AbortSignal) =>
      this.frontier.follows(table) ? this.#follow(table, messages, signal) : this.#load(table, messages)
    return {
      turn: async (signal) => {
        await this.#bell.until(() => this.#mayAsk(table), signal)
        this.#epoch.asked(table)
      },
      appetite: () => (this.frontier.follows(table) ? 1 : this.#options.slices.limit(`load ${table}`)),
      begin: (handle, signal) => heard(() => this.#begin(table, handle, signal), signal),
      take: (messages, signal) => heard(() => follow(messages, signal), signal),
      end: (position, seen, isCached) => heard(() => this.#end(table, position, seen, isCached)),
    }
  }

  /** Nothing has happened to a table up to this LSN, since what has been taken of it. */
  silent(table: string, lsn: bigint): void {
    if (this.#stopping.signal.aborted || !this.frontier.follows(table)) return
    this.#epoch.told(table, lsn, false)
    this.frontier.reached(table, lsn)
    this.pump()
    this.#options.moved()
  }

  /** Commits what has become whole. */
  pump(): void {
    this.#pumpAgain = true
    if (this.#pumping || this.#stopping.signal.aborted) return
    this.#pumping = true
    this.#guarded(async () => {
      while (this.#pumpAgain) {
        this.#pumpAgain = false
        await this.#releaseAll()
        if (!this.#joining && (await this.#joinStage())) this.#pumpAgain = true
      }
      this.#pumping = false
      // While tables were joined, nobody held back what had come to others meanwhile: now they may.
      this.#options.moved()
    }).catch(() => {})
  }

  /** @returns once nothing is written any more */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#options.slices.idle()
  }

  /** Runs work that, should it fail otherwise than because its request was broken off, ends the intake. */
  async #guarded<T>(work: () => Promise<T> | T, signal?: AbortSignal): Promise<T> {
    try {
      this.#stopping.signal.throwIfAborted()
      return await work()
    } catch (error) {
      if (!signal?.aborted && !this.#stopping.signal.aborted) {
        this.#stopping.abort()
        queueMicrotask(() => this.#options.broken(error as Error))
      }
      throw error
    }
  }

  #inTurn(kind: string, work: (limit: number) => number): Promise<void> {
    return this.#options.slices.run(kind, (limit) => {
      this.#stopping.signal.throwIfAborted()
      return relaxed(this.#options.db, () => work(limit))
    })
  }

  /** Others may go on as far as what is being loaded lets them, and slices are as long as nobody minds. */
  #settle(): void {
    this.frontier.hold(this.#progress.half() ? (this.frontier.lsn() ?? 0n) : null)
    this.#options.slices.unhurried(!this.#progress.ready())
    this.#pageCache.loading(!this.#progress.whole())
    this.#bell.ring()
  }

  #mayAsk(table: string): boolean {
    if (this.#lacking.has(table)) return true
    if (this.frontier.follows(table)) return !this.frontier.full(table)
    // One snapshot is written and the server gets the next one ready: what waits for its turn is held in memory.
    const next = this.#progress.due().filter((due) => !this.frontier.follows(due))
    return this.#joined.has(table) || next.slice(0, AT_ONCE).includes(table)
  }

  async #begin(table: string, handle: string, signal: AbortSignal): Promise<void> {
    await this.#bell.until(() => !this.#joining, signal)
    this.frontier.drop(table)
    this.#loads.begin(table, handle)
    this.#joined.delete(table)
    this.#settle()
    await this.#clear(table)
  }

  async #load(table: string, messages: readonly ShapeMessage[]): Promise<void> {
    const changes = messages.map(loadedChange)
    for (let at = 0; at < changes.length; ) {
      await this.#inTurn(`load ${table}`, (limit) => {
        const part = changes.slice(at, at + limit)
        this.#loads.put(table, part)
        at += part.length
        return part.length
      })
      this.#tell(table)
    }
  }

  async #follow(table: string, messages: readonly ShapeMessage[], signal: AbortSignal): Promise<void> {
    this.frontier.receive(table, messages.map(logChange))
    this.#echo.received(table, messages)
    this.pump()
    this.#options.moved()
    await this.#bell.until(() => !this.frontier.follows(table) || !this.frontier.full(table), signal)
  }

  #end(table: string, position: ShapePosition, seen: bigint | null, isCached = false): void {
    const { frontier } = this
    this.#epoch.told(table, seen, !this.#joined.has(table) && !isCached)
    if (frontier.follows(table)) {
      frontier.placed(table, position)
      if (seen !== null) frontier.reached(table, seen)
    } else {
      this.#loads.placed(table, position, seen)
      const load = this.#loads.pending().get(table)
      if (load?.loaded) frontier.follow(table, BigInt(load.top))
    }
    this.pump()
    this.#options.moved()
  }

  #tell(table: string): void {
    const { now, changes } = this.#options
    if (now() - this.#told < TELL_MS) return
    this.#told = now()
    changes.touch('sync', ...(this.#progress.isFirst(table) ? [] : [topicOf(table)]))
  }

  async #releaseAll(): Promise<void> {
    for (let more = true; more; ) {
      await this.#inTurn('release', (limit) => {
        const release = this.frontier.release(limit)
        more = release !== null
        return release ? this.#commit(release) : 0
      })
      this.#bell.ring()
    }
  }

  #commit({ shapes, lsn }: Release): number {
    const { writer, changes, committed } = this.#options
    for (const part of shapes) if (!this.#joined.has(part.shape)) this.#loads.follow(part, lsn)
    const parts = shapes.filter(({ shape }) => this.#joined.has(shape))
    if (parts.length > 0) {
      writer.write({ lsn: this.frontier.lsn() ?? lsn, shapes: parts }, this.#apart())
    }
    committed()
    this.#echo.released()
    const moved = parts.filter((part) => part.changes.length > 0)
    changes.touch('sync', ...new Set<Topic>(moved.map(({ shape }) => topicOf(shape))))
    const rows = shapes.reduce((sum, part) => sum + part.changes.length, 0)
    this.#pageCache.committed(rows)
    return rows
  }

  /** Takes out what joined tables have received so far; those that are being loaded have their part of it. */
  async #takeOut(): Promise<Release[]> {
    const taken: Release[] = []
    for (let more = true; more; ) {
      await this.#inTurn('take out', (limit) => {
        const release = this.frontier.release(limit)
        more = release !== null
        if (!release) return 0
        const loading = release.shapes.filter(({ shape }) => !this.#joined.has(shape))
        for (const part of loading) this.#loads.follow(part, release.lsn)
        const shapes = release.shapes.filter((part) => !loading.includes(part))
        if (shapes.length > 0) taken.push({ lsn: release.lsn, shapes })
        return loading.reduce((rows, part) => rows + part.changes.length, 0)
      })
    }
    return taken
  }

  /** Tables that are not joined: what own events do to their sums is seen to when they are. */
  #apart(): ReadonlySet<string> {
    return new Set(TILL_TABLES.filter((table) => !this.#joined.has(table)))
  }

  /** Joins the stage whose turn it is, if all of it is loaded and stands where the replica stands. */
  async #joinStage(): Promise<boolean> {
    const { frontier } = this
    const shapes = this.#progress.due()
    const isLoaded = () => shapes.every(frontier.follows)
    if (shapes.length === 0 || !isLoaded()) return false
    const target = this.#progress.target(shapes)
    const options = {
      atOnce: AT_ONCE_ROWS,
      ...this.#options,
      loads: this.#loads,
      apart: this.#apart(),
      inTurn: this.#inTurn.bind(this),
    }
    const moved = new Set(shapes)
    if (this.#progress.half()) {
      // Nobody goes on before all can go on together.
      frontier.hold(frontier.lsn() ?? 0n, target)
      if (!frontier.hasReached(target)) {
        this.#options.moved()
        return false
      }
      this.#joining = true
      frontier.hold(target)
      const behind = await this.#takeOut()
      await rejoinShapes(shapes, target, behind, options)
      for (const { shape } of behind.flatMap((release) => release.shapes)) moved.add(shape)
    } else {
      frontier.hold(target)
      await this.#releaseAll()
      if (!isLoaded() || !frontier.settled(target)) {
        this.#options.moved()
        return false
      }
      this.#joining = true
      await joinShapes(shapes, target, options)
    }
    for (const shape of shapes) this.#joined.add(shape)
    this.#options.committed()
    this.#options.changes.touch('sync', ...new Set([...moved].map(topicOf)))
    for (const shape of shapes) await this.#clear(shape)
    this.#joining = false
    this.#settle()
    return true
  }

  async #clear(shape: string): Promise<void> {
    for (let rows = 1; rows > 0; ) {
      await this.#inTurn('clear', (limit) => {
        rows = this.#loads.clear(shape, limit)
        return rows
      })
    }
  }

  /** What joins left aside when the till was ended before they were cleared. */
  async #tidy(): Promise<void> {
    for (const shape of this.#joined) await this.#clear(shape)
    this.#joining = false
    this.#bell.ring()
    this.pump()
  }
}
