import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accepted, cents, openTestTill, TEST_STAFF, type TestTill } from '../test-fixtures.ts'
import type { Surroundings } from '../till.ts'
import { type Switched, switchTills } from './switch.ts'
import { createTraining, type Training } from './training.ts'

const DOLIPRANE = '3400935955838'

let till: TestTill
let training: Training
let switched: Switched
let file: string

beforeEach(async () => {
  till = await openTestTill()
  file = join(till.dataDir, 'training.sqlite')
  training = createTraining({ real: till, identity: till.identity, file })
  const around: Surroundings = {
    sync: () => ({
      state: 'offline',
      since: '',
      cause: 'network',
      events: 3,
      sales: 2,
      amount: cents(5),
      lastSent: null,
    }),
    loading: () => null,
    printer: () => ({ state: 'paper-out', waiting: 1 }),
    scanner: () => ({ state: 'ready' }),
    forecast: async () => ({ refused: 'no-forecast' }),
    training,
  }
  switched = switchTills(training, around)
  accepted(await till.operators.unlock(TEST_STAFF.cashier.pin))
})
afterEach(async () => {
  await training.end()
  till.dispose()
})

/** Every row of the till's own file. */
const everything = () => {
  const tables = till.context.db
    .prepare(`select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`)
    .pluck()
    .all() as string[]
  return Object.fromEntries(
    tables.map((table) => [table, till.context.db.prepare(`select * from "${table}"`).all()]),
  )
}

const trainOneSale = async () => {
  const { handlers } = switched
  expect(await handlers['training.start']({})).toBeNull()
  accepted(await handlers['operator.unlock']({ pin: TEST_STAFF.cashier.pin }))
  accepted(await handlers['session.open']({ float: cents(10_000) }))
  accepted(await handlers['basket.scan']({ raw: DOLIPRANE }))
  const { revision } = switched.sources.basket()
  return accepted(await handlers['sale.pay-cash']({ given: cents(200), revision }))
}

describe('training', () => {
  test('sells from the branch’s own catalogue and leaves no trace in the till', async () => {
    const before = everything()
    const sale = await trainOneSale()
    expect(sale).toMatchObject({ receiptNumber: 1, total: 116, change: 84 })
    expect(switched.sources.till().training).toBe(true)
    await switched.handlers['training.end']({})
    expect(switched.sources.till().training).toBe(false)
    expect(everything()).toEqual(before)
    expect(existsSync(file)).toBe(false)
  })

  test('waits for no paper and no server', async () => {
    await trainOneSale()
    expect(switched.sources.status()).toMatchObject({
      sync: { state: 'online' },
      printer: { state: 'none', waiting: 0 },
    })
  })

  test('shows a customer nothing of what is only trained', async () => {
    await trainOneSale()
    accepted(await switched.handlers['basket.scan']({ raw: DOLIPRANE }))
    expect(switched.display()).toMatchObject({ lines: [], total: 0, paid: null })
  })

  test('begins and ends locked, so that nobody goes on by mistake', async () => {
    expect(await switched.handlers['training.start']({})).toBeNull()
    expect(switched.sources.operator()).toBeNull()
    await switched.handlers['operator.unlock']({ pin: TEST_STAFF.cashier.pin })
    await switched.handlers['training.end']({})
    expect(switched.sources.operator()).toBeNull()
  })

  test('is refused while a customer’s basket is open, and while nobody is there', async () => {
    accepted(till.openSession(cents(0)))
    accepted(till.scan(DOLIPRANE))
    expect(await switched.handlers['training.start']({})).toMatchObject({ refused: 'basket-not-empty' })
    expect(training.isOn()).toBe(false)
    till.operators.lock()
    expect(await switched.handlers['training.start']({})).toMatchObject({ refused: 'locked' })
  })

  test('is for those who sell', async () => {
    accepted(await till.operators.unlock(TEST_STAFF.it_admin.pin))
    expect(await switched.handlers['training.start']({})).toMatchObject({ refused: 'not-allowed' })
  })

  test('begins anew each time', async () => {
    await trainOneSale()
    await switched.handlers['training.end']({})
    accepted(await till.operators.unlock(TEST_STAFF.cashier.pin))
    expect(await trainOneSale()).toMatchObject({ receiptNumber: 1 })
  })
})
