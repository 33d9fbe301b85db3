import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { databaseFile } from '../data-folder.ts'
import { openTillDatabase } from '../store/database.ts'
import { openTestTill, TEST_STAFF, type TestTill } from '../test-fixtures.ts'
import { createTill } from '../till.ts'

let till: TestTill
beforeEach(async () => {
  till = await openTestTill()
})
afterEach(() => till.dispose())

const wrong = async (times: number) => {
  let answer: unknown
  for (let i = 0; i < times; i++) answer = await till.operators.unlock('0000')
  return answer
}

describe('a PIN', () => {
  test('says who is at the till', async () => {
    expect(await till.operators.unlock('2222')).toEqual({
      staffId: TEST_STAFF.pharmacist.id,
      name: 'Paul Mercier',
      role: 'pharmacist',
    })
    till.operators.lock()
    expect(till.operators.current()).toBeNull()
  })

  test('of someone who has left opens nothing, even if they are at the till right now', async () => {
    await till.unlockAs('cashier')
    till.context.db.prepare('update staff set active = 0 where id = ?').run(TEST_STAFF.cashier.id)
    expect(till.operators.current()).toBeNull()
    expect(till.operators.require('sale.ring')).toEqual({ refused: 'locked' })
    expect(await till.operators.unlock('1111')).toEqual({ refused: 'wrong-pin' })
  })

  test('that two people share opens nothing', async () => {
    const { db } = till.context
    db.prepare(
      'update staff_pin set pin_hash = (select pin_hash from staff_pin where staff_id = ?) where staff_id = ?',
    ).run(TEST_STAFF.cashier.id, TEST_STAFF.pharmacist.id)
    expect(await till.operators.unlock('1111')).toEqual({ refused: 'wrong-pin' })
  })

  test('is told that the staff list is loading until it is there, and that is no attempt', async () => {
    const { db } = till.context
    db.prepare('delete from staff_pin').run()
    for (let n = 0; n < 6; n++)
      expect(await till.operators.unlock('1111')).toEqual({ refused: 'staff-loading' })
    db.prepare(`insert into replica_shape values ('staff_pin', 'h', '0_0', '')`).run()
    expect(await till.operators.unlock('1111')).toEqual({ refused: 'wrong-pin' })
  })

  test('of another branch opens nothing', async () => {
    till.context.db
      .prepare('update staff_pin set branch_id = ? where staff_id = ?')
      .run('0190a000-0000-7000-8000-0000000000ff', TEST_STAFF.cashier.id)
    expect(await till.operators.unlock('1111')).toEqual({ refused: 'wrong-pin' })
  })

  test('takes a changed role at once', async () => {
    await till.unlockAs('pharmacist')
    till.context.db.prepare(`update staff set role = 'cashier' where id = ?`).run(TEST_STAFF.pharmacist.id)
    expect(till.operators.require('cash-session.close')).toMatchObject({ refused: 'not-allowed' })
  })
})

describe('wrong PINs', () => {
  test('cost nothing four times, then a wait that doubles', async () => {
    expect(await wrong(4)).toEqual({ refused: 'wrong-pin' })
    expect(await wrong(1)).toEqual({ refused: 'too-many-attempts', details: { seconds: 5 } })
    expect(await till.operators.unlock('1111')).toMatchObject({ refused: 'too-many-attempts' })
    till.clock.ms += 5_000
    expect(await wrong(1)).toEqual({ refused: 'too-many-attempts', details: { seconds: 10 } })
    till.clock.ms += 10_000
    expect(await till.operators.unlock('1111')).toMatchObject({ role: 'cashier' })
    expect(await wrong(4)).toEqual({ refused: 'wrong-pin' })
  })

  test('are remembered across a restart', async () => {
    await wrong(5)
    const db = await openTillDatabase(databaseFile(till.dataDir))
    const restarted = createTill({
      db,
      identity: till.identity,
      locale: 'fr',
      hasPrinter: false,
      now: () => till.clock.ms,
    })
    expect(await restarted.operators.unlock('1111')).toMatchObject({ refused: 'too-many-attempts' })
    db.close()
  })

  test('sent all at once are counted one by one', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => till.operators.unlock('0000')))
    expect(answers.filter((answer) => 'refused' in answer && answer.refused === 'wrong-pin')).toHaveLength(4)
  })

  test('cannot be made to wait longer by a clock that was set back', async () => {
    await wrong(5)
    till.clock.ms -= 30 * 86_400_000
    expect(await till.operators.unlock('1111')).toEqual({
      refused: 'too-many-attempts',
      details: { seconds: 300 },
    })
  })
})
