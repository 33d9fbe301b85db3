import { afterEach, beforeEach, expect, test } from 'vitest'
import { accepted, openTestTill, type TestTill } from '../test-fixtures.ts'

let till: TestTill
beforeEach(async () => {
  till = await openTestTill()
  await till.unlockAs('cashier')
})
afterEach(() => till.dispose())

const DOLIPRANE = 0
const VENTOLINE = 2
const XARELTO = 15
const id = (index: number) => till.product(index).id
const shown = () => till.favourites.view().map(({ name, where }) => `${name.split(' ')[0]} ${where}`)

test('each till keeps its own at hand, the branch those that a pharmacist chose, and all of it is fact', async () => {
  expect(shown()).toEqual([])
  accepted(till.favourites.pin(id(DOLIPRANE), 'till'))
  accepted(till.favourites.pin(id(XARELTO), 'till'))
  expect(shown()).toEqual(['DOLIPRANE till', 'XARELTO till'])
  expect(till.favourites.pin(id(XARELTO), 'branch')).toMatchObject({ refused: 'not-allowed' })

  await till.unlockAs('pharmacist')
  accepted(till.favourites.pin(id(XARELTO), 'branch'))
  expect(shown()).toEqual(['XARELTO branch', 'DOLIPRANE till'])
  accepted(till.favourites.pin(id(DOLIPRANE), null))
  accepted(till.favourites.pin(id(DOLIPRANE), null))
  expect(shown()).toEqual(['XARELTO branch'])

  await till.unlockAs('cashier')
  expect(till.favourites.pin(id(XARELTO), null)).toMatchObject({ refused: 'not-allowed' })
  const types = till.context.db.prepare('select type from journal order by seq').pluck().all()
  expect(types).toEqual(Array(4).fill('product.marked'))
})

test('what another till marked later counts, and other registers’ own do not', () => {
  const { db, branchId, changes } = till.context
  const mark = (n: number, register: string | null, pinned: number, at: string) =>
    db
      .prepare(`insert into favourite_mark (id, branch_id, register_id, product_id, pinned, actor_id, at)
        values (?, ?, ?, ?, ?, 'x', ?)`)
      .run(`0190e000-0000-7000-8000-00000000000${n}`, branchId, register, id(VENTOLINE), pinned, at)
  // Unpinned at ten, pinned at nine: they came the other way round.
  mark(1, null, 0, '2026-03-12T10:00:00.000Z')
  mark(2, null, 1, '2026-03-12T09:00:00.000Z')
  mark(3, '0190a000-0000-7000-8000-000000000012', 1, '2026-03-12T11:00:00.000Z')
  expect(shown()).toEqual([])
  mark(4, null, 1, '2026-03-12T12:00:00.000Z')
  changes.touch('favourite')
  return expect.poll(shown).toEqual(['VENTOLINE branch'])
})

test('generics are those of the group, what is on the shelf and cheap first; else packs of the same substance', () => {
  const { db } = till.context
  const like = (index: number) => accepted(till.generics(id(index)))
  expect(like(DOLIPRANE)).toMatchObject({ by: 'substance', title: 'PARACÉTAMOL' })
  // The codeine tablet holds paracetamol and more: it is not the same.
  expect(like(DOLIPRANE).products.map(({ name }) => name.split(' ')[0])).toEqual(['EFFERALGAN'])
  const group = db.prepare(`update product set generic_group_id = '7', generic_group_name = 'THE GROUP'
    where id in (?, ?, ?, ?)`)
  // 3.41, 23.25 and 3.51 (Tahor), the cheapest out of stock.
  const TAHOR = 18
  group.run(id(DOLIPRANE), id(VENTOLINE), id(XARELTO), id(TAHOR))
  db.prepare('update stock_on_hand set quantity = 0 where product_id = ?').run(id(VENTOLINE))
  expect(like(DOLIPRANE)).toMatchObject({ by: 'group', title: 'THE GROUP' })
  expect(like(DOLIPRANE).products.map(({ name }) => name.split(' ')[0])).toEqual([
    'TAHOR',
    'XARELTO',
    'VENTOLINE',
  ])
  expect(till.generics('0190b000-0000-7000-8000-000000000999')).toMatchObject({ refused: 'not-found' })
})
