import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { EMPTY_HEAD, type JournalEvent } from '../../../domain/journal/event.ts'
import { projectEvent } from '../../../domain/journal/families.ts'
import type { Mutation } from '../../../domain/journal/mutation.ts'
import { type Journal, openJournal } from '../journal/journal.ts'
import { createApplier } from '../store/applier.ts'
import { createChanges } from '../store/changes.ts'
import type { TillDatabase } from '../store/database.ts'
import type { ShapePosition } from './frontier.ts'
import { Intake } from './intake.ts'
import { TILL_TABLES } from './load.ts'
import type { Slices } from './slices.ts'
import { createTestShapes, memoryDatabase, rowsOf, type TestShapes } from './test-shapes.ts'
import { askRefetch, forgetAsked } from './verify/refetch.ts'
import { createReplicaWriter, OtherHistory } from './writer.ts'

const id = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`
const BRANCH = id(1)
const DEVICE = id(3)
const SESSION = id(4)
const REGISTER = id(5)
const STAFF = id(6)
const SUMS = ['register_total', 'drawer_balance', 'stock_on_hand', 'demand_daily']

/** A sale by this device or, as the server alone sees it, by a neighbour. */
function salePayload(n: number, product: number, quantity: number, price: number) {
  const gross = price * quantity
  const net = Math.round(gross / 1.021)
  const line = {
    lineId: id(n + 1),
    productId: id(900 + product),
    cip13: '3400936145825',
    name: 'D',
    quantity,
  }
  return {
    saleId: id(n),
    sessionId: SESSION,
    branchId: BRANCH,
    registerId: REGISTER,
    receiptNumber: n,
    businessDate: '2026-11-21',
    currency: 'EUR',
    lines: [{ ...line, unitPrice: price, gross, vatRateBp: 210 }],
    taxes: [{ rateBp: 210, net, tax: gross - net, gross }],
    tenders: [{ tenderId: id(n + 2), kind: 'cash', amount: gross, given: gross, change: 0 }],
    total: gross,
  }
}

const mutationsOf = (event: JournalEvent): Mutation[] => {
  const projection = projectEvent(event)
  return 'mutations' in projection ? projection.mutations : []
}

const saleOf = (payload: object, seals: Partial<JournalEvent> = {}) => ({
  type: 'sale.completed',
  version: 1,
  at: '2026-11-21T10:00:00.000Z',
  actor: { staffId: STAFF, role: 'cashier' as const },
  payload,
  ...seals,
})

/** A till's replica that can be killed between any two of its transactions. */
class TestTill {
  readonly db: TillDatabase
  readonly journal: Journal
  intake: Intake
  killed = false
  /** What was first seen to be wrong. */
  fault: unknown = null
  positions = new Map<string, ShapePosition>()
  #asked = 0
  #slicesLeft = Number.POSITIVE_INFINITY
  readonly #sliceSize: number
  readonly #afterSlice: () => void

  constructor(db: TillDatabase, sliceSize: number, afterSlice: () => void) {
    this.db = db
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
    this.intake = new Intake({
      db: this.db,
      journal: this.journal,
      writer: createReplicaWriter(this.db, { deviceId: DEVICE, journal: this.journal }),
      slices: inTurn,
      changes: createChanges(),
      now: () => 0,
      committed: () => {},
      moved: () => {},
      broken: (error) => {
        this.fault ??= error
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
        if (error.name !== 'AbortError') this.fault ??= error
      },
    )
    // A stream waits for as long as it takes; here it gives up when nothing can move any more without others.
    for (let [quiet, asked] = [0, this.#asked]; !ended && !this.killed && quiet < 4; quiet++) {
      if (this.#asked > asked) [quiet, asked] = [0, this.#asked]
      await new Promise((resolve) => setImmediate(resolve))
    }
    asking.abort()
    if (this.fault) throw this.fault
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const table = fc.constantFrom(...TILL_TABLES)
const calm = [
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('sell' as const), product: fc.nat(2), price: fc.nat(3) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('acknowledge' as const), count: fc.nat(4) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('price' as const), product: fc.nat(8), price: fc.nat(9) }),
  },
  {
    weight: 12,
    arbitrary: fc.record({ do: fc.constant('ask' as const), table, size: fc.integer({ min: 1, max: 9 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('ask-all' as const), size: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lose' as const), table }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('kill' as const), slices: fc.integer({ min: 1, max: 30 }) }),
  },
]
const stormy = [
  ...calm,
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('neighbour' as const), product: fc.nat(2), price: fc.nat(1) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withhold' as const), count: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unlist' as const), product: fc.nat(8) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('server-loses-all' as const) }) },
]
/** The server has all of the till's events, and more under its name that the till has not: its disk was put back. */
const forked = { do: 'forked' as const }
type Step = (typeof stormy extends { arbitrary: fc.Arbitrary<infer S> }[] ? S : never) | typeof forked

const PRODUCT_COLUMNS = ['currency', 'holder', 'form', 'pack', 'cis', 'cip7']

/** Server, till and what has happened between them. */
async function setUp(sliceSize: number, look: (till: TestTill, sold: Map<string, number>) => void) {
  const shapes = await createTestShapes()
  const onServer = createApplier(shapes.db)
  const own: JournalEvent[] = []
  const sold = new Map<string, number>()
  const till = new TestTill(await memoryDatabase(), sliceSize, () => look(till, sold))
  let [n, head, withheld] = [1000, 0, false]

  const setHead = (hash = own[head - 1]?.hash ?? EMPTY_HEAD.hash) =>
    shapes.db
      .prepare(`insert into device_head (device_id, branch_id, seq, hash) values (?, ?, ?, ?)
        on conflict (device_id) do update set seq = excluded.seq, hash = excluded.hash`)
      .run(DEVICE, BRANCH, head, hash)
  const putProduct = shapes.db.prepare(`insert into product (id, cip13, name, price, vat_rate_bp, status,
      ${PRODUCT_COLUMNS}) values (?, ?, ?, ?, 210, 'active', ${PRODUCT_COLUMNS.map(() => "'x'")})
    on conflict (id) do update set price = excluded.price, name = excluded.name`)
  const setPrice = (product: number, price: number) =>
    putProduct.run(id(900 + product), `34009361458${10 + product}`, `PRODUIT ${product} A${price}`, price)
  shapes.commit(() => {
    for (let product = 0; product < 6; product++) setPrice(product, 5)
    setHead()
  })

  const acknowledge = (count: number, withhold: boolean) =>
    shapes.commit(() => {
      for (const event of own.slice(head, head + count)) {
        // The server keeps a fact whose effect it withholds, and moves the head over it.
        if (withhold) withheld = true
        else onServer.apply(mutationsOf(event))
        head = event.seq
      }
      setHead()
    })

  const step = async (now: Step): Promise<void> => {
    n += 10
    if (now.do === 'sell') {
      const quantity = 1 + (n % 3)
      const payload = salePayload(n, now.product, quantity, now.price * 100)
      own.push(till.db.transaction(() => till.journal.append(saleOf(payload)))())
      const product = id(900 + now.product)
      sold.set(product, (sold.get(product) ?? 0) + quantity)
    } else if (now.do === 'neighbour') {
      const seals = {
        deviceId: id(7),
        seq: n,
        hash: 'b'.repeat(64),
        prevHash: 'b'.repeat(64),
        signature: 'x',
      }
      const event = saleOf(salePayload(n, now.product, 1, now.price * 100), seals) as JournalEvent
      shapes.commit(() => onServer.apply(mutationsOf(event)))
    } else if (now.do === 'acknowledge') acknowledge(now.count, false)
    else if (now.do === 'forked') {
      shapes.commit(() => {
        onServer.apply(own.flatMap(mutationsOf))
        head = own.length + 1
        setHead('f'.repeat(64))
      })
    } else if (now.do === 'withhold') acknowledge(now.count, true)
    else if (now.do === 'price') shapes.commit(() => setPrice(now.product, now.price))
    else if (now.do === 'unlist') {
      shapes.commit(() => shapes.db.prepare('delete from product where id = ?').run(id(900 + now.product)))
    } else if (now.do === 'server-loses-all') {
      head = 0
      withheld = false
      shapes.commit(() => {
        for (const name of TILL_TABLES) {
          if (name !== 'product') shapes.db.prepare(`delete from "${name}"`).run()
        }
        setHead()
      })
    } else if (now.do === 'lose') shapes.lose(now.table)
    else if (now.do === 'kill') till.start(now.slices)
    else if (now.do === 'ask') await till.ask(shapes, now.table, now.size)
    else for (const name of TILL_TABLES) await till.ask(shapes, name, now.size)
    if (till.killed) till.start()
  }

  /** Asks everybody until nothing more comes. */
  const settle = async () => {
    till.start()
    for (let round = 0; round < 60; round++) {
      for (const name of TILL_TABLES) await till.ask(shapes, name, 50)
      const lsn = BigInt(shapes.lsn())
      if (till.intake.loading() === null && till.intake.frontier.settled(lsn) && round > 3) return
    }
    throw new Error('the replica does not come to rest')
  }

  const compare = () => {
    createApplier(shapes.db).apply(own.slice(head).flatMap(mutationsOf))
    for (const name of withheld ? [...SUMS, 'product', 'device_head'] : TILL_TABLES) {
      const isZero = (row: Record<string, unknown>) =>
        SUMS.includes(name) && (row.quantity ?? row.amount ?? row.sale_count) === 0
      const lasting = (db: TillDatabase) =>
        new Map([...rowsOf(db, name)].filter(([, row]) => !isZero(row)).sort(([a], [b]) => (a < b ? -1 : 1)))
      expect(lasting(till.db), name).toEqual(lasting(shapes.db))
    }
    till.db.exec(`insert into product_search (product_search, rank) values ('integrity-check', 1)`)
    for (const left of ['replica_aside', 'replica_mark']) {
      expect(till.db.prepare(`select count(*) from ${left}`).pluck().get(), left).toBe(0)
    }
  }
  const close = () => {
    till.killed = true
    till.db.close()
    shapes.db.close()
  }
  return { till, step, settle, compare, close }
}

it('holds the server’s rows plus exactly the own events above its head, whatever comes in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(...stormy), { minLength: 1, maxLength: 50 }),
      fc.integer({ min: 1, max: 7 }),
      async (steps, sliceSize) => {
        const run = await setUp(sliceSize, ({ db }) => {
          const bare = db.prepare('select count(*) from sale where id not in (select sale_id from sale_line)')
          expect(bare.pluck().get(), 'sales without their lines').toBe(0)
        })
        for (const now of steps) await run.step(now)
        await run.settle()
        run.compare()
        run.close()
      },
    ),
    { numRuns: 25 },
  )
}, 120_000)

it('never lets a figure of the till’s own jump, nor the catalogue shrink, while it loads, catches up or refetches', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(...calm), { minLength: 1, maxLength: 50 }),
      fc.integer({ min: 1, max: 7 }),
      async (steps, sliceSize) => {
        let most = 0
        const run = await setUp(sliceSize, ({ db, intake }, sold) => {
          const read = db.prepare('select quantity from stock_on_hand where product_id = ?').pluck()
          for (const [product, quantity] of sold) expect(read.get(product), product).toBe(-quantity)
          const products = db.prepare('select count(*) from product').pluck().get() as number
          if (intake?.ready()) {
            expect(products).toBeGreaterThanOrEqual(Math.max(6, most))
            most = products
          }
        })
        for (const now of steps) await run.step(now)
        await run.settle()
        run.compare()
        run.close()
      },
    ),
    { numRuns: 25 },
  )
}, 120_000)

it('places no sum that was fetched anew beside the head of another history', async () => {
  const run = await setUp(100, () => {})
  const { till } = run
  const inDrawer = () => till.db.prepare('select amount from drawer_balance').pluck().get()
  await run.settle()
  await run.step({ do: 'sell', product: 0, price: 1 })
  const before = inDrawer()
  await run.step({ do: 'forked' })
  askRefetch(till.db, ['drawer_balance', 'device_head'])
  forgetAsked(till.db)
  await expect(run.settle()).rejects.toThrow(OtherHistory)
  expect(inDrawer()).toBe(before)
  run.close()
})
