import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { EMPTY_HEAD, type JournalEvent } from '../../../domain/journal/event.ts'
import { projectEvent } from '../../../domain/journal/families.ts'
import type { Mutation } from '../../../domain/journal/mutation.ts'
import { createApplier } from '../store/applier.ts'
import type { TillDatabase } from '../store/database.ts'
import { TILL_TABLES } from './load.ts'
import { TestTill } from './test-intake.ts'
import { createTestShapes, memoryDatabase, rowsOf } from './test-shapes.ts'
import { askRefetch, forgetAsked } from './verify/refetch.ts'
import { OtherHistory } from './writer.ts'

const id = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`
const BRANCH = id(1)
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

const table = fc.constantFrom(...TILL_TABLES)
const calm = [
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('sell' as const), product: fc.nat(2), price: fc.nat(3) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('acknowledge' as const), count: fc.nat(4) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('neighbour' as const),
      product: fc.integer({ min: 3, max: 5 }),
      price: fc.nat(1),
    }),
  },
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
  { weight: 1, arbitrary: fc.record({ do: fc.constant('server-moves' as const), all: fc.boolean() }) },
]
/** The server has all of the till's events, and more under its name that the till has not: its disk was put back. */
const forked = { do: 'forked' as const }
/** Its backup was put back after it had sold on: the server has more under its name, and gives it another. */
const restored = { do: 'restored' as const }
type Step =
  | (typeof stormy extends { arbitrary: fc.Arbitrary<infer S> }[] ? S : never)
  | typeof forked
  | typeof restored
const withRestored = [...calm, { weight: 2, arbitrary: fc.constant(restored) }]

/** Slices, and what one transaction may write of tables fetched anew: all, or nothing, so that they come in slices. */
const sizes = fc.record({ sliceSize: fc.integer({ min: 1, max: 7 }), atOnce: fc.constantFrom(0, 1000) })

/** Sums that are not those of their movements, each with both. */
const SUMS_APART = [
  `select session_id, amount, coalesce((select sum(m.amount) from cash_movement m
    where m.session_id = d.session_id), 0) as other from drawer_balance d where amount <> other`,
  `select product_id, quantity, coalesce((select sum(m.quantity) from stock_movement m
    where m.product_id = h.product_id), 0) as other from stock_on_hand h where quantity <> other`,
  `select register_id, gross_total, coalesce((select sum(s.total) from sale s
    where s.register_id = r.register_id), 0) as other from register_total r where gross_total <> other`,
]

const PRODUCT_COLUMNS = ['currency', 'holder', 'form', 'pack', 'cis', 'cip7']

/** Server, till and what has happened between them. */
async function setUp(
  sizes: { sliceSize: number; atOnce: number },
  look: (till: TestTill, sold: Map<string, number>) => void,
) {
  const shapes = await createTestShapes()
  const onServer = createApplier(shapes.db)
  const own: JournalEvent[] = []
  const sold = new Map<string, number>()
  const till = new TestTill(await memoryDatabase(), sizes, () => look(till, sold))
  let [n, head, withheld] = [1000, 0, false]
  /** So many of its own events the till signed under earlier identities. */
  let earlier = 0

  const setHead = (hash = own[head - 1]?.hash ?? EMPTY_HEAD.hash) =>
    shapes.db
      .prepare(`insert into device_head (device_id, branch_id, seq, hash) values (?, ?, ?, ?)
        on conflict (device_id) do update set seq = excluded.seq, hash = excluded.hash`)
      .run(till.deviceId, BRANCH, head - earlier, hash)
  const putProduct = shapes.db.prepare(`insert into product (id, cip13, name, price, vat_rate_bp, status,
      ${PRODUCT_COLUMNS}) values (?, ?, ?, ?, 210, 'active', ${PRODUCT_COLUMNS.map(() => "'x'")})
    on conflict (id) do update set price = excluded.price, name = excluded.name`)
  const setPrice = (product: number, price: number) =>
    putProduct.run(id(900 + product), `34009361458${10 + product}`, `PRODUIT ${product} A${price}`, price)
  shapes.commit(() => {
    for (let product = 0; product < 6; product++) setPrice(product, 5)
    setHead()
    shapes.db
      .prepare(`insert into register (id, branch_id, number, name) values (?, ?, 1, 'Caisse')`)
      .run(REGISTER, BRANCH)
  })

  const acknowledge = (count: number, withhold: boolean) =>
    shapes.commit(() => {
      for (const event of own.slice(head, head + count)) {
        // The server keeps a fact whose effect it withholds, and moves the head over it.
        if (withhold) withheld = true
        else onServer.apply(mutationsOf(event))
        head += 1
      }
      if (head > earlier) setHead()
    })

  const restore = () => {
    shapes.commit(() => {
      head += 1
      setHead('f'.repeat(64))
      head -= 1
    })
    till.succeed({
      deviceId: id(100 + n),
      branchId: BRANCH,
      registerId: REGISTER,
      deviceName: 'Caisse',
      privateKey: generateKeyPairSync('ed25519').privateKey,
      handover: {
        predecessorId: till.deviceId,
        reason: 'device-restored',
        common: head - earlier,
        register: { id: REGISTER, number: 1, name: 'Caisse' },
        numbers: { receipt: 0, z: 0, refund: 0 },
      },
    })
    earlier = head
    own.splice(head, own.length, ...till.journal.above(0, own.length))
  }

  const loseAll = () => {
    head = 0
    withheld = false
    for (const name of TILL_TABLES) {
      if (name !== 'product') shapes.db.prepare(`delete from "${name}"`).run()
    }
    setHead()
  }

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
    } else if (now.do === 'restored') restore()
    else if (now.do === 'withhold') acknowledge(now.count, true)
    else if (now.do === 'price') shapes.commit(() => setPrice(now.product, now.price))
    else if (now.do === 'unlist') {
      shapes.commit(() => shapes.db.prepare('delete from product where id = ?').run(id(900 + now.product)))
    } else if (now.do === 'server-loses-all') shapes.commit(loseAll)
    else if (now.do === 'server-moves') shapes.move(now.all ? () => {} : loseAll)
    else if (now.do === 'lose') shapes.lose(now.table)
    else if (now.do === 'kill') till.start(now.slices)
    else if (now.do === 'ask') await till.ask(shapes, now.table, now.size)
    else for (const name of TILL_TABLES) await till.ask(shapes, name, now.size)
    if (now.do === 'ask' || now.do === 'ask-all') await till.expectLooked()
    if (till.killed) till.start()
  }

  /** Asks everybody until nothing more comes. */
  const settle = async () => {
    till.start()
    for (let round = 0; round < 60; round++) {
      for (const name of TILL_TABLES) await till.ask(shapes, name, 50)
      if (round > 3 && till.isAtRest(BigInt(shapes.lsn()))) return
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
      sizes,
      async (steps, size) => {
        const run = await setUp(size, ({ db }) => {
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

it('never lets a figure jump nor contradict its movements, nor the catalogue shrink, while it loads, catches up or refetches', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(...withRestored), { minLength: 1, maxLength: 50 }),
      sizes,
      fc.boolean(),
      async (steps, size, loaded) => {
        let most = 0
        const run = await setUp(size, ({ db, intake }, sold) => {
          const read = db.prepare('select quantity from stock_on_hand where product_id = ?').pluck()
          for (const [product, quantity] of sold) expect(read.get(product), product).toBe(-quantity)
          const products = db.prepare('select count(*) from product').pluck().get() as number
          if (intake?.ready()) {
            expect(products).toBeGreaterThanOrEqual(Math.max(6, most))
            most = products
          }
          if (size.atOnce === 0 || !intake || intake.loading() !== null) return
          for (const query of SUMS_APART) expect(db.prepare(query).all(), query).toEqual([])
        })
        if (loaded) await run.settle()
        for (const now of steps) await run.step(now)
        await run.settle()
        run.compare()
        run.close()
      },
    ),
    { numRuns: 25 },
  )
}, 120_000)

it('keeps what it sold before its backup was put back, until the rows have caught up with what the server had of it', async () => {
  const seen: unknown[] = []
  const run = await setUp({ sliceSize: 1, atOnce: 1000 }, ({ db }) => {
    const figures = db.prepare(`select (select amount from drawer_balance) as drawer,
      (select quantity from stock_on_hand) as stock, (select gross_total from register_total) as total`)
    seen.push(figures.get())
  })
  await run.settle()
  seen.length = 0
  const sell = () => run.step({ do: 'sell', product: 0, price: 1 })
  for (let n = 0; n < 3; n++) await sell()
  // Twice the server took one in; this replica has heard of neither.
  for (let n = 0; n < 2; n++) await run.step({ do: 'acknowledge', count: 1 })
  await run.step({ do: 'restored' })
  await run.step({ do: 'ask-all', size: 9 })
  await run.step({ do: 'acknowledge', count: 1 })
  await run.settle()
  run.compare()
  run.close()
  // Packs at 1.00: three, one and two of them.
  expect(new Set(seen.map((figures) => JSON.stringify(figures)))).toEqual(
    new Set([JSON.stringify({ drawer: 600, stock: -6, total: 600 })]),
  )
})

it('places no sum that was fetched anew beside the head of another history', async () => {
  const run = await setUp({ sliceSize: 100, atOnce: 1000 }, () => {})
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

it('leaves no mark behind of rows that it brought and the server had by then (seed 1363953692)', async () => {
  const run = await setUp({ sliceSize: 2, atOnce: 0 }, () => {})
  for (const product of [0, 1, 2]) await run.step({ do: 'sell', product, price: 0 })
  await run.step({ do: 'acknowledge', count: 3 })
  await run.step({ do: 'ask', table: 'branch', size: 1 })
  await run.settle()
  run.compare()
  run.close()
})

it('looks again at what holds others back once a table that was fetched anew is in its place', async () => {
  const run = await setUp({ sliceSize: 100, atOnce: 1000 }, () => {})
  await run.settle()
  await run.step({ do: 'price', product: 0, price: 7 })
  await run.step({ do: 'lose', table: 'voucher' })
  const ask = (table: (typeof TILL_TABLES)[number]) => run.step({ do: 'ask', table, size: 9 })
  for (let n = 0; n < 3; n++) await ask('voucher')
  const [early, late] = [TILL_TABLES.slice(0, 10), TILL_TABLES.slice(10)]
  for (const table of early) await ask(table)
  // A sale arrives at some of those that all wait for, before the last of them have come as far.
  await run.step({ do: 'neighbour', product: 4, price: 1 })
  for (const table of late) await ask(table)
  await run.settle()
  run.compare()
  run.close()
})
