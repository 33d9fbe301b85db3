import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDevice, startTestServer, type TestServer } from '../test-server.ts'
import { TestJournal } from './test-journal.ts'
import { appendAll, ledgerOf } from './test-ledger.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server?.stop())

const { newJournal, post, exceptions, codes } = ledgerOf(() => server)

describe('facts with something wrong are kept, and named', () => {
  it('keeps unknown types and unreadable payloads, moves the head and withholds their effect', async () => {
    const journal = await newJournal()
    const events = [
      journal.append({ type: 'moon.landed', payload: { a: 1 } }),
      journal.append({ type: 'sale.completed', payload: { a: 1 } }),
      journal.append({ type: 'sale.completed', version: 9, payload: {} }),
      journal.append(journal.opened()),
    ]
    const { answer } = await post(journal.device, events)
    expect(answer).toMatchObject({ accepted: 4, head: journal.head, exceptions: 3 })
    expect(await codes(journal.device)).toEqual(['1 unknown-type', '2 invalid-payload', '3 unknown-type'])
  })

  it('names rules, actors and roles', async () => {
    const journal = await newJournal()
    const { staff } = server.organisation
    const wrongTotal = journal.sale(1, { total: 999 })
    const events = appendAll(journal, [
      journal.opened(),
      wrongTotal,
      { ...journal.sale(), actor: { staffId: uuidv7(), role: 'cashier' } },
      { ...journal.sale(), actor: { staffId: staff.cashier, role: 'pharmacist' } },
      { ...journal.sale(), actor: { staffId: staff.it_admin, role: 'it_admin' } },
      { ...journal.closed(0, 0), actor: journal.actor('cashier') },
    ])
    expect((await post(journal.device, events)).status).toBe(200)
    const found = (await codes(journal.device)).filter((code) => !/stock|receipt/.test(code))
    expect(found).toEqual([
      '2 rule-broken',
      '3 actor-unknown',
      '4 actor-role-differs',
      '5 actor-not-permitted',
      '6 actor-not-permitted',
    ])
    const sales = await server.db
      .selectFrom('sale')
      .select('id')
      .where('device_id', '=', journal.device.deviceId)
      .execute()
    expect(sales).toHaveLength(4)
  })

  it('takes the fact of a role that only a later release has, and says that nobody here may', async () => {
    const journal = await newJournal()
    const { staff } = server.organisation
    const events = appendAll(journal, [
      journal.opened(),
      { ...journal.sale(), actor: { staffId: staff.cashier, role: 'owner' as never } },
    ])
    expect((await post(journal.device, events)).answer).toMatchObject({ accepted: 2, head: journal.head })
    const found = (await codes(journal.device)).filter((code) => !/stock|receipt/.test(code))
    expect(found).toEqual(['2 actor-not-permitted', '2 actor-role-differs'])
  })

  it('withholds the effect of what is another branch, register or session', async () => {
    const [mine, neighbour] = [await newJournal(0), await newJournal(1)]
    await post(neighbour.device, [neighbour.append(neighbour.opened())])
    const { otherBranchId, registerIds } = server.organisation
    const events = appendAll(mine, [
      mine.opened(),
      mine.sale(1, { branchId: otherBranchId }),
      mine.sale(1, { registerId: registerIds[1] }),
      mine.sale(1, { sessionId: neighbour.sessionId }),
      { ...mine.closed(5, 5), payload: { ...mine.closed(5, 5).payload, sessionId: neighbour.sessionId } },
      mine.sale(1, { sessionId: uuidv7() }),
    ])
    expect((await post(mine.device, events)).status).toBe(200)
    expect(await codes(mine.device)).toEqual(
      expect.arrayContaining([
        '2 foreign-branch',
        '3 foreign-register',
        '4 foreign-session',
        '5 foreign-session',
        '6 unknown-session',
      ]),
    )
    const sales = await server.db
      .selectFrom('sale')
      .select('seq')
      .where('device_id', '=', mine.device.deviceId)
      .execute()
    expect(sales).toEqual([{ seq: 6 }])
    const theirs = server.db.selectFrom('cash_session').selectAll().where('id', '=', neighbour.sessionId)
    expect(await theirs.executeTakeFirstOrThrow()).toMatchObject({ closed_at: null })
  })

  it('gives a sale that comes again under another seq its effect once', async () => {
    const journal = await newJournal()
    const sale = journal.sale()
    await post(journal.device, appendAll(journal, [journal.opened(), sale]))
    await post(journal.device, [journal.append(sale)])
    expect(await codes(journal.device)).toContain('3 duplicate-fact')
    const drawer = server.db
      .selectFrom('drawer_balance')
      .select('amount')
      .where('session_id', '=', journal.sessionId)
    expect(await drawer.executeTakeFirstOrThrow()).toEqual({ amount: 10_250 })
  })

  it('names prices that are not the catalogue’s, and products it does not have', async () => {
    const journal = await newJournal()
    const line = (unitPrice: number, productId: string) => {
      const gross = unitPrice
      const tax = Math.round((gross * 210) / 10_210)
      return {
        lines: [
          {
            lineId: uuidv7(),
            productId,
            cip13: '3400930000120',
            name: 'x',
            quantity: 1,
            unitPrice,
            gross,
            vatRateBp: 210,
          },
        ],
        taxes: [{ rateBp: 210, net: gross - tax, tax, gross }],
        tenders: [{ tenderId: uuidv7(), kind: 'card', amount: gross, given: gross, change: 0 }],
        total: gross,
      }
    }
    const { id } = server.organisation.product
    const events = appendAll(journal, [
      journal.opened(),
      journal.sale(1, line(240, id)),
      journal.sale(1, line(250, uuidv7())),
    ])
    await post(journal.device, events)
    expect(await codes(journal.device)).toEqual(
      expect.arrayContaining(['2 price-differs', '3 unknown-product']),
    )
  })

  it('names receipt numbers that are missing or come twice', async () => {
    const device = await addDevice(server)
    const registerId = uuidv7()
    const { branchId } = device
    await server.db
      .insertInto('register')
      .values({ id: registerId, branch_id: branchId, number: 77, name: 'R' })
      .execute()
    await server.db
      .updateTable('device')
      .set({ register_id: registerId })
      .where('id', '=', device.deviceId)
      .execute()
    const journal = new TestJournal({ ...device, registerId }, server.organisation)
    await post(
      device,
      appendAll(journal, [journal.opened(), journal.sale(), journal.sale(1, { receiptNumber: 5 })]),
    )
    await post(
      device,
      appendAll(journal, [journal.sale(1, { receiptNumber: 5 }), journal.sale(1, { receiptNumber: 7 })]),
    )
    const found = (await exceptions(device)).filter(({ code }) => code.startsWith('receipt'))
    expect(found).toEqual([
      { seq: 3, code: 'receipt-gap', detail: '2 to 4' },
      { seq: 4, code: 'receipt-duplicate', detail: '5' },
      { seq: 5, code: 'receipt-gap', detail: '6' },
    ])
  })

  it('names the sale that took stock below zero, not those after it', async () => {
    const { branchId, product } = server.organisation
    const row = { branch_id: branchId, product_id: product.id, quantity: 2 }
    await server.db
      .insertInto('stock_on_hand')
      .values(row)
      .onConflict((conflict) => conflict.columns(['branch_id', 'product_id']).doUpdateSet({ quantity: 2 }))
      .execute()
    const journal = await newJournal()
    await post(
      journal.device,
      appendAll(journal, [journal.opened(), journal.sale(), journal.sale(3), journal.sale()]),
    )
    const found = (await exceptions(journal.device)).filter(({ code }) => code === 'stock-below-zero')
    expect(found).toEqual([{ seq: 3, code: 'stock-below-zero', detail: `${product.id}: -2` }])
  })

  it('does not let a fact that the database refuses hold up the rest', async () => {
    const journal = await newJournal()
    const nul = journal.sale()
    const [line] = (nul.payload as { lines: object[] }).lines
    const bad = { ...nul, payload: { ...nul.payload, lines: [{ ...line, name: 'a\u0000b' }] } }
    const { status } = await post(journal.device, appendAll(journal, [journal.opened(), bad, journal.sale()]))
    expect(status).toBe(200)
    expect(await codes(journal.device)).toContain('2 not-applicable')
    const sales = await server.db
      .selectFrom('sale')
      .select('seq')
      .where('device_id', '=', journal.device.deviceId)
      .execute()
    expect(sales).toEqual([{ seq: 3 }])
  })
})
