import { once } from 'node:events'
import type { Browser } from 'playwright-core'
import { v7 as uuid } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { BRIDGE_PATH, BRIDGE_PROTOCOL, bridgeProtocols } from '../desktop/bridge/web-socket.ts'
import { type Refusal, wordRefusal } from '../domain/refusals.ts'
import { DEMO_STAFF, MARKET } from '../scripts/demo/organisation.ts'
import { serverDigest, tillDigest } from './support/digest.ts'
import { DOLIPRANE } from './support/packs.ts'
import { type Product, startProduct, type TestTill } from './support/product.ts'
import { untilTheySell } from './support/replica.ts'
import { until } from './support/until.ts'
import { launch, openWindow, type TillWindow } from './till-screen/window.ts'

const UNKNOWN = '3400999999991'
/** Doliprane's code with its last digit misread. */
const MISREAD = '3400935955837'
const TRILLION = 1_000_000_000_000

const pin = DEMO_STAFF.find((each) => each.role === 'pharmacist' && each.branchId === MARKET.id)?.pin ?? ''

let product: Product
let till: TestTill
let browser: Browser
let counter: TillWindow

beforeAll(async () => {
  product = await startProduct()
  till = await product.addTill()
  await untilTheySell([till])
  browser = await launch()
  counter = await openWindow(browser, till.url)
  await counter.page.getByText('Type your PIN').waitFor()
  await counter.type(pin)
  await counter.keys('Enter')
  await counter.page.getByLabel('Float in the drawer').waitFor()
  await until('the catalogue', async () => {
    const frame = await ask({ id: 1, command: 'product.search', input: { text: 'doliprane' } })
    return Array.isArray(frame.value) && frame.value.length > 0
  })
}, 180_000)

afterAll(async () => {
  await browser?.close()
  await product?.close()
})

/** Neither the till nor the server holds anything after it that was not there before. */
async function unchanged<T>(work: () => Promise<T>): Promise<T> {
  const before = [tillDigest(till.databaseFile), await serverDigest(product.db)]
  const result = await work()
  expect([tillDigest(till.databaseFile), await serverDigest(product.db)]).toEqual(before)
  return result
}

interface Door {
  token?: string
  origin?: string | undefined
  host?: string
  path?: string
  protocols?: string[]
}

/** Knocks at the bridge, as the till's own page unless told otherwise. */
function knock({ token, origin, host, path = BRIDGE_PATH, protocols }: Door = {}): WebSocket {
  const url = new URL(till.url)
  const own = new URLSearchParams(url.hash.slice(1)).get('token') ?? ''
  return new WebSocket(`ws://${url.host}${path}`, protocols ?? bridgeProtocols(token ?? own), {
    origin: origin ?? url.origin,
    headers: host ? { host } : {},
  })
}

interface Frame {
  id?: number
  value?: unknown
  refusal?: Refusal
}

/** Sends one frame of a command and waits for its answer. */
async function ask(frame: { id: number; [more: string]: unknown }): Promise<Frame> {
  const socket = knock()
  try {
    await once(socket, 'open')
    const answered = new Promise<Frame>((resolve, reject) => {
      socket.on('message', (data) => {
        const answer = JSON.parse(String(data)) as Frame
        if (answer.id === frame.id) resolve(answer)
      })
      socket.on('close', (code) => reject(new Error(`closed with ${code}`)))
    })
    socket.send(JSON.stringify(frame))
    return await answered
  } finally {
    socket.terminate()
  }
}

const refusedAs = async (command: string, input: unknown) => {
  const { refusal } = await unchanged(() => ask({ id: 7, command, input }))
  if (!refusal) throw new Error(`${command} was not refused`)
  return { code: refusal.refused, ...wordRefusal(refusal, 'en') }
}

describe('the door to the bridge', () => {
  it.each<[string, Door, number]>([
    ['a wrong token', { token: 'x'.repeat(43) }, 401],
    ['no token', { protocols: [BRIDGE_PROTOCOL] }, 401],
    ["another site's page", { origin: 'https://elsewhere.example' }, 403],
    ['a page of another port here', { origin: 'http://127.0.0.1:1' }, 403],
    ['a page that keeps its origin to itself', { origin: 'null' }, 403],
    ["another site's name for this address", { host: 'elsewhere.example' }, 421],
    ['another contract', { protocols: ['pharmasaas-till.v0'] }, 400],
    ['another path', { path: '/bridges' }, 400],
  ])('stays shut: %s', async (_, door, status) => {
    const answer = await unchanged(async () => {
      const socket = knock(door)
      socket.on('error', () => {})
      const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }]
      socket.terminate()
      return response.statusCode
    })
    expect(answer).toBe(status)
  })
})

describe('a frame that is none of ours', () => {
  it.each<[string, string | Buffer, number]>([
    ['not JSON', 'basket.scan', 1008],
    ['without an id', JSON.stringify({ command: 'operator.lock', input: {} }), 1008],
    ['a list', '[]', 1008],
    ['bytes', Buffer.from([1, 2, 3]), 1003],
    [
      'larger than any command',
      JSON.stringify({ id: 1, command: 'basket.scan', input: 'x'.repeat(70_000) }),
      1009,
    ],
  ])('ends the connection: %s', async (_, frame, code) => {
    const closed = await unchanged(async () => {
      const socket = knock()
      await once(socket, 'open')
      socket.send(frame)
      return (await once(socket, 'close'))[0]
    })
    expect(closed).toBe(code)
  })

  it.each([
    ['an unknown command', { command: 'drawer.kick', input: {} }, 'command'],
    ['a command of every object', { command: 'constructor', input: {} }, 'command'],
    ['more than a frame holds', { command: 'operator.lock', input: {}, force: true }, 'frame'],
  ])('is refused: %s', async (_, frame, field) => {
    const { refusal } = await unchanged(() => ask({ id: 7, ...frame }))
    expect(refusal).toMatchObject({ refused: 'field-not-readable', details: { field } })
  })
})

describe('before the drawer is open', () => {
  it.each([
    ['letters', 'abc', 'This is not an amount.', 'Type digits with at most two decimals, such as 12.50.'],
    ['three decimals', '1.005', 'This is not an amount.', 'Type digits'],
    [
      'a trillion',
      String(TRILLION),
      'The amount is larger than the till can hold.',
      'the limit is 999,999,999.99',
    ],
  ])('a float of %s is told and opens nothing', async (_, typed, text, remedy) => {
    const field = counter.page.getByLabel('Float in the drawer')
    await unchanged(async () => {
      await field.fill('')
      await counter.type(typed)
      await counter.keys('Enter')
      await counter.page.getByText(text).waitFor()
      await counter.page.getByText(remedy).waitFor()
    })
    expect(await field.isVisible()).toBe(true)
  })

  it.each<[string, unknown, string, string]>([
    ['a trillion', TRILLION, 'amount-too-large', '999,999,999.99'],
    ['a fraction of a cent', 0.5, 'field-not-readable', 'float'],
    ['less than nothing', -1, 'field-not-readable', 'float'],
    ['text', '150', 'field-not-readable', 'float'],
    ['nothing', undefined, 'field-not-readable', 'float'],
  ])('a float of %s by the bridge is refused', async (_, float, code, names) => {
    const refusal = await refusedAs('session.open', { float })
    expect(refusal.code).toBe(code)
    expect(refusal.remedy).toContain(names)
  })
})

describe('at the counter', () => {
  beforeAll(async () => {
    await counter.page.getByLabel('Float in the drawer').fill('')
    await counter.type('150')
    await counter.keys('Enter')
    await counter.page.getByText('Scan an item or type its name').first().waitFor()
    await counter.scan(DOLIPRANE)
    await counter.page.getByText('2.18').first().waitFor()
    await until('the opening at the server', async () => {
      const heads = await product.db.selectFrom('device_head').select('seq').execute()
      const held = tillDigest(till.databaseFile)
      return heads[0]?.seq === 1 && held.device_head?.includes('"seq":1')
    })
  })

  it.each([
    ['an unknown code', UNKNOWN, `Unknown code ${UNKNOWN}: it was not added.`, 'Search it by name'],
    [
      'a misread check digit',
      MISREAD,
      `The code ${MISREAD} was misread: its check digit is wrong.`,
      'Scan the pack again.',
    ],
  ])('a scan of %s is told, and the basket stays as it was', async (_, code, text, remedy) => {
    await unchanged(async () => {
      await counter.scan(code)
      await counter.page.getByText(text).waitFor()
      await counter.page.getByText(remedy).waitFor()
    })
    expect(await counter.page.getByText('2.18').first().isVisible()).toBe(true)
  })

  it.each([
    ['letters', '12e', 'This is not an amount.', 'Type digits'],
    ['a slip on the key of a note', '12b', 'This is not an amount.', 'Type digits'],
    ['two signs', '1.2.3', 'This is not an amount.', 'Type digits'],
    ['hundreds of billions', '100000000000', 'That is a code, not an amount.', 'Nothing was taken.'],
    [
      'a trillion, which looks like a scan',
      String(TRILLION),
      'That is a code, not an amount.',
      'Nothing was taken.',
    ],
    ['too little', '1', 'less than the total', 'Take the rest; or F12 takes this as a part'],
  ])('cash of %s is told and pays nothing', async (_, typed, text, remedy) => {
    await unchanged(async () => {
      await counter.keys('F12')
      await counter.page.getByLabel('Cash given').waitFor()
      await counter.type(typed)
      await counter.keys('Enter')
      await counter.page.getByText(text).first().waitFor()
      await counter.page.getByText(remedy).first().waitFor()
      await counter.keys('Escape', 'Escape', 'Escape')
    })
  })

  it.each<[string, string, object, string, string]>([
    [
      'cash of a trillion',
      'sale.pay-cash',
      { given: TRILLION, revision: 1 },
      'amount-too-large',
      '999,999,999.99',
    ],
    ['cash in letters', 'sale.pay-cash', { given: 'ten', revision: 1 }, 'field-not-readable', 'given'],
    ['cash without a basket', 'sale.pay-cash', { given: 218 }, 'field-not-readable', 'revision'],
    ['a price of its own', 'basket.scan', { raw: DOLIPRANE, price: 1 }, 'field-not-readable', 'basket.scan'],
    [
      'ten thousand packs',
      'basket.scan',
      { raw: DOLIPRANE, quantity: 10_000 },
      'quantity-out-of-range',
      'quantity',
    ],
    ['half a pack', 'basket.scan', { raw: DOLIPRANE, quantity: 0.5 }, 'field-not-readable', 'quantity'],
    ['an endless code', 'basket.scan', { raw: '1'.repeat(513) }, 'field-not-readable', 'raw'],
    ['no code', 'basket.scan', { raw: '' }, 'field-not-readable', 'raw'],
    ['a product that is no id', 'basket.add', { productId: 'x' }, 'field-not-readable', 'productId'],
    ['a product that is not there', 'basket.add', { productId: uuid() }, 'product-not-found', 'Search'],
    ['a line that is not there', 'basket.remove', { lineId: uuid() }, 'line-not-found', 'Nothing to do'],
    [
      'a count in letters',
      'session.close',
      { counts: [{ denomination: 100, quantity: 'x' }] },
      'field-not-readable',
      'counts.0.quantity',
    ],
    [
      'coins of a trillion',
      'session.close',
      { counts: [{ denomination: TRILLION, quantity: 1 }] },
      'field-not-readable',
      'counts.0.denomination',
    ],
    ['a PIN of letters', 'operator.unlock', { pin: 'abcd' }, 'field-not-readable', 'pin'],
  ])('%s by the bridge is refused', async (_, command, input, code, names) => {
    const refusal = await refusedAs(command, input)
    expect(refusal.code).toBe(code)
    expect(`${refusal.text} ${refusal.remedy}`).toContain(names)
  })

  it('sells on as if nothing had been', async () => {
    await counter.keys('F12', 'Enter')
    await until('the sale', async () => {
      const sales = await product.db.selectFrom('sale').select('total').execute()
      return sales.length === 1 && sales[0]?.total === 218
    })
    expect(till.journalHead().seq).toBe(2)
    await until('its echo', () => tillDigest(till.databaseFile).device_head?.includes('"seq":2') ?? false)
  })

  it('says that a count and a PIN take digits only', async () => {
    await unchanged(async () => {
      await counter.keys('F10', '7')
      await counter.page.getByLabel('200.00').first().waitFor()
      await counter.type('1o')
      await counter.page.getByText('Only digits are taken here.').waitFor()
      await counter.keys('Escape', 'Escape', 'Escape')
    })
    await counter.keys('Control+l')
    await counter.page.getByText('Type your PIN').waitFor()
    await unchanged(async () => {
      await counter.type('x')
      await counter.page.getByText('Only digits are taken here.').waitFor()
    })
  })
})
