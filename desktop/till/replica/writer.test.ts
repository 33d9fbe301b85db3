import { generateKeyPairSync } from 'node:crypto'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Actor, JournalEvent } from '../../../domain/journal/event.ts'
import { projectEvent } from '../../../domain/journal/families.ts'
import { type Journal, openJournal } from '../journal/journal.ts'
import { openOwnHistory } from '../journal/own-history.ts'
import { openTillDatabase, type TillDatabase } from '../store/database.ts'
import type { Release, RowChange } from './frontier.ts'
import { askRepair, readStanding, repairAnswer, takeUpRepair } from './verify/repair.ts'
import { createReplicaWriter, OtherHistory, type ReplicaWriter } from './writer.ts'

const id = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`
const BRANCH = id(1)
const PRODUCT = id(2)
const DEVICE = id(3)
const SESSION = id(4)
const REGISTER = id(5)
const actor: Actor = { staffId: id(6), role: 'cashier' }

let db: TillDatabase
let journal: Journal
let writer: ReplicaWriter
let nextId = 100

beforeEach(async () => {
  db = await openTillDatabase(':memory:')
  journal = openJournal(db, { deviceId: DEVICE, privateKey: generateKeyPairSync('ed25519').privateKey })
  writer = createReplicaWriter(db, {
    deviceId: DEVICE,
    history: openOwnHistory(db, { deviceId: DEVICE, journal }),
  })
})

/** A writer that knows no more than what is on the disk. */
const restarted = () =>
  createReplicaWriter(db, { deviceId: DEVICE, history: openOwnHistory(db, { deviceId: DEVICE, journal }) })

/** Sells packs at 2.00 for exact cash, as the counter would. */
function sell(quantity: number): JournalEvent {
  const gross = 200 * quantity
  const net = Math.round(gross / 1.021)
  const event = {
    type: 'sale.completed',
    version: 1,
    actor,
    at: '2026-11-21T10:00:00.000Z',
    payload: {
      saleId: id(nextId++),
      sessionId: SESSION,
      branchId: BRANCH,
      registerId: REGISTER,
      receiptNumber: journal.head().seq + 1,
      businessDate: '2026-11-21',
      currency: 'EUR',
      lines: [
        {
          lineId: id(nextId++),
          productId: PRODUCT,
          cip13: '3400936145825',
          name: 'DOLIPRANE 1000 mg',
          quantity,
          unitPrice: 200,
          gross,
          vatRateBp: 210,
        },
      ],
      taxes: [{ rateBp: 210, net, tax: gross - net, gross }],
      tenders: [{ tenderId: id(nextId++), kind: 'cash', amount: gross, given: gross, change: 0 }],
      total: gross,
    },
  }
  return db.transaction(() => journal.append(event))()
}

const onHand = () =>
  db.prepare('select quantity from stock_on_hand where product_id = ?').pluck().get(PRODUCT) as number
const sales = () => db.prepare('select count(*) from sale').pluck().get() as number
const drawer = () => db.prepare('select amount from drawer_balance').pluck().get() as number

const text = (row: object) =>
  Object.fromEntries(
    Object.entries(row).map(([column, value]) => [column, value === null ? null : String(value)]),
  )

const insert = (row: object): RowChange => ({ operation: 'insert', row: text(row) })

const release = (lsn: number, shapes: Record<string, { changes: RowChange[] }>): Release => ({
  lsn: BigInt(lsn),
  shapes: Object.entries(shapes).map(([shape, { changes }]) => ({
    shape,
    changes,
    position: { handle: shape, offset: `${lsn}_0` },
  })),
})

const stockRow = (quantity: number) => insert({ branch_id: BRANCH, product_id: PRODUCT, quantity })
const headRow = (event: JournalEvent) =>
  insert({ device_id: DEVICE, branch_id: BRANCH, seq: event.seq, hash: event.hash })

/** What the server would send after taking an event in: its facts, and its sums as rows. */
function echo(event: JournalEvent): Record<string, { changes: RowChange[] }> {
  const projection = projectEvent(event)
  if (!('mutations' in projection)) throw new Error('not projected')
  const shapes: Record<string, { changes: RowChange[] }> = {}
  for (const mutation of projection.mutations) {
    if (mutation.op !== 'insert') continue
    shapes[mutation.table] = { changes: [...(shapes[mutation.table]?.changes ?? []), insert(mutation.row)] }
  }
  return shapes
}

describe('rows coming down over own events', () => {
  it('keeps an unsent sale in stock and drawer when other rows arrive', () => {
    writer.write(release(10, { stock_on_hand: { changes: [stockRow(50)] } }))
    sell(3)
    expect(onHand()).toBe(47)
    writer.write(release(20, { stock_on_hand: { changes: [stockRow(40)] } }))
    expect(onHand()).toBe(37)
    expect(drawer()).toBe(600)
    expect(sales()).toBe(1)
  })

  it('leaves other rows alone while own sales wait', () => {
    writer.write(release(10, { stock_on_hand: { changes: [stockRow(50)] } }))
    sell(3)
    for (let lsn = 20; lsn < 100; lsn += 10) writer.write(release(lsn, { register: { changes: [] } }))
    expect(onHand()).toBe(47)
  })

  it('counts a sale once when its echo arrives with the head', () => {
    writer.write(release(10, { stock_on_hand: { changes: [stockRow(50)] } }))
    const first = sell(3)
    sell(2)
    writer.write(
      release(20, {
        ...echo(first),
        stock_on_hand: { changes: [stockRow(47)] },
        drawer_balance: {
          changes: [insert({ session_id: SESSION, branch_id: BRANCH, register_id: REGISTER, amount: 600 })],
        },
        register_total: {
          changes: [insert({ register_id: REGISTER, branch_id: BRANCH, sale_count: 1, gross_total: 600 })],
        },
        device_head: { changes: [headRow(first)] },
      }),
    )
    expect(onHand()).toBe(45)
    expect(drawer()).toBe(1000)
    expect(sales()).toBe(2)
  })

  it('keeps its own sale when the rows and the head are of another history under its name', () => {
    writer.write(release(10, { stock_on_hand: { changes: [stockRow(50)] } }))
    const shared = sell(1)
    writer.write(
      release(20, {
        stock_on_hand: { changes: [stockRow(49)] },
        device_head: { changes: [headRow(shared)] },
      }),
    )
    sell(3)
    const elsewhere = { ...shared, seq: 2, hash: 'e'.repeat(64) }
    const rows = release(30, {
      stock_on_hand: { changes: [stockRow(44)] },
      device_head: { changes: [headRow(elsewhere)] },
    })
    // A new identity, and with it the word what both histories share, may come any moment.
    expect(() => writer.write(rows)).toThrow(OtherHistory)
    expect([onHand(), writer.lsn()]).toEqual([46, 20n])
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_001)
    writer.write(rows)
    expect(onHand()).toBe(41)
    sell(2)
    expect([onHand(), writer.head()]).toEqual([39, 1])
    vi.restoreAllMocks()
  })

  it('lays an own sale over no longer once a copy has brought it, whether it restarts or not', () => {
    const sale = sell(3)
    const own = sell(1)
    const carriedRow = (event: JournalEvent) =>
      insert({ hash: event.hash, branch_id: BRANCH, device_id: id(9), seq: 1 })
    writer.write(release(10, { stock_on_hand: { changes: [stockRow(50)] } }))
    expect([onHand(), drawer()]).toEqual([46, 800])
    const balance = (amount: number) =>
      insert({ session_id: SESSION, register_id: REGISTER, branch_id: BRANCH, amount })
    writer.write(
      release(20, {
        ...echo(sale),
        stock_on_hand: { changes: [stockRow(47)] },
        drawer_balance: { changes: [balance(600)] },
        journal_carried: { changes: [carriedRow(sale)] },
      }),
    )
    expect([onHand(), drawer()]).toEqual([46, 800])
    writer = restarted()
    writer.write(release(30, { stock_on_hand: { changes: [stockRow(40)] } }))
    expect([onHand(), drawer()]).toEqual([39, 800])
    // Its own head arrives: what the copy brought had no second effect.
    writer.write(release(40, { device_head: { changes: [headRow(sale)] } }))
    expect([onHand(), drawer()]).toEqual([39, 800])
    writer.write(
      release(50, {
        stock_on_hand: { changes: [stockRow(39)] },
        drawer_balance: { changes: [balance(800)] },
        device_head: { changes: [headRow(own)] },
      }),
    )
    expect([onHand(), drawer(), sales()]).toEqual([39, 800, 2])
  })

  it('keeps an own sale laid over that the server holds and cannot read, until it can', () => {
    const sale = sell(3)
    const waiting = { device_id: DEVICE, seq: sale.seq, branch_id: BRANCH }
    writer.write(
      release(10, {
        stock_on_hand: { changes: [stockRow(50)] },
        device_head: { changes: [headRow(sale)] },
        journal_waiting: { changes: [insert(waiting)] },
      }),
    )
    expect(onHand()).toBe(47)
    const later = sell(2)
    writer = restarted()
    writer.write(
      release(20, {
        stock_on_hand: { changes: [stockRow(48)] },
        device_head: { changes: [headRow(later)] },
      }),
    )
    expect([onHand(), drawer()]).toEqual([45, 600])
    writer.write(
      release(30, {
        stock_on_hand: { changes: [stockRow(45)] },
        journal_waiting: { changes: [{ operation: 'delete', row: text(waiting) }] },
      }),
    )
    expect(onHand()).toBe(45)
  })

  it('hears late that a sale waits at the server, from one that told nobody before', () => {
    const sale = sell(3)
    writer.write(
      release(10, {
        stock_on_hand: { changes: [stockRow(50)] },
        device_head: { changes: [headRow(sale)] },
      }),
    )
    expect(onHand()).toBe(50)
    const waiting = { device_id: DEVICE, seq: sale.seq, branch_id: BRANCH }
    writer.write(release(20, { journal_waiting: { changes: [insert(waiting)] } }))
    expect(onHand()).toBe(47)
  })

  it('takes rows of an older server that lack columns which must not be null here', () => {
    const { seq } = sell(1)
    const row = db.prepare('select * from sale where seq = ?').get(seq) as Record<string, unknown>
    const older = Object.fromEntries(
      Object.entries(row).filter(([column]) => !['register_id', 'total'].includes(column)),
    )
    writer.write(release(10, { sale: { changes: [insert({ ...older, id: id(77) }), insert(older)] } }))
    expect(db.prepare('select id, register_id, total from sale order by id').all()).toEqual([
      { id: id(77), register_id: '', total: 0 },
      { id: row.id, register_id: REGISTER, total: 200 },
    ])
  })

  it('commits rows and positions together or not at all', () => {
    const broken = release(10, {
      stock_on_hand: {
        changes: [stockRow(5), insert({ branch_id: BRANCH, product_id: PRODUCT, quantity: 'x' })],
      },
    })
    expect(() => writer.write(broken)).toThrow('not a safe integer')
    expect(writer.positions().size).toBe(0)
    expect(onHand()).toBeUndefined()
    expect(writer.lsn()).toBeNull()
  })

  it('takes updates that name only what changed, and deletes', () => {
    writer.write(release(10, { stock_on_hand: { changes: [stockRow(5)] } }))
    const key = { branch_id: BRANCH, product_id: PRODUCT }
    writer.write(
      release(20, {
        stock_on_hand: { changes: [{ operation: 'update', row: text({ ...key, quantity: 9 }) }] },
      }),
    )
    expect(onHand()).toBe(9)
    writer.write(release(30, { stock_on_hand: { changes: [{ operation: 'delete', row: text(key) }] } }))
    expect(onHand()).toBeUndefined()
  })
})

describe('rows that are repaired', () => {
  const ask = (table: string, changes: RowChange[]) => {
    const standing = readStanding(db, [table])
    if (!standing) throw new Error(`${table} stands nowhere`)
    return askRepair(db, { standing, changes: { [table]: changes } })
  }

  it('lie under own events that the server lacks', () => {
    writer.write(release(10, { stock_on_hand: { changes: [stockRow(50)] } }))
    sell(3)
    db.exec('update stock_on_hand set quantity = 999')
    const asked = ask('stock_on_hand', [stockRow(50)])
    expect(repairAnswer(db, asked)).toBeNull()
    expect(takeUpRepair(db, writer)).toEqual(['stock_on_hand'])
    expect([onHand(), drawer(), repairAnswer(db, asked)]).toEqual([47, 600, 'written'])
    expect([takeUpRepair(db, writer), writer.lsn()]).toEqual([[], 10n])
    writer.write(release(20, { stock_on_hand: { changes: [stockRow(40)] } }))
    expect(onHand()).toBe(37)
  })

  it('do not take away what own events made', () => {
    writer.write(release(10, { sale: { changes: [] } }))
    const { saleId } = sell(3).payload as { saleId: string }
    ask('sale', [{ operation: 'delete', row: { id: saleId } }])
    expect([takeUpRepair(db, restarted()), sales()]).toEqual([['sale'], 1])
  })

  it.each([
    ['that table', { stock_on_hand: { changes: [stockRow(40)] } }, 40],
    ['another', { register: { changes: [] } }, 999],
  ])('are left alone when rows of %s came since they were read', (_, came, stays) => {
    writer.write(release(10, { stock_on_hand: { changes: [stockRow(50)] } }))
    db.exec('update stock_on_hand set quantity = 999')
    const asked = ask('stock_on_hand', [stockRow(50)])
    writer.write(release(20, came))
    expect([takeUpRepair(db, writer), onHand(), repairAnswer(db, asked)]).toEqual([[], stays, 'moved'])
  })
})
