import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { checkpointWhenQuiet } from './checkpoints.ts'
import { accepted, cents, openTestTill, type TestTill } from './test-fixtures.ts'

let till: TestTill
beforeEach(async () => {
  till = await openTestTill()
})
afterEach(() => till.dispose())

test('the log is moved into the database once nothing more is written', async () => {
  const { db } = till.context
  await till.unlockAs('cashier')
  accepted(till.openSession(cents(0)))
  const stop = checkpointWhenQuiet(db)
  for (let i = 0; i < 20; i++) accepted(till.scan('3400935955838'))
  // A passive checkpoint that finds nothing left to move reports as many pages moved as there are.
  const left = () => {
    const [{ log = 0, checkpointed = 0 } = {}] = db.pragma('wal_checkpoint(NOOP)') as {
      log?: number
      checkpointed?: number
    }[]
    return log - checkpointed
  }
  expect(left()).toBeGreaterThan(0)
  await vi.waitFor(() => expect(left()).toBe(0), { timeout: 5_000 })
  stop()
})
