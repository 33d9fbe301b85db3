import { afterAll, beforeAll, expect, test } from 'vitest'
import { accepted, cents, openTestTill, type TestTill } from '../test-fixtures.ts'

let till: TestTill
beforeAll(async () => {
  till = await openTestTill()
  await till.unlockAs('pharmacist')
  till.context.db.pragma('synchronous = OFF')
  accepted(till.openSession(cents(10_000)))
  for (let i = 0; i < 5_000; i++) {
    accepted(till.scan(i % 2 ? '3400935955838' : '3400937412117'))
    accepted(
      till.completeSale(
        i % 3 ? { kind: 'card' } : { kind: 'cash', given: cents(1000) },
        till.basket.revision(),
      ),
    )
  }
  till.context.db.pragma('synchronous = FULL')
})
afterAll(() => till.dispose())

test('a session of 5,000 sales closes within 2 seconds', () => {
  const begun = performance.now()
  const report = accepted(till.closeSession([]))
  expect(performance.now() - begun).toBeLessThan(2_000)
  // 2,500 × 1.16 + 2,500 × 7.20
  expect(report).toMatchObject({
    saleCount: 5_000,
    firstReceipt: 1,
    lastReceipt: 5_000,
    grossTotal: 2_090_000,
  })
})
