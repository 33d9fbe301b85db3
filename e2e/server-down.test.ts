import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { minor } from '../domain/money.ts'
import { DEMO_STAFF, MARKET } from '../scripts/demo/organisation.ts'
import { tillRows, untilTillsEqualServer } from './support/compare.ts'
import { type Hands, layHandsOn, sellForCash } from './support/hands.ts'
import { DOLIPRANE, FENOFIBRATE, PACKS } from './support/packs.ts'
import { type Product, startProduct, type TestTill } from './support/product.ts'
import { untilTheySell } from './support/replica.ts'
import { until } from './support/until.ts'

const pin = DEMO_STAFF.find((each) => each.role === 'pharmacist' && each.branchId === MARKET.id)?.pin ?? ''

async function begin(till: TestTill): Promise<Hands> {
  const hands = await layHandsOn(till.url)
  await hands.do('operator.unlock', { pin })
  return hands
}

/** Sells one pack after the other until the till is gone; what it acknowledged by then. */
async function sellUntilGone(hands: Hands): Promise<number[]> {
  const acknowledged: number[] = []
  try {
    for (;;) acknowledged.push(await sellForCash(hands, [DOLIPRANE]))
  } catch {
    return acknowledged
  }
}

describe('when machines die', () => {
  let product: Product
  let first: TestTill
  let second: TestTill

  beforeAll(async () => {
    product = await startProduct({ products: PACKS })
    first = await product.addTill()
    second = await product.addTill()
    await untilTheySell([first, second], 60_000, PACKS.length)
  }, 180_000)

  afterAll(() => product?.close())

  const converged = async () => {
    await until(
      'every journal to arrive',
      async () => {
        const heads = await product.db.selectFrom('device_head').selectAll().execute()
        const journals = [first, second].map((till) => till.journalHead())
        return journals.every((journal) => heads.some((head) => head.hash === journal.hash))
      },
      40_000,
    )
    return untilTillsEqualServer(product.db, MARKET.id, [first, second])
  }

  const setPrice = (price: number) =>
    product.db.updateTable('product').set({ price }).where('cip13', '=', DOLIPRANE).execute()

  /** How long both tills take to have a price, ms. */
  async function takesToCome(price: number): Promise<number> {
    const began = performance.now()
    const isHere = (till: TestTill) =>
      tillRows(till.databaseFile).product?.some(
        (row) => row.cip13 === DOLIPRANE && Number(row.price) === price,
      )
    await until('the new price at both tills', () => [first, second].every(isHere), 30_000)
    return performance.now() - began
  }

  it('has new rows within 10 s although the connections that bring them have died without a word', async () => {
    product.line.silence('POST /v1/shapes')
    await setPrice(219)
    expect(await takesToCome(219)).toBeLessThan(10_000)
  })

  it('has new rows within 10 s after its server could not reach its Postgres', async () => {
    const till = await layHandsOn(first.url)
    const url = new URL(product.databaseUrl)
    const database = url.pathname.slice(1)
    url.pathname = '/template1'
    const outside = new pg.Client(url.href)
    await outside.connect()
    const letIn = (who: boolean) => outside.query(`alter database "${database}" allow_connections ${who}`)
    await letIn(false)
    await outside.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
      database,
    ])
    // Whoever waited asks anew, and hears that it cannot be done now.
    product.line.cut()
    product.line.restore()
    const sync = () => till.see('status')?.sync
    await until(
      'the server to say so',
      () => {
        const now = sync()
        return now?.state === 'offline' && now.cause === 'server'
      },
      30_000,
    )
    await letIn(true)
    await outside.end()
    await until('the server to answer again', () => sync()?.state === 'online', 30_000)
    await setPrice(218)
    expect(await takesToCome(218)).toBeLessThan(10_000)
    till.close()
  })

  it('sells, closes and starts again without a server, and nothing is lost or twice', async () => {
    const one = await begin(first)
    const two = await begin(second)
    await one.do('session.open', { float: minor(10_000) })
    await two.do('session.open', { float: minor(5_000) })
    await sellForCash(one, [DOLIPRANE])
    await product.stopServer('SIGKILL')
    for (let i = 0; i < 3; i++) {
      await sellForCash(one, [DOLIPRANE, FENOFIBRATE])
      await sellForCash(two, [FENOFIBRATE])
    }
    await one.do('basket.scan', { raw: FENOFIBRATE })
    await first.kill()
    one.close()
    await first.start()
    const again = await begin(first)
    await until('the basket to be back', () => again.see('basket')?.lines.length === 1)
    expect(again.see('basket')?.total).toBe(256)
    expect(await sellForCash(again, [])).toBe(5)
    // 100.00 + 2.18 + 3 × 4.74 + 2.56 = 118.96; counted to the cent.
    const z = await again.do('session.close', {
      counts: [
        [5000, 2],
        [1000, 1],
        [500, 1],
        [200, 1],
        [100, 1],
        [50, 1],
        [20, 2],
        [5, 1],
        [1, 1],
      ].map(([denomination, quantity]) => ({
        denomination: minor(denomination ?? 0),
        quantity: quantity ?? 0,
      })),
    })
    expect(z).toMatchObject({ zNumber: 1, expected: 11_896, counted: 11_896, variance: 0, saleCount: 5 })
    await product.startServer()
    const server = await converged()
    expect(server.sale).toHaveLength(8)
    again.close()
    two.close()
  })

  it('keeps every sale it acknowledged through kill -9, and counts none twice', async () => {
    const hands = await begin(first)
    await hands.do('session.open', { float: minor(10_000) })
    const acknowledged: number[] = []
    for (let round = 0; round < 3; round++) {
      const at = await begin(first)
      const selling = sellUntilGone(at)
      const before = first.journalHead().seq
      await until('some sales', () => first.journalHead().seq > before + 5 + round)
      await first.kill()
      acknowledged.push(...(await selling))
      await first.start()
    }
    hands.close()
    const numbers = tillRows(first.databaseFile)
      .sale?.filter((sale) => sale.register_id === first.registerId)
      .map((sale) => Number(sale.receipt_number))
      .sort((a, b) => a - b)
    expect(numbers).toEqual(numbers?.map((_, i) => i + 1))
    expect(numbers).toEqual(expect.arrayContaining(acknowledged))
    const server = await converged()
    expect(server.sale?.filter((sale) => sale.register_id === first.registerId)).toHaveLength(
      numbers?.length ?? 0,
    )
    expect(await product.db.selectFrom('journal_alarm').selectAll().execute()).toEqual([])
  })
})
