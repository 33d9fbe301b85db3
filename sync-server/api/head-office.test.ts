import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProductRow } from '../../domain/catalogue/product.ts'
import { importBdpm } from '../catalogue/import.ts'
import { send, signIn, startTestServer, type TestServer } from '../test-server.ts'

let server: TestServer
let headOffice: string
let manager: string

beforeAll(async () => {
  server = await startTestServer()
  headOffice = await signIn(server, 'head_office')
  manager = await signIn(server, 'branch_manager')
})
afterAll(() => server?.stop())

const call = async (method: string, path: string, body: unknown, token = headOffice) => {
  const answer = await fetch(new URL(path, server.url), {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })
  return { status: answer.status, text: await answer.text() }
}

describe('a branch’s limits', () => {
  const limits = { recountOver: 500, witnessOver: null, zMail: 'z@pharmacie.example' }
  const set = (body: unknown, token = headOffice, id = server.organisation.branchId) =>
    call('PUT', `/v1/branches/${id}/limits`, body, token)

  it('are set by head office alone, and only as they can be kept', async () => {
    expect(await set(limits)).toMatchObject({ status: 200 })
    expect((await set(limits, manager)).status).toBe(403)
    expect((await set(limits, headOffice, uuidv7())).status).toBe(404)
    for (const [field, value] of [
      ['recountOver', -1],
      ['witnessOver', 1.5],
      ['zMail', 'not an address'],
    ] as const) {
      const answer = await set({ ...limits, [field]: value })
      expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(field)])
    }
    const row = await server.db
      .selectFrom('branch')
      .where('id', '=', server.organisation.branchId)
      .select(['recount_over', 'witness_over', 'z_mail'])
      .executeTakeFirst()
    expect(row).toEqual({ recount_over: 500, witness_over: null, z_mail: 'z@pharmacie.example' })
  })
})

describe('a review', () => {
  const raise = async (branchId: string) => {
    const id = uuidv7()
    const row = { id, device_id: uuidv7(), seq: 1, branch_id: branchId, code: 'receipt-gap', detail: '3' }
    await server.db
      .insertInto('event_exception')
      .values({ ...row, raised_at: new Date().toISOString() })
      .execute()
    return id
  }
  const review = (id: string, token = headOffice) =>
    call('POST', `/v1/exceptions/${id}/review`, { note: null }, token)

  it('stands beside the fact, once, and is the branch’s own business', async () => {
    const own = await raise(server.organisation.branchId)
    const other = await raise(server.organisation.otherBranchId)
    expect((await review(own, manager)).status).toBe(200)
    expect((await review(own)).status).toBe(200)
    expect((await review(other, manager)).status).toBe(404)
    expect((await review(own, await signIn(server, 'cashier'))).status).toBe(403)
    const listed = await send(server, '/v1/exceptions/reviews', { token: manager })
    expect(await listed.json()).toEqual({
      reviews: [{ exceptionId: own, note: null, at: expect.any(String), byName: 'branch_manager' }],
      counts: [{ branchId: server.organisation.branchId, count: 1 }],
    })
    const open = server.db.selectFrom('event_exception').where('reviewed_at', 'is', null).select('id')
    expect(await open.execute()).toEqual([{ id: other }])
    const left = await server.db.selectFrom('event_exception').select('id').execute()
    expect(left).toHaveLength(2)
  })
})

describe('a price of head office', () => {
  it('is found by name, set, and kept when the official list has another', async () => {
    const { id } = server.organisation.product
    const row = (await server.db
      .selectFrom('product')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow()) as ProductRow
    const found = await send(server, `/v1/products?text=${row.name.slice(0, 4)}`, { token: headOffice })
    expect(
      ((await found.json()) as { products: { id: string }[] }).products.map((each) => each.id),
    ).toContain(id)
    expect((await send(server, '/v1/products?text=x', { token: headOffice })).status).toBe(400)
    expect((await send(server, '/v1/products?text=abc', { token: manager })).status).toBe(403)
    await call('PUT', `/v1/products/${id}/price`, { price: 399 })
    const list = (price: number) =>
      importBdpm(
        server.db,
        {
          label: 'test',
          modifiedOn: '2027-01-01',
          catalogue: {
            products: [{ ...row, price }],
            read: 1,
            skipped: [],
            files: [],
            substancesKnown: true,
          },
        },
        { sourceDate: '2027-01-01', now: () => new Date() },
      )
    expect(await list(450)).toMatchObject({ pricesHeld: 1, priceChanges: 0 })
    const price = () =>
      server.db.selectFrom('product').where('id', '=', id).select('price').executeTakeFirst()
    expect(await price()).toEqual({ price: 399 })
  })
})
