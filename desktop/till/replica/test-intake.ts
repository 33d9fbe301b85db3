import { generateKeyPairSync } from 'node:crypto'
import type { DeviceIdentity } from '../device/identity.ts'
import { takeOverJournal } from '../journal/history.ts'
import { type Journal, openJournal } from '../journal/journal.ts'
import { openOwnHistory } from '../journal/own-history.ts'
import { createChanges } from '../store/changes.ts'
import type { TillDatabase } from '../store/database.ts'
import { NewEpoch } from './epoch.ts'
import type { ShapePosition } from './frontier.ts'
import { Intake } from './intake.ts'
import { TILL_TABLES, tablesLoading } from './load.ts'
import type { Slices } from './slices.ts'
import type { TestShapes } from './test-shapes.ts'
import { createReplicaWriter } from './writer.ts'

/** Of the till whose replica is tested. */
export const DEVICE = '00000000-0000-7000-8000-000000000003'

/** A till's replica that can be killed between any two of its transactions. */
export class TestTill {
  readonly db: TillDatabase
  /** Whose journal it writes. */
  deviceId = DEVICE
  journal: Journal
  intake: Intake
  killed = false
  /** What was first seen to be wrong. */
  fault: unknown = null
  positions = new Map<string, ShapePosition>()
  #asked = 0
  /** Whether any shape held others back when the laggards were last looked at. */
  #sawLaggards = false
  #slicesLeft = Number.POSITIVE_INFINITY
  readonly #sliceSize: number
  readonly #afterSlice: () => void
  readonly #atOnce: number

  constructor(
    db: TillDatabase,
    { sliceSize, atOnce }: { sliceSize: number; atOnce: number },
    afterSlice: () => void,
  ) {
    this.db = db
    this.#atOnce = atOnce
    this.#sliceSize = sliceSize
    this.#afterSlice = afterSlice
    this.journal = openJournal(db, {
      deviceId: DEVICE,
      privateKey: generateKeyPairSync('ed25519').privateKey,
    })
    this.intake = this.start()
  }

  /** Starts from what is on the disk; whatever ran before is never heard of again. */
  start(slices = Number.POSITIVE_INFINITY): Intake {
    this.#slicesLeft = slices
    this.killed = false
    const run: { current: Intake | null } = { current: null }
    const isAlive = () => this.intake === run.current && !this.killed
    const inTurn: Slices = {
      limit: () => 1,
      unhurried: () => {},
      idle: async () => {},
      run: async (_kind, work) => {
        this.#asked += 1
        await new Promise((resolve) => setImmediate(resolve))
        if (run.current !== null && !isAlive()) return new Promise(() => {})
        work(this.#sliceSize)
        try {
          this.#afterSlice()
        } catch (error) {
          this.fault ??= error
        }
        this.#slicesLeft -= 1
        if (this.#slicesLeft > 0) return
        this.killed = true
        return new Promise(() => {})
      },
    }
    const history = openOwnHistory(this.db, this)
    this.intake = new Intake({
      db: this.db,
      history,
      writer: createReplicaWriter(this.db, { deviceId: this.deviceId, history }),
      slices: inTurn,
      atOnce: this.#atOnce,
      changes: createChanges(),
      now: () => 0,
      committed: () => {},
      moved: () => {
        if (isAlive()) this.#sawLaggards = this.intake.frontier.lagging().length > 0
      },
      broken: (error) => {
        if (!(error instanceof NewEpoch)) this.fault ??= error
        else if (isAlive()) this.start()
      },
    })
    run.current = this.intake
    this.positions = new Map()
    for (const table of TILL_TABLES) {
      const position = this.intake.resume(table)
      if (position) this.positions.set(table, position)
    }
    return this.intake
  }

  /** Goes on under another identity: its core begins anew, as it would. */
  succeed(identity: DeviceIdentity): void {
    this.killed = true
    takeOverJournal(this.db, identity, '2026-11-21T11:00:00.000Z')
    this.deviceId = identity.deviceId
    this.journal = openJournal(this.db, identity)
    this.start()
  }

  /** Whether it has all that the server has, which stands at this LSN, and has let go of what it worked with. */
  isAtRest(lsn: bigint): boolean {
    const { frontier } = this.intake
    const left = this.db.prepare(
      'select (select count(*) from replica_aside) + (select count(*) from replica_mark)',
    )
    return (
      this.intake.loading() === null &&
      left.pluck().get() === 0 &&
      tablesLoading(this.db).size === 0 &&
      (frontier.lsn() ?? 0n) <= lsn &&
      frontier.settled(lsn)
    )
  }

  /** Asks for a shape as its stream would, if its turn has come. @returns whether it was answered */
  async ask(shapes: TestShapes, table: string, size: number): Promise<void> {
    const { intake } = this
    const sink = intake.sink(table)
    const asking = new AbortController()
    const { signal } = asking
    let ended = false
    const request = async () => {
      await sink.turn(signal)
      const answer = shapes.answer(table, this.positions.get(table), size)
      if (answer.begins) await sink.begin(answer.position.handle, signal)
      if (answer.messages.length > 0) await sink.take(answer.messages, signal)
      await sink.end(answer.position, answer.upToDate === null ? null : BigInt(answer.upToDate))
      if (this.intake === intake) this.positions.set(table, answer.position)
    }
    request().then(
      () => {
        ended = true
      },
      (error: Error) => {
        ended = true
        if (error.name !== 'AbortError' && !(error instanceof NewEpoch)) this.fault ??= error
      },
    )
    // A stream waits for as long as it takes; here it gives up when nothing can move any more without others.
    await this.#quiet(() => ended)
    asking.abort()
    if (this.fault) throw this.fault
    await new Promise((resolve) => setImmediate(resolve))
  }

  /** Resolves when nothing is written any more, or before. */
  async #quiet(isEnough: () => boolean): Promise<void> {
    for (let [quiet, asked] = [0, this.#asked]; !isEnough() && !this.killed && quiet < 4; quiet++) {
      if (this.#asked > asked) [quiet, asked] = [0, this.#asked]
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** What holds others back is being looked at: else nobody would ask for it before something else happens. */
  async expectLooked(): Promise<void> {
    await this.#quiet(() => false)
    if (this.killed || this.#sawLaggards) return
    const unseen = this.intake.frontier.lagging()
    if (unseen.length > 0) throw new Error(`nobody looks at what holds others back: ${unseen}`)
  }
}
