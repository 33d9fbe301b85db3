import { afterAll, beforeAll, expect, test } from 'vitest'
import { accepted, openTestTill, type TestTill } from '../test-fixtures.ts'
import { createPaperReader } from './stored-paper.ts'

let till: TestTill
let stored: string
beforeAll(async () => {
  till = await openTestTill()
  await till.unlockAs('cashier')
  accepted(till.openSession(0 as never))
  accepted(till.scan('3400935955838'))
  accepted(till.completeSale({ kind: 'card' }, till.basket.revision()))
  stored = till.context.db.prepare('select document from print_job').pluck().get() as string
})
afterAll(() => till.dispose())

test('prints what was sold, whatever the catalogue, the branch and the staff have become since', () => {
  const { db } = till.context
  const before = createPaperReader(db)(stored)
  expect(before).toHaveProperty('elements')
  db.exec(`update product set name = 'X', pack = 'Y', price = 1; update branch set name = 'Z', city = 'Z';
    update staff set name = 'W'`)
  till.context.changes.touch('organisation')
  expect(createPaperReader(db)(stored)).toEqual(before)
})

test.each([
  ['an event that is not there', { seq: 999 }, /no event 999/],
  ['no name', { cashierName: 7 }, /receipt.cashierName/],
  ['an event that is no sale', { seq: 1 }, /saleId/],
])('says why there is no paper: %s', (_, change, reason) => {
  const draft = JSON.parse(stored)
  const text = JSON.stringify({ receipt: { ...draft.receipt, ...change } })
  expect(createPaperReader(till.context.db)(text)).toMatchObject({
    unreadable: expect.stringMatching(reason),
  })
})

test('a text that is no JSON says so', () => {
  expect(createPaperReader(till.context.db)('{"x":')).toMatchObject({
    unreadable: expect.stringMatching(/not JSON/),
  })
  expect(createPaperReader(till.context.db)('7')).toHaveProperty('unreadable')
})
