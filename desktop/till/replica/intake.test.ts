import { expect, it } from 'vitest'
import { TILL_TABLES } from './load.ts'
import { DEVICE, TestTill } from './test-intake.ts'
import { createTestShapes, memoryDatabase } from './test-shapes.ts'

type Shapes = Awaited<ReturnType<typeof createTestShapes>>

const putHead = ({ db }: Shapes) =>
  db
    .prepare('insert into device_head (device_id, branch_id, seq, hash) values (?, ?, 0, ?)')
    .run(DEVICE, 'b', '0'.repeat(64))

const putAddendum = ({ db }: Shapes, id: string) =>
  db
    .prepare(`insert into z_addendum (id, session_id, branch_id, register_id, z_number, number, sale_count,
        gross_total, cash, expected, variance, actor_id, at)
      values (?, 's', 'b', 'r', 1, ?, 1, 100, 100, 100, 0, 'a', '2026-11-21 10:00:00+00')`)
    .run(id, id)

const heldBy = (till: TestTill) => till.db.prepare('select id from z_addendum order by id').pluck().all()

it('takes every row of a server whose LSNs begin low again, be it across restarts, and lets go of what it lost', async () => {
  const shapes = await createTestShapes()
  shapes.commit(() => putHead(shapes))
  for (let n = 0; n < 30; n++) shapes.commit(() => {})
  shapes.commit(() => ['1', '9'].map((id) => putAddendum(shapes, id)))
  const till = new TestTill(await memoryDatabase(), { sliceSize: 100, atOnce: 1000 }, () => {})
  const rest = async () => {
    for (let round = 0; round < 60; round++) {
      for (const table of TILL_TABLES) await till.ask(shapes, table, 50)
      if (round > 1 && till.isAtRest(BigInt(shapes.lsn()))) return
    }
    throw new Error('the replica does not come to rest')
  }
  await rest()
  expect(heldBy(till)).toEqual(['1', '9'])

  shapes.move(() => shapes.db.exec(`delete from z_addendum where id = '9'`))
  shapes.commit(() => putAddendum(shapes, '2'))
  await rest()
  expect(heldBy(till)).toEqual(['1', '2'])
  expect(till.intake.frontier.lsn()).toBe(BigInt(shapes.lsn()))
  for (const id of ['3', '4']) {
    till.start()
    shapes.commit(() => putAddendum(shapes, id))
    await rest()
  }
  expect(heldBy(till)).toEqual(['1', '2', '3', '4'])
  till.killed = true
  till.db.close()
  shapes.db.close()
}, 90_000)

it('misses nothing of a table that a server of an older release lacked for a while, be it across a restart', async () => {
  const shapes = await createTestShapes()
  shapes.commit(() => putHead(shapes))
  const till = new TestTill(await memoryDatabase(), { sliceSize: 100, atOnce: 1000 }, () => {})
  const askAll = async (tables: readonly string[]) => {
    for (let round = 0; round < 4 || (round < 60 && till.intake.loading() !== null); round += 1) {
      for (const table of tables) await till.ask(shapes, table, 50)
    }
  }
  const others = TILL_TABLES.filter((table) => table !== 'z_addendum')
  const addendum = (id: string) => putAddendum(shapes, id)
  const held = () => heldBy(till)

  shapes.commit(() => addendum('1'))
  await askAll(TILL_TABLES)
  expect(held()).toEqual(['1'])

  till.intake.lacks('z_addendum')
  shapes.commit(() => addendum('2'))
  await askAll(others)
  till.start()
  till.intake.lacks('z_addendum')
  shapes.commit(() => addendum('3'))
  await askAll(others)
  expect(till.intake.frontier.lsn()).toBe(BigInt(shapes.lsn()))
  expect(held()).toEqual(['1'])

  await askAll(TILL_TABLES)
  expect(held()).toEqual(['1', '2', '3'])
  till.killed = true
  till.db.close()
  shapes.db.close()
})
