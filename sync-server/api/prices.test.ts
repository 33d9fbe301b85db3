import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signIn, startTestServer, type TestServer } from '../test-server.ts'

let server: TestServer
let headOffice: string

beforeAll(async () => {
  server = await startTestServer()
  headOffice = await signIn(server, 'head_office')
})
afterAll(() => server?.stop())

const put = (productId: string, body: unknown, token = headOffice) =>
  fetch(new URL(`/v1/products/${productId}/price`, server.url), {
    method: 'PUT',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })

const stored = async () => ({
  product: await server.db.selectFrom('product').select('price').executeTakeFirstOrThrow(),
  history: await server.db
    .selectFrom('product_price')
    .innerJoin('catalogue_import', 'catalogue_import.id', 'import_id')
    .select(['product_price.price', 'source'])
    .orderBy('imported_at')
    .execute(),
})

describe('setting a price', () => {
  it('changes the product, and the history says who decided', async () => {
    const { id, price } = server.organisation.product
    const answer = await put(id, { price: 399 })
    expect([answer.status, await answer.json()]).toEqual([200, { before: price, price: 399 }])
    const { product, history } = await stored()
    expect(product.price).toBe(399)
    expect(history).toEqual([
      { price: 399, source: `head office: head_office (${server.organisation.staff.head_office})` },
    ])
  })

  it('to what it is already writes nothing', async () => {
    expect((await put(server.organisation.product.id, { price: 399 })).status).toBe(200)
    expect((await stored()).history).toHaveLength(1)
  })

  it.each(['cashier', 'pharmacist', 'branch_manager', 'it_admin'] as const)(
    'is not for a %s',
    async (role) => {
      const answer = await put(server.organisation.product.id, { price: 1 }, await signIn(server, role))
      expect(answer.status).toBe(403)
      expect((await stored()).product.price).toBe(399)
    },
  )

  it.each([[0], [-5], [1.5], ['399'], [null], [10_000_000_000]])(
    'to %j is refused by name',
    async (price) => {
      const answer = await put(server.organisation.product.id, { price })
      expect(answer.status).toBe(400)
      expect(JSON.stringify(await answer.json())).toContain('price')
      expect((await stored()).product.price).toBe(399)
    },
  )

  it('of a product that is not on sale is not found', async () => {
    for (const id of [uuidv7(), 'x', '%00']) expect((await put(id, { price: 5 })).status).toBe(404)
  })

  it('twice at once leaves one price and both decisions', async () => {
    const { id } = server.organisation.product
    const answers = await Promise.all([put(id, { price: 450 }), put(id, { price: 550 })])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    const { product, history } = await stored()
    expect(
      history
        .slice(1)
        .map(({ price }) => price)
        .sort(),
    ).toEqual([450, 550])
    expect([450, 550]).toContain(product.price)
  })
})

describe('finding what to price', () => {
  const find = async (text: string) => {
    const answer = await fetch(new URL(`/v1/products?text=${encodeURIComponent(text)}`, server.url), {
      headers: { authorization: `Bearer ${headOffice}` },
    })
    return ((await answer.json()) as { products: { name: string }[] }).products.map(({ name }) => name)
  }

  it('is by any part of each word, or by the beginning of a code', async () => {
    for (const text of ['spir', 'ASP irin', '3400930000120', '34009 3000']) {
      expect(await find(text)).toEqual(['Aspirine'])
    }
    for (const text of ['spir x', '00120', '%%', '3400930000121']) expect(await find(text)).toEqual([])
  })

  it('reads an index, not the catalogue', async () => {
    const planOf = (condition: ReturnType<typeof sql>) =>
      server.db.transaction().execute(async (trx) => {
        await sql`set local enable_seqscan = off`.execute(trx)
        const plan = await sql`explain select id from product where ${condition}`.execute(trx)
        return JSON.stringify(plan.rows)
      })
    expect(await planOf(sql`name ilike '%doliprane%'`)).toContain('product_name_trgm')
    expect(await planOf(sql`cip13 like '34009%'`)).toMatch(/product_cip13\w*/)
  })
})
