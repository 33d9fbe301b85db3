import { afterEach, beforeEach, expect, test } from 'vitest'
import { accepted, cents, openTestTill, type TestTill } from '../test-fixtures.ts'

let till: TestTill
beforeEach(async () => {
  till = await openTestTill()
  await till.unlockAs('cashier')
  accepted(till.openSession(cents(10_000)))
})
afterEach(() => till.dispose())

const acts = () =>
  till.context.db.prepare('select kind, how, quantity, amount from basket_action order by at, id').raw().all()

test('what is rung up and paid leaves no trace but its sale', () => {
  accepted(till.basket.add(till.product(0).id, 2))
  accepted(till.basket.add(till.product(0).id))
  const { total, revision } = till.basket.view()
  accepted(till.completeSale({ kind: 'cash', given: total }, revision))
  expect(acts()).toEqual([])
})

test('a line removed, a quantity lowered and an addition undone are facts; more packs are none', () => {
  const { lineId } = accepted(till.basket.add(till.product(0).id, 3))
  accepted(till.basket.setQuantity(lineId, 5))
  accepted(till.basket.setQuantity(lineId, 1))
  accepted(till.basket.remove(lineId))
  accepted(till.basket.add(till.product(2).id))
  accepted(till.basket.undo())
  // 1.16 each: five to one is four packs, then the last one; 3.41 undone.
  expect(acts()).toEqual([
    ['removed', 'fewer', 4, 464],
    ['removed', 'remove', 1, 116],
    ['removed', 'undo', 1, 341],
  ])
})

test('an undo that brings packs back says so', () => {
  const { lineId } = accepted(till.basket.add(till.product(0).id, 3))
  accepted(till.basket.remove(lineId))
  accepted(till.basket.undo())
  expect(acts()).toEqual([
    ['removed', 'remove', 3, 348],
    ['restored', 'undo', 3, 348],
  ])
})

test('a voided basket is one act of all its lines, and can be taken back whole', () => {
  accepted(till.basket.add(till.product(0).id, 2))
  accepted(till.basket.add(till.product(2).id))
  const before = till.basket.view()
  accepted(till.basket.voidAll())
  expect(till.basket.view()).toMatchObject({ lines: [], total: 0, undo: 'void' })
  const seen = till.context.db.prepare('select distinct action_id, kind, how from basket_action').all()
  expect(seen).toMatchObject([{ kind: 'removed', how: 'void' }])
  expect(acts()).toHaveLength(2)
  accepted(till.basket.undo())
  expect(till.basket.view().lines).toEqual(before.lines)
  accepted(till.basket.undo())
  expect(till.basket.view().lines).toEqual(before.lines)
  expect(acts().slice(2)).toEqual([
    ['restored', 'undo', 2, 232],
    ['restored', 'undo', 1, 341],
  ])
})
