import { afterEach, beforeEach, expect, it } from 'vitest'
import { createRegisterNumbers, noteNumbers } from './register-numbers.ts'
import { createTillState } from './store/state.ts'
import { openTestTill, type TestTill } from './test-fixtures.ts'

let till: TestTill
beforeEach(async () => {
  till = await openTestTill()
})
afterEach(() => till.dispose())

it('gives no number twice, neither one that the server knows of nor one that it gave out itself', () => {
  const { db } = till.context
  const state = createTillState(db)
  const { registerId } = till.identity
  const numbers = createRegisterNumbers(db, state, registerId)
  expect([numbers.nextReceipt(), numbers.nextZ(), numbers.nextRefund()]).toEqual([1, 1, 1])
  noteNumbers(state, registerId, { receipt: 7, z: 3, refund: 5 })
  expect([numbers.nextReceipt(), numbers.nextZ(), numbers.nextRefund()]).toEqual([8, 4, 6])
  // A server of an older release says nothing of refunds, and another may know less than the till.
  noteNumbers(state, registerId, { receipt: 2, z: 0, refund: 0 })
  expect([numbers.nextReceipt(), numbers.nextZ(), numbers.nextRefund()]).toEqual([9, 5, 7])
})

it('begins anew at another register', () => {
  const { db } = till.context
  const state = createTillState(db)
  const other = '0190a000-0000-7000-8000-000000000012'
  createRegisterNumbers(db, state, till.identity.registerId).nextRefund()
  noteNumbers(state, other, { receipt: 0, z: 0, refund: 0 })
  expect(createRegisterNumbers(db, state, other).nextRefund()).toBe(1)
})
