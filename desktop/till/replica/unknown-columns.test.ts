import { afterEach, beforeEach, expect, it } from 'vitest'
import type { TillDatabase } from '../store/database.ts'
import { columnsOf, createLoadRecords, tableWriters } from './load.ts'
import { dropColumns, migrated, type NewColumns, withoutColumns } from './test-releases.ts'
import { memoryDatabase } from './test-shapes.ts'
import { forgetAsked, NO_HANDLE, refetchAsked } from './verify/refetch.ts'
import { askWidened, takeOverUnknown } from './widened.ts'

/** Learnt by the upgrade. */
const NEW: NewColumns = {
  branch: { z_mail: 'text' },
  staff: { active: 'integer not null default 1' },
  device: { revoked_at: 'text', succeeds: 'text check (succeeds is null or revoked_at is not null)' },
  cash_count: { quantity: 'integer not null default 0' },
  stock_on_hand: { quantity: 'integer not null default 0' },
}

let db: TillDatabase
let upgradeBuild = () => {}
beforeEach(async () => {
  upgradeBuild = withoutColumns(NEW)
  db = await memoryDatabase()
  dropColumns(db, NEW)
  const place = db.prepare(`insert into replica_shape values (?, 'h', '0_0', ?)`)
  for (const table of Object.keys(NEW)) place.run(table, columnsOf(table))
})
afterEach(() => {
  upgradeBuild()
  db.close()
})

const upgrade = () => {
  upgradeBuild()
  db = migrated(db, NEW)
  takeOverUnknown(db)
}

const write = (
  table: string,
  operation: 'insert' | 'update' | 'delete',
  row: Record<string, string | null>,
) => tableWriters(db)(table).write({ operation, row })

const person = (id: string, active: string) => ({ id, branch_id: 'b', name: id, role: 'cashier', active })
const device = (id: string, revoked_at: string | null, succeeds: string | null = null) => {
  const row = { id, branch_id: 'b', register_id: null, name: id, enrolled_at: '2026-03-02 09:30:00+00' }
  return { ...row, revoked_at, succeeds }
}
const kept = () => db.prepare('select shape, key, columns from replica_unknown').raw().all()
const read = (columns: string, table: string) =>
  db.prepare(`select ${columns} from ${table} order by 1`).raw().all()

it('keeps what it does not know, and has it in its columns after the upgrade, as each has its values', () => {
  write('staff', 'insert', person('a', 't'))
  write('staff', 'insert', person('c', 'false'))
  write('device', 'insert', device('d', '2026-03-02 09:30:00.12+00', 'x'))
  write('cash_count', 'insert', { session_id: 's', branch_id: 'b', denomination: '500', quantity: '7' })
  upgrade()
  expect(read('id, active', 'staff')).toEqual([
    ['a', 1],
    ['c', 0],
  ])
  expect(read('id, revoked_at, succeeds', 'device')).toEqual([['d', '2026-03-02T09:30:00.120Z', 'x']])
  expect(read('denomination, quantity', 'cash_count')).toEqual([[500, 7]])
  expect(kept()).toEqual([])
  askWidened(db)
  // Of a branch no row has come, and with it no word whether the server has the column.
  expect(refetchAsked(db)).toEqual(['branch', 'stock_on_hand'])
})

it('follows a row with what is kept of it: parts that are set, null, a row named anew, gone or never there', () => {
  const all = device('a', '2026-03-02 09:30:00+00', 'x')
  for (const id of ['a', 'c', 'e', 'g']) write('device', 'insert', { ...all, id })
  write('device', 'update', { id: 'a', succeeds: 'y', name: 'A' })
  write('device', 'update', { id: 'c', succeeds: null })
  write('device', 'update', { id: 'nobody', succeeds: 'z' })
  write('device', 'delete', { id: 'e' })
  const { revoked_at: _, succeeds: __, ...plain } = { ...all, id: 'g' }
  write('device', 'insert', plain)
  upgrade()
  const at = '2026-03-02T09:30:00.000Z'
  expect(read('id, name, revoked_at, succeeds', 'device')).toEqual([
    ['a', 'A', at, 'y'],
    ['c', 'a', at, null],
    ['g', 'a', null, null],
  ])
})

it('takes a row that is here already for written, but keeps what is new in it', () => {
  const table = tableWriters(db)('staff')
  write('staff', 'insert', person('a', 't'))
  expect(table.settle({ ...person('a', 'f'), name: 'other' })).toBe(false)
  expect(kept()).toEqual([['staff', 'a', '{"active":"t"}']])
  expect(table.settle(person('a', 'f'))).toBe(true)
  expect(kept()).toEqual([['staff', 'a', '{"active":"f"}']])
  table.settle({ id: 'a', branch_id: 'b', name: 'a', role: 'cashier' })
  expect(kept()).toEqual([])
})

it('goes back with its transaction', () => {
  write('staff', 'insert', person('a', 't'))
  const fails = db.transaction(() => {
    write('staff', 'insert', person('a', 'f'))
    write('staff', 'insert', person('c', 'f'))
    throw new Error('a full disk')
  })
  expect(fails).toThrow('a full disk')
  expect(kept()).toEqual([['staff', 'a', '{"active":"t"}']])
})

it('has a table fetched anew of which a column does not take what was kept, and moves the rest', () => {
  write('device', 'insert', device('a', null, 'x'))
  write('device', 'insert', device('c', 'soon'))
  write('device', 'insert', device('e', '2026-03-02 09:30:00+00', 'y'))
  write('staff', 'insert', person('a', 'f'))
  upgrade()
  expect(refetchAsked(db)).toEqual(['device'])
  expect(read('id, revoked_at, succeeds', 'device')).toEqual([
    ['a', null, null],
    ['c', null, null],
    ['e', '2026-03-02T09:30:00.000Z', 'y'],
  ])
  expect(read('id, active', 'staff')).toEqual([['a', 0]])
  forgetAsked(db)
  expect(read('shape', `replica_shape where handle = '${NO_HANDLE}'`)).toEqual([['device']])
})

it('has sums fetched anew: what own events add to them was not known', () => {
  write('stock_on_hand', 'insert', { branch_id: 'b', product_id: 'p', quantity: '50' })
  upgrade()
  expect(read('product_id, quantity', 'stock_on_hand')).toEqual([['p', 50]])
  expect(refetchAsked(db)).toEqual(['stock_on_hand'])
})

it('begins a load anew that has brought what a column does not take', () => {
  db.exec(`delete from replica_shape where shape = 'device'`)
  const load = {
    handle: 'h',
    offset: '0_0',
    loaded: true,
    top: '7',
    first: true,
    fresh: true,
    own: 0,
    rows: 1,
  }
  createLoadRecords(db).save('device', load)
  write('device', 'insert', device('a', null, 'x'))
  upgrade()
  forgetAsked(db)
  expect(createLoadRecords(db).read().get('device')).toEqual({
    ...load,
    handle: NO_HANDLE,
    offset: null,
    loaded: false,
    top: '0',
    fresh: false,
    rows: 0,
  })
})

it('goes on where it was ended, and leaves what no build knows yet', () => {
  const some = db.prepare(`insert into replica_unknown values ('staff', ?, ?)`)
  const add = db.prepare(`insert into staff (id, branch_id, name, role) values (?, 'b', '', 'cashier')`)
  for (let n = 1000; n < 3500; n++) {
    add.run(`s${n}`)
    some.run(`s${n}`, JSON.stringify({ shift: `${n}`, active: n % 2 ? 't' : 'f' }))
  }
  upgradeBuild()
  db = migrated(db, NEW)
  db.function('die', () => {
    throw new Error('killed')
  })
  db.exec(`create temp trigger dies before update on staff when new.id = 's2500' begin select die(); end`)
  expect(() => takeOverUnknown(db)).toThrow('killed')
  expect(db.prepare(`select count(*) from replica_unknown where columns like '%active%'`).pluck().get()).toBe(
    1500,
  )
  db.exec('drop trigger dies')
  takeOverUnknown(db)
  expect(read('active, count(*)', 'staff group by active')).toEqual([
    [0, 1250],
    [1, 1250],
  ])
  expect(kept()).toHaveLength(2500)
  expect(kept()[7]).toEqual(['staff', 's1007', '{"shift":"1007"}'])
})
