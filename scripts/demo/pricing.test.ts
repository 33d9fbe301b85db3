import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../../sync-server/test-server.ts'
import { loadPricing } from './pricing.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
  await server.db
    .updateTable('product')
    .set({ cip13: '3400937412117', price: null })
    .where('id', '=', server.organisation.product.id)
    .execute()
})
afterAll(() => server?.stop())

it('prices what has no published price, and promotes it, once however often it is loaded', async () => {
  await loadPricing(server.db, '2026-11-01')
  await loadPricing(server.db, '2026-11-02')
  const { id } = server.organisation.product
  expect(await server.db.selectFrom('price_list').selectAll().execute()).toMatchObject([
    { branch_id: null, valid_from: '2026-11-01', valid_to: null },
  ])
  expect(await server.db.selectFrom('price_list_item').select(['product_id', 'price']).execute()).toEqual([
    { product_id: id, price: 720 },
  ])
  const [promotion] = await server.db.selectFrom('promotion').selectAll().execute()
  expect(JSON.parse(promotion?.rule ?? '')).toEqual({ kind: 'second', productIds: [id], rateBp: 5000 })
})
