import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accepted, cents, openTestTill, type TestTill } from '../test-fixtures.ts'

let till: TestTill
beforeEach(async () => {
  till = await openTestTill()
  await till.unlockAs('cashier')
  accepted(till.openSession(cents(0)))
})
afterEach(() => till.dispose())

describe('a scan', () => {
  test.each([
    ['the 13 digits of a CIP13', '3400935955838'],
    ['an EAN-13 with its AIM identifier', ']E03400935955838'],
    ['a GS1 Data Matrix with expiry and lot', ']d201034009359558381728013110ABC123'],
    ['the same with a separator and a serial', ']d201034009359558382112345\u001d17280131'],
    ['a CIP7', '3595583'],
  ])('finds the pack by %s', (_, raw) => {
    accepted(till.scan(raw))
    expect(till.basket.view().lines).toMatchObject([{ cip13: '3400935955838', quantity: 1 }])
  })

  test('takes the count keyed before it', () => {
    accepted(till.scan('3400935955838', 6))
    expect(till.basket.view().lines).toMatchObject([{ quantity: 6 }])
  })

  test.each([
    ['nobody knows', '3400999999991', 'unknown-code'],
    ['whose check digit is wrong', '3400935955839', 'unreadable-code'],
    ['that is no code of a product', 'https://example.org', 'unknown-code'],
    ['of a receipt that is not here', 'R-1-000001', 'sale-not-found'],
  ])('of a code %s is refused, and stays in view with a count', (_, raw, refused) => {
    expect(till.scan(raw)).toMatchObject({ refused })
    till.scan(raw)
    expect(till.notice.view()).toMatchObject({ raw, count: 2, refusal: { refused } })
    expect(till.basket.isEmpty()).toBe(true)
    accepted(till.scan('3400935955838'))
    expect(till.notice.view()).toBeNull()
  })

  test('of a withdrawn pack is refused', () => {
    till.context.db.exec(`update product set status = 'withdrawn' where cip13 = '3400935955838'`)
    expect(till.scan('3400935955838')).toEqual({ refused: 'product-not-found' })
  })

  test('while the till is locked is refused and not queued', () => {
    till.operators.lock()
    expect(till.scan('3400935955838')).toEqual({ refused: 'locked' })
    expect(till.notice.view()).toMatchObject({ refusal: { refused: 'locked' } })
    expect(till.basket.isEmpty()).toBe(true)
  })

  test('cannot bring control characters onto the screen', () => {
    till.scan('\u001b[2Jhello\u0000')
    expect(till.notice.view()?.raw).toBe('·[2Jhello·')
  })
})
