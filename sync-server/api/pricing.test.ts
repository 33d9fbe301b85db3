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

const send = async (method: string, path: string, body: unknown, token = headOffice, version = '"1"') => {
  const answer = await fetch(new URL(`/v1/${path}`, server.url), {
    method,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      ...(method === 'PUT' && version !== '' && { 'if-match': version }),
    },
    body: JSON.stringify(body),
  })
  return { status: answer.status, body: (await answer.json()) as { id: string } & Record<string, unknown> }
}

const promotion = (more: object = {}) => ({
  name: 'Three for two',
  branchId: null,
  validFrom: '2026-03-01',
  validTo: '2026-03-31',
  rule: { kind: 'n-for-m', productIds: [server.organisation.product.id], take: 3, pay: 2 },
  ...more,
})
const list = (more: object = {}) => ({
  name: 'Spring',
  branchId: server.organisation.branchId,
  validFrom: '2026-03-01',
  validTo: null,
  items: [{ productId: server.organisation.product.id, price: 199 }],
  ...more,
})
const decisions = (id: string) =>
  server.db.selectFrom('price_decision').selectAll().where('subject_id', '=', id).orderBy('id').execute()

describe('a promotion', () => {
  it('is made, ended by its last day, and each decision is kept with who made it', async () => {
    const { status, body } = await send('POST', 'promotions', promotion())
    expect(status).toBe(200)
    expect((await send('PUT', `promotions/${body.id}`, promotion({ validTo: '2026-03-05' }))).status).toBe(
      200,
    )
    const row = await server.db.selectFrom('promotion').selectAll().executeTakeFirstOrThrow()
    expect(row).toMatchObject({
      id: body.id,
      branch_id: null,
      valid_from: '2026-03-01',
      valid_to: '2026-03-05',
    })
    expect(await decisions(body.id)).toMatchObject([
      { subject: 'promotion', decided_by: server.organisation.staff.head_office },
      { content: expect.stringContaining('"validTo": "2026-03-05"') },
    ])
  })

  it.each([
    ['validTo', { validTo: '2026-02-28' }],
    ['rule.pay', { rule: { kind: 'n-for-m', productIds: [uuidv7()], take: 2, pay: 2 } }],
    ['rule', { rule: { kind: 'second', productIds: [uuidv7()], rateBp: 5000 } }],
    ['branchId', { branchId: uuidv7() }],
    ['name', { name: ' ' }],
  ])('is refused by its %s, and nothing of it stays', async (field, change) => {
    const before = await server.db.selectFrom('promotion').selectAll().execute()
    const { status, body } = await send('POST', 'promotions', promotion(change))
    expect(status).toBe(400)
    expect(body).toMatchObject({ error: { details: { field } } })
    expect(await server.db.selectFrom('promotion').selectAll().execute()).toEqual(before)
  })

  it('that is not there cannot be changed', async () => {
    expect((await send('PUT', `promotions/${uuidv7()}`, promotion())).status).toBe(404)
    expect((await send('PUT', 'promotions/x', promotion())).status).toBe(404)
  })
})

describe('a price list', () => {
  it('is replaced as a whole', async () => {
    const { body } = await send('POST', 'price-lists', list())
    await send(
      'PUT',
      `price-lists/${body.id}`,
      list({ items: [{ productId: server.organisation.product.id, price: 210 }] }),
    )
    expect(await server.db.selectFrom('price_list_item').selectAll().execute()).toEqual([
      { price_list_id: body.id, product_id: server.organisation.product.id, price: 210 },
    ])
    expect(await decisions(body.id)).toHaveLength(2)
  })

  it('names each product once, and only those there are', async () => {
    const item = { productId: server.organisation.product.id, price: 1 }
    expect((await send('POST', 'price-lists', list({ items: [item, item] }))).status).toBe(400)
    expect(
      (await send('POST', 'price-lists', list({ items: [{ ...item, productId: uuidv7() }] }))).status,
    ).toBe(400)
    expect((await send('POST', 'price-lists', list({ items: [] }))).status).toBe(400)
  })
})

describe('what head office reads before it decides', () => {
  const get = async (path: string, token = headOffice) => {
    const answer = await fetch(new URL(`/v1/${path}`, server.url), {
      headers: { authorization: `Bearer ${token}` },
    })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }

  it('is every list and promotion, the newest first, with what each product costs on which list', async () => {
    const { product, branchId } = server.organisation
    const { body: later } = await send(
      'POST',
      'price-lists',
      list({ name: 'Later', validFrom: '2027-01-01' }),
    )
    const { body: lists } = await get('price-lists')
    expect(lists.priceLists).toMatchObject([
      { id: later.id, name: 'Later', branchId, validFrom: '2027-01-01', validTo: null, items: 1 },
      { name: 'Spring' },
    ])
    expect(await get(`price-lists/${later.id}/items`)).toEqual({
      status: 200,
      body: { items: [{ productId: product.id, price: 199 }] },
    })
    expect((await get(`price-lists/${uuidv7()}/items`)).status).toBe(404)
    const { body: promotions } = await get('promotions')
    expect(promotions.promotions).toMatchObject([{ name: 'Three for two', rule: { take: 3, pay: 2 } }])
    const { body: listed } = await send('POST', 'products/listed', { ids: [product.id, uuidv7()] })
    expect(listed.products).toMatchObject([
      { id: product.id, cip13: product.cip13, price: 250, listed: [{ price: expect.any(Number) }, {}] },
    ])
    expect((await send('POST', 'products/listed', { ids: [] })).status).toBe(400)
  })

  it('is for nobody else', async () => {
    const token = await signIn(server, 'branch_manager')
    for (const path of ['price-lists', 'promotions', 'branches/pricing'])
      expect((await get(path, token)).status).toBe(403)
    expect((await send('POST', 'products/listed', { ids: [uuidv7()] }, token)).status).toBe(403)
  })
})

it('sets how a branch rounds and what its roles may take off', async () => {
  const { branchId } = server.organisation
  const wanted = { taxRounding: 'line', cashRounding: 5, limits: { cashier: 1000 } }
  const read = async () => {
    const headers = { authorization: `Bearer ${headOffice}` }
    const answer = await fetch(new URL('/v1/branches/pricing', server.url), { headers })
    return ((await answer.json()) as { branches: object[] }).branches
  }
  expect(await read()).toContainEqual({
    id: branchId,
    taxRounding: 'receipt',
    cashRounding: null,
    limits: {},
  })
  expect((await send('PUT', `branches/${branchId}/pricing`, wanted)).status).toBe(200)
  const branch = await server.db
    .selectFrom('branch')
    .select(['tax_rounding', 'cash_rounding'])
    .where('id', '=', branchId)
    .executeTakeFirst()
  expect(branch).toEqual({ tax_rounding: 'line', cash_rounding: 5 })
  expect(await server.db.selectFrom('discount_limit').selectAll().execute()).toEqual([
    { branch_id: branchId, role: 'cashier', rate_bp: 1000 },
  ])
  expect(await read()).toContainEqual({ id: branchId, ...wanted })
  for (const wrong of [{ cashRounding: 7 }, { limits: { it_admin: 1 } }, { limits: { cashier: 10_001 } }]) {
    expect((await send('PUT', `branches/${branchId}/pricing`, { ...wanted, ...wrong })).status).toBe(400)
  }
})

it.each(['cashier', 'pharmacist', 'branch_manager', 'it_admin'] as const)(
  'none of it is for a %s',
  async (role) => {
    const token = await signIn(server, role)
    expect((await send('POST', 'promotions', promotion(), token)).status).toBe(403)
    expect((await send('POST', 'price-lists', list(), token)).status).toBe(403)
    expect((await send('PUT', `branches/${server.organisation.branchId}/pricing`, {}, token)).status).toBe(
      403,
    )
  },
)

describe('two people who change one thing', () => {
  const later = (name: string) => promotion({ name, validTo: '2026-04-30' })

  it('do not undo each other unseen: the second is told who was sooner, and nothing of theirs is kept', async () => {
    const { body } = await send('POST', 'promotions', promotion())
    expect(body.version).toBe(1)
    const first = await send('PUT', `promotions/${body.id}`, later('first'))
    expect(first.body).toEqual({ id: body.id, version: 2 })
    const second = await send('PUT', `promotions/${body.id}`, later('second'))
    expect([second.status, second.body]).toEqual([
      409,
      {
        error: expect.objectContaining({
          code: 'changed-meanwhile',
          text: expect.stringMatching(/^head_office/),
        }),
      },
    ])
    const names = await server.db.selectFrom('promotion').select('name').where('id', '=', body.id).execute()
    expect(names).toEqual([{ name: 'first' }])
    expect(await decisions(body.id)).toHaveLength(2)
    expect((await send('PUT', `promotions/${body.id}`, later('second'), headOffice, '"2"')).status).toBe(200)
  })

  it('are one after the other when they press at once', async () => {
    const { body } = await send('POST', 'price-lists', list())
    const answers = await Promise.all(
      [1, 2, 3, 4].map((price) =>
        send('PUT', `price-lists/${body.id}`, list({ items: [{ ...list().items[0], price }] })),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409])
    const { priceLists } = (await send('GET', 'price-lists', undefined)).body as unknown as {
      priceLists: { id: string; version: number }[]
    }
    expect(priceLists.find(({ id }) => id === body.id)?.version).toBe(2)
  })

  it.each(['', '1', '"-1"', '*'])('must say what they looked at: %j does not', async (version) => {
    const { body } = await send('POST', 'promotions', promotion())
    const answer = await send('PUT', `promotions/${body.id}`, later('blind'), headOffice, version)
    expect([answer.status, answer.body]).toEqual([
      400,
      { error: expect.objectContaining({ details: expect.objectContaining({ field: 'if-match' }) }) },
    ])
  })
})
