import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { JournalEvent } from '../../../domain/journal/event.ts'
import { projectEvent } from '../../../domain/journal/families.ts'
import type { Mutation } from '../../../domain/journal/mutation.ts'
import { PROJECTED_KEYS, type ProjectedTable } from '../../../domain/journal/tables.ts'
import { openJournal } from '../journal/journal.ts'
import { createApplier } from '../store/applier.ts'
import { openTillDatabase, type TillDatabase } from '../store/database.ts'
import type { RowChange, ShapeRelease } from './frontier.ts'
import { createReplicaWriter } from './writer.ts'

const id = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`
const [BRANCH, DEVICE, SESSION, REGISTER, STAFF] = [1, 3, 4, 5, 6].map(id) as [
  string,
  string,
  string,
  string,
  string,
]
const TABLES = Object.keys(PROJECTED_KEYS) as ProjectedTable[]
const SUMS: ProjectedTable[] = ['register_total', 'drawer_balance', 'stock_on_hand', 'demand_daily']

type Row = Record<string, string | number | null>
const rowsOf = (db: TillDatabase, table: string) => {
  const key = PROJECTED_KEYS[table as ProjectedTable]
  const rows = db.prepare(`select * from "${table}"`).all() as Row[]
  return new Map(rows.map((row) => [key.map((column) => row[column]).join(' '), row]))
}
const text = (row: Row) =>
  Object.fromEntries(
    Object.entries(row).map(([column, value]) => [column, value === null ? null : String(value)]),
  )

/** What a shape would send of a table that went from these rows to those: updates name only what changed. */
function changesBetween(table: ProjectedTable, from: Map<string, Row>, to: Map<string, Row>): RowChange[] {
  const key: readonly string[] = PROJECTED_KEYS[table]
  const gone = [...from].filter(([name]) => !to.has(name))
  const moved = [...to].flatMap(([name, row]): RowChange[] => {
    const before = from.get(name)
    if (!before) return [{ operation: 'insert', row: text(row) }]
    const changed = Object.keys(row).filter(
      (column) => key.includes(column) || row[column] !== before[column],
    )
    if (changed.length === key.length) return []
    return [{ operation: 'update', row: text(Object.fromEntries(changed.map((c) => [c, row[c] ?? null]))) }]
  })
  return [
    ...gone.map(
      ([, row]): RowChange => ({
        operation: 'delete',
        row: text(Object.fromEntries(key.map((c) => [c, row[c] ?? null]))),
      }),
    ),
    ...moved,
  ]
}

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

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('sell' as const), product: fc.nat(2), price: fc.nat(3) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('neighbour' as const), product: fc.nat(2), price: fc.nat(1) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('acknowledge' as const), count: fc.nat(4), withheld: fc.nat(3) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('server-loses-all' as const), refetch: fc.subarray(TABLES) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('release' as const), refetch: fc.subarray(TABLES) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('prepare' as const) }) },
)

it('holds the server’s rows plus exactly the own events above its head, whatever comes in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
      const [local, server] = await Promise.all([openTillDatabase(':memory:'), openTillDatabase(':memory:')])
      const journal = openJournal(local, {
        deviceId: DEVICE,
        privateKey: generateKeyPairSync('ed25519').privateKey,
      })
      let writer = createReplicaWriter(local, { deviceId: DEVICE, journal })
      const onServer = createApplier(server)
      const own: JournalEvent[] = []
      const sent = new Map(TABLES.map((table) => [table, new Map<string, Row>()]))
      let [n, head, lsn, anyWithheld] = [1000, 0, 0, false]

      const mutationsOf = (event: JournalEvent): Mutation[] => {
        const projection = projectEvent(event)
        return 'mutations' in projection ? projection.mutations : []
      }
      const release = (refetch: ProjectedTable[]) => {
        lsn += 10
        const shapes: ShapeRelease[] = TABLES.map((table) => {
          const now = rowsOf(server, table)
          const reset = refetch.includes(table)
          const before = reset ? new Map<string, Row>() : (sent.get(table) as Map<string, Row>)
          sent.set(table, now)
          return { shape: table, reset, changes: changesBetween(table, before, now), position: null }
        })
        const row = text({ device_id: DEVICE, branch_id: BRANCH, seq: head, hash: 'a'.repeat(64) })
        shapes.push({
          shape: 'device_head',
          reset: false,
          changes: [{ operation: 'insert', row }],
          position: null,
        })
        writer.write({ lsn: BigInt(lsn), shapes })
      }
      for (const now of steps) {
        n += 10
        if (now.do === 'sell') {
          const payload = salePayload(n, now.product, 1 + (n % 3), now.price * 100)
          const fact = { type: 'sale.completed', version: 1, at: '2026-11-21T10:00:00.000Z', payload }
          const actor = { staffId: STAFF, role: 'cashier' as const }
          own.push(local.transaction(() => journal.append({ ...fact, actor }))())
        } else if (now.do === 'neighbour') {
          const like = { deviceId: id(7), seq: n, hash: 'b'.repeat(64), type: 'sale.completed', version: 1 }
          const rest = { at: '2026-11-21T10:00:00.000Z', actor: { staffId: STAFF, role: 'cashier' as const } }
          const seals = { prevHash: 'b'.repeat(64), signature: 'x' }
          onServer.apply(
            mutationsOf({
              ...like,
              ...rest,
              ...seals,
              payload: salePayload(n, now.product, 1, now.price * 100),
            }),
          )
        } else if (now.do === 'acknowledge') {
          for (const event of own.slice(head, head + now.count)) {
            // The server keeps a fact whose effect it withholds, and moves the head over it.
            if (now.withheld === 0) anyWithheld = true
            else onServer.apply(mutationsOf(event))
            head = event.seq
          }
        } else if (now.do === 'server-loses-all') {
          for (const table of TABLES) server.prepare(`delete from "${table}"`).run()
          head = 0
          anyWithheld = false
          release(now.refetch)
        } else if (now.do === 'restart') writer = createReplicaWriter(local, { deviceId: DEVICE, journal })
        else if (now.do === 'prepare') writer.prepare()
        else release(now.refetch)
      }
      release([])
      createApplier(server).apply(own.slice(head).flatMap(mutationsOf))
      for (const table of anyWithheld ? SUMS : TABLES) {
        const zero = (row: Row) =>
          SUMS.includes(table) && (row.quantity ?? row.amount ?? row.sale_count) === 0
        const lasting = (db: TillDatabase) =>
          new Map([...rowsOf(db, table)].filter(([, row]) => !zero(row)).sort())
        expect(lasting(local)).toEqual(lasting(server))
      }
      local.close()
      server.close()
    }),
    { numRuns: 40 },
  )
})
