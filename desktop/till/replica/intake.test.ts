import { expect, it } from 'vitest'
import { TILL_TABLES } from './load.ts'
import { DEVICE, TestTill } from './test-intake.ts'
import { createTestShapes, memoryDatabase } from './test-shapes.ts'

it('misses nothing of a table that a server of an older release lacked for a while, be it across a restart', async () => {
  const shapes = await createTestShapes()
  shapes.commit(() =>
    shapes.db
      .prepare('insert into device_head (device_id, branch_id, seq, hash) values (?, ?, 0, ?)')
      .run(DEVICE, 'b', '0'.repeat(64)),
  )
  const till = new TestTill(await memoryDatabase(), { sliceSize: 100, atOnce: 1000 }, () => {})
  const askAll = async (tables: readonly string[]) => {
    for (let round = 0; round < 4 || (round < 60 && till.intake.loading() !== null); round += 1) {
      for (const table of tables) await till.ask(shapes, table, 50)
    }
  }
  const others = TILL_TABLES.filter((table) => table !== 'z_addendum')
  const addendum = (id: string) =>
    shapes.db
      .prepare(`insert into z_addendum (id, session_id, branch_id, register_id, z_number, number, sale_count,
          gross_total, cash, expected, variance, actor_id, at)
        values (?, 's', 'b', 'r', 1, ?, 1, 100, 100, 100, 0, 'a', '2026-11-21 10:00:00+00')`)
      .run(id, id)
  const held = () => till.db.prepare('select id from z_addendum order by id').pluck().all()

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
