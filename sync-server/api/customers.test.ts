import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isVoucherCode } from '../../domain/customer/voucher-code.ts'
import { signIn, startTestServer, type TestServer } from '../test-server.ts'

let server: TestServer
let headOffice: string
beforeAll(async () => {
  server = await startTestServer()
  headOffice = await signIn(server, 'head_office')
})
afterAll(() => server?.stop())

const send = async (path: string, body: unknown, method = 'POST', token = headOffice) => {
  const answer = await fetch(new URL(`/v1/${path}`, server.url), {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}
const fault = ({ status, body }: Awaited<ReturnType<typeof send>>) => [
  status,
  (body as { error?: { details: { field?: string } } }).error?.details.field,
]

const customer = (more: object = {}) => ({
  name: 'Mme Renée Petit',
  loyaltyNumber: null,
  accountLimit: 5_000,
  active: true,
  ...more,
})

const decisionsOn = (key: string) =>
  server.db.selectFrom('customer_decision').selectAll().where('subject_key', '=', key).orderBy('id').execute()

describe('a customer', () => {
  it('gets the next number, is found by name, number and card, and changed', async () => {
    const first = await send('customers', customer({ loyaltyNumber: 'C-1001' }))
    const id = first.body.id as string
    await send('customers', customer({ name: 'Lefebvre', accountLimit: null }))
    for (const text of ['petit ren', '1', 'C-1001']) {
      const { body } = await send('customers/search', { text })
      expect(body.customers).toMatchObject([{ id, number: 1, accountLimit: 5000, owed: 0, active: true }])
    }
    expect((await send('customers/search', { text: '' })).body.customers).toHaveLength(2)
    expect((await send('customers/search', { text: '%' })).body.customers).toEqual([])
    await send(`customers/${id}`, customer({ loyaltyNumber: 'C-1001', accountLimit: 9_000 }), 'PUT')
    const { body } = await send('customers/search', { text: '1' })
    expect(body.customers).toMatchObject([{ accountLimit: 9_000 }])
    const decisions = await decisionsOn(id)
    expect(decisions.map(({ content }) => JSON.parse(content))).toEqual([
      { accountLimit: 5000, active: true, changed: ['name', 'loyalty_number'] },
      { accountLimit: 9000, active: true, changed: [] },
    ])
    expect(JSON.stringify(decisions)).not.toContain('Petit')
  })

  it('is refused by its field, and by a card that another has', async () => {
    expect(fault(await send('customers', customer({ name: ' ' })))).toEqual([400, 'name'])
    expect(fault(await send('customers', customer({ accountLimit: -1 })))).toEqual([400, 'accountLimit'])
    expect(fault(await send('customers', customer({ loyaltyNumber: 'é' })))).toEqual([400, 'loyaltyNumber'])
    expect(fault(await send('customers', customer({ loyaltyNumber: 'C-1001' })))).toEqual([
      400,
      'loyaltyNumber',
    ])
    expect((await send(`customers/${uuidv7()}`, customer(), 'PUT')).status).toBe(404)
  })

  it('never shares a number when two are made at once', async () => {
    await Promise.all(
      Array.from({ length: 5 }, (_, i) => send('customers', customer({ name: `At once ${i}` }))),
    )
    const { body } = await send('customers/search', { text: 'at once' })
    const numbers = (body.customers as { number: number }[]).map(({ number }) => number)
    expect(new Set(numbers).size).toBe(5)
  })

  it('pays what is owed, once, and never more', async () => {
    const { branchId } = server.organisation
    const made = (await send('customers', customer({ name: 'Payer' }))).body.id as string
    await server.db.insertInto('account_balance').values({ customer_id: made, amount: 3_000 }).execute()
    const payment = { id: uuidv7(), branchId, amount: 1_250 }
    await Promise.all([1, 2].map(() => send(`customers/${made}/payments`, payment)))
    const { body } = await send('customers/search', { text: 'payer' })
    expect(body.customers).toMatchObject([{ owed: 1_750 }])
    const moved = await server.db
      .selectFrom('account_movement')
      .select(['kind', 'amount', 'branch_id'])
      .where('customer_id', '=', made)
      .execute()
    expect(moved).toEqual([{ kind: 'paid', amount: -1_250, branch_id: branchId }])
    const tooMuch = { id: uuidv7(), branchId, amount: 1_751 }
    expect(fault(await send(`customers/${made}/payments`, tooMuch))).toEqual([400, 'amount'])
  })
})

describe('a voucher', () => {
  const issue = (more: object = {}) => ({
    id: uuidv7(),
    branchId: server.organisation.branchId,
    amount: 2_500,
    expiresOn: '2099-12-31',
    ...more,
  })

  it('is issued once under a code that checks, found, and blocked', async () => {
    const wanted = issue()
    const [first, again] = await Promise.all([send('vouchers', wanted), send('vouchers', wanted)])
    const code = first?.body.code as string
    expect(isVoucherCode(code)).toBe(true)
    expect(again?.body.code).toBe(code)
    const found = async () => (await send('vouchers/search', { text: code.slice(0, 6) })).body.vouchers
    expect(await found()).toMatchObject([
      { code, worth: 2_500, issued: 2_500, active: true, expiresOn: '2099-12-31' },
    ])
    const { body } = await send('vouchers/movements', { code })
    expect(body.movements).toMatchObject([{ kind: 'issued', amount: 2_500, receipt: null }])
    await send('vouchers/change', { code, active: false, expiresOn: null })
    expect(await found()).toMatchObject([{ active: false, expiresOn: null, worth: 2_500 }])
    expect(await decisionsOn(code)).toMatchObject([
      { subject: 'voucher', decided_by: server.organisation.staff.head_office },
      { content: expect.stringContaining('"active": false') },
    ])
  })

  it('is refused by its field', async () => {
    expect(fault(await send('vouchers', issue({ amount: 0 })))).toEqual([400, 'amount'])
    expect(fault(await send('vouchers', issue({ amount: 1_000_001 })))).toEqual([400, 'amount'])
    expect(fault(await send('vouchers', issue({ expiresOn: '2020-01-01' })))).toEqual([400, 'expiresOn'])
    expect(fault(await send('vouchers', issue({ branchId: uuidv7() })))).toEqual([400, 'branchId'])
    const unknown = { code: '0000000000000000', active: false, expiresOn: null }
    expect((await send('vouchers/change', unknown)).status).toBe(404)
  })
})

it.each([
  ['branch_manager', 200],
  ['cashier', 403],
  ['pharmacist', 403],
  ['it_admin', 403],
] as const)('a %s sees (%d) and sets nothing', async (role, seen) => {
  const token = await signIn(server, role)
  expect((await send('customers/search', { text: '' }, 'POST', token)).status).toBe(seen)
  expect((await send('vouchers/search', { text: '' }, 'POST', token)).status).toBe(seen)
  for (const path of ['customers', `customers/${uuidv7()}/payments`, 'vouchers', 'vouchers/change']) {
    expect((await send(path, {}, 'POST', token)).status).toBe(403)
  }
})
