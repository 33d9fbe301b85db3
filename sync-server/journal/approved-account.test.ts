import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../test-server.ts'
import type { Fact, TestJournal } from './test-journal.ts'
import { appendAll, ledgerOf } from './test-ledger.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server?.stop())

const { newJournal, post, exceptions } = ledgerOf(() => server)

/** A sale of one pack at 2.50 on a customer's account, allowed by someone. */
function onAccount(journal: TestJournal, customerId: string, approvedBy?: string): Fact {
  const { payload } = journal.sale()
  const sale = payload as { lines: object[]; total: number }
  const { total: amount } = sale
  const tender = { tenderId: uuidv7(), kind: 'account', amount, given: amount, change: 0 }
  return {
    type: 'sale.completed',
    version: 2,
    payload: {
      ...sale,
      lines: sale.lines.map((line) => ({ ...line, price: null, discounts: [], note: null })),
      tenders: [{ ...tender, reference: customerId, ...(approvedBy && { approvedBy }) }],
      rounding: 0,
      taxRounding: 'receipt',
      customerId,
      note: null,
    },
  }
}

it('an account past its limit is an exception unless somebody allowed it who may', async () => {
  const customers = [uuidv7(), uuidv7(), uuidv7()]
  const limits = customers.map((id, i) => ({
    id,
    number: 100 + i,
    name: `Customer ${i}`,
    loyalty_number: null,
    account_limit: 200,
    active: true,
  }))
  await server.db.insertInto('customer').values(limits).execute()
  const journal = await newJournal(0)
  const { pharmacist, cashier } = server.organisation.staff
  const [allowed = '', alone = '', byCashier = ''] = customers
  const { status } = await post(
    journal.device,
    appendAll(journal, [
      journal.opened(),
      onAccount(journal, allowed, pharmacist),
      onAccount(journal, alone),
      onAccount(journal, byCashier, cashier),
    ]),
  )
  expect(status).toBe(200)
  const found = (await exceptions(journal.device)).filter(({ code }) => code === 'account-over-limit')
  expect(found.map(({ seq, detail }) => `${seq} ${detail}`)).toEqual([`3 ${alone}: 50`, `4 ${byCashier}: 50`])
})
