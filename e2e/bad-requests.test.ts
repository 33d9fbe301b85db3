import { execFile } from 'node:child_process'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { v7 as uuid } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DeviceIdentity, enrol } from '../desktop/till/device/identity.ts'
import { sealEvent } from '../domain/journal/chain.ts'
import { EMPTY_HEAD, type JournalEvent, type JournalHead } from '../domain/journal/event.ts'
import { DEMO_STAFF, MARKET } from '../scripts/demo/organisation.ts'
import { enrolmentCode } from '../scripts/stack/demo.ts'
import { deviceToken } from '../sync-server/test-server.ts'
import { serverDigest } from './support/digest.ts'
import { PACKS } from './support/packs.ts'
import { type Product, startProduct } from './support/product.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const TRILLION = 1_000_000_000_000
const CASHIER = DEMO_STAFF.find((each) => each.role === 'cashier' && each.branchId === MARKET.id)?.id ?? ''

type Field = [name: string, change: (event: JournalEvent) => unknown, field: string]
interface Answered {
  status: number
  error: { code: string; text: string; remedy: string; details: Record<string, unknown> }
}

let product: Product
let device: DeviceIdentity
let other: DeviceIdentity
let revoked: DeviceIdentity

const enrolled = async (name: string, register: number): Promise<DeviceIdentity> => {
  const dir = join(product.dir, name)
  await mkdir(dir)
  const code = (await enrolmentCode(product.serverUrl, dir, register)) ?? ''
  return enrol(dir, { serverUrl: product.serverUrl, code, deviceName: name, fetch })
}

beforeAll(async () => {
  product = await startProduct({ products: PACKS })
  device = await enrolled('device', 0)
  other = await enrolled('other', 1)
  revoked = await enrolled('revoked', 2)
  await product.db
    .updateTable('device')
    .set({ revoked_at: new Date().toISOString() })
    .where('id', '=', revoked.deviceId)
    .execute()
}, 180_000)

afterAll(() => product?.close())

/** Nothing is written while it runs, and what is answered says what happened and what to do. */
async function refused(ask: () => Promise<Response>): Promise<Answered> {
  const before = await serverDigest(product.db)
  const response = await ask()
  const { error } = (await response.json()) as Answered
  expect(await serverDigest(product.db)).toEqual(before)
  expect(error.text).toMatch(/^\S.*\.$/)
  expect(error.remedy).toMatch(/^\S.*\.$/)
  expect(`${error.text} ${error.remedy}`).not.toMatch(/\{[a-z]\w*\}/i)
  return { status: response.status, error }
}

const opened = (head: JournalHead = EMPTY_HEAD, float = 10_000, key: KeyObject = device.privateKey) =>
  sealEvent(
    {
      deviceId: device.deviceId,
      seq: head.seq + 1,
      at: new Date().toISOString(),
      actor: { staffId: CASHIER, role: 'cashier' },
      type: 'cash-session.opened',
      version: 1,
      payload: {
        ...{ sessionId: uuid(), branchId: device.branchId, registerId: device.registerId },
        ...{ businessDate: '2026-11-25', currency: 'EUR', float },
      },
      prevHash: head.hash,
    },
    key,
  )

interface Sending {
  token?: string | null
  deviceId?: string
  body?: string
}

async function post(events: unknown[], sending: Sending = {}): Promise<Response> {
  const { token = await deviceToken(device), deviceId = device.deviceId } = sending
  const pending = { events: 0, sales: 0, amount: 0 }
  return fetch(`${product.serverUrl}/v1/journal`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: sending.body ?? JSON.stringify({ deviceId, events, pending }),
  })
}

describe('a journal from someone else', () => {
  it.each<[string, () => Promise<string | null> | null, number, string]>([
    ['no token', () => null, 401, 'unauthenticated'],
    ['a token that is none', async () => 'secret', 401, 'unauthenticated'],
    [
      'a token signed with another key',
      async () => deviceToken({ ...device, privateKey: other.privateKey }),
      401,
      'unauthenticated',
    ],
    [
      'a token for another service',
      async () => deviceToken(device, { audience: 'elsewhere' }),
      401,
      'unauthenticated',
    ],
    [
      'a token of an hour ago',
      async () => deviceToken(device, { iat: Date.now() / 1000 - 3600 }),
      401,
      'unauthenticated',
    ],
    [
      'the token of a device nobody enrolled',
      async () => deviceToken({ deviceId: uuid(), privateKey: generateKeyPairSync('ed25519').privateKey }),
      401,
      'device-unknown',
    ],
    ['the token of a revoked device', async () => deviceToken(revoked), 403, 'device-revoked'],
  ])('is refused: %s', async (_, token, status, code) => {
    const answer = await refused(async () => post([opened()], { token: await token() }))
    expect([answer.status, answer.error.code]).toEqual([status, code])
  })

  it("is refused with another device's token", async () => {
    const token = await deviceToken(other)
    const one = await refused(() => post([opened()], { token }))
    expect([one.status, one.error.details.field]).toEqual([400, 'deviceId'])
    expect(one.error.text).toContain('deviceId')
  })
})

describe('a journal that does not hold', () => {
  it('is refused when it is another chain', async () => {
    const answer = await refused(() => post([opened({ seq: 0, hash: 'ab'.repeat(32) })]))
    expect([answer.status, answer.error.code, answer.error.details]).toEqual([
      422,
      'journal-broken',
      { seq: 1, fault: 'broken-chain' },
    ])
  })

  it('is refused with a gap, and told where to go on', async () => {
    const { status, error } = await refused(() => post([opened({ seq: 4, hash: 'ab'.repeat(32) })]))
    expect([status, error.code, error.details.expected]).toEqual([409, 'journal-gap', 1])
    expect(error.text).toBe('The journal must go on at 1.')
  })
})

describe('an event that is malformed', () => {
  const without = (name: string) => (event: object) =>
    Object.fromEntries(Object.entries(event).filter(([key]) => key !== name))
  it.each<Field>([
    ['no signature', without('signature'), 'events.0.signature'],
    ['an empty signature', (event) => ({ ...event, signature: '' }), 'events.0.signature'],
    ['no type', without('type'), 'events.0.type'],
    ['an extra field', (event) => ({ ...event, discount: 5 }), 'events.0.discount'],
    ['letters for a number', (event) => ({ ...event, seq: 'one' }), 'events.0.seq'],
    ['a time that is none', (event) => ({ ...event, at: 'yesterday' }), 'events.0.at'],
    ['a device that is no id', (event) => ({ ...event, deviceId: 7 }), 'events.0.deviceId'],
    ['text for a payload', (event) => ({ ...event, payload: 'all' }), 'events.0.payload'],
    ['nothing', () => null, 'events.0'],
  ])('is refused by its field: %s', async (_, change, field) => {
    const { status, error } = await refused(() => post([change(opened())]))
    expect([status, error.code, error.details.field]).toEqual([400, 'field-not-readable', field])
    expect(error.text).toContain(field)
    expect(error.remedy).toContain(field)
  })

  it.each([
    ['not JSON', 'events=all', 400, 'field-not-readable'],
    ['cut short', '{"deviceId":"', 400, 'field-not-readable'],
    ['empty', '', 400, 'field-not-readable'],
    ['nested without end', '['.repeat(100_000), 400, 'field-not-readable'],
    ['nine megabytes', `{"events":["${'x'.repeat(9 * 1024 * 1024)}"]}`, 413, 'body-too-large'],
  ])('is refused as a body: %s', async (_, body, status, code) => {
    const answer = await refused(() => post([], { body }))
    expect([answer.status, answer.error.code]).toEqual([status, code])
  })
})

describe('a signed fact that says a trillion', () => {
  it('is kept for head office to review, and moves no money', async () => {
    const {
      journal_event: _,
      device_head: __,
      event_exception: ___,
      journal_waiting: ____,
      ...before
    } = await serverDigest(product.db)
    const response = await post([opened(EMPTY_HEAD, TRILLION)])
    expect(response.status).toBe(200)
    const {
      journal_event: events,
      device_head: _____,
      event_exception: ______,
      journal_waiting: waiting,
      ...after
    } = await serverDigest(product.db)
    expect(after).toEqual(before)
    expect(events).toMatch(/^1 /)
    // A later build may be able to read it.
    expect(waiting).toMatch(/^1 /)
    const exceptions = await product.db.selectFrom('event_exception').selectAll().execute()
    expect(exceptions).toEqual([
      expect.objectContaining({
        device_id: device.deviceId,
        seq: 1,
        detail: expect.stringContaining('float'),
      }),
    ])
  })
})

/** Asks by exactly this path, which `fetch` would tidy. */
const askRaw = (path: string, token: string | null) =>
  new Promise<Response>((resolve, reject) => {
    const { hostname, port } = new URL(product.serverUrl)
    const headers = token === null ? {} : { authorization: `Bearer ${token}` }
    request({ hostname, port, path, headers }, async (answer) => {
      const parts: Buffer[] = []
      for await (const part of answer) parts.push(part as Buffer)
      resolve(new Response(Buffer.concat(parts), { status: answer.statusCode ?? 0 }))
    })
      .on('error', reject)
      .end()
  })

describe('a shape', () => {
  const query = 'table=sale&offset=-1'
  it.each([
    ['without a token', `/v1/shape?${query}`, false, 401, 'unauthenticated'],
    ['with a where', `/v1/shape?${query}&where=true`, true, 400, 'where'],
    ['with columns', `/v1/shape?${query}&columns=id`, true, 400, 'columns'],
    ['with the same offset twice', `/v1/shape?${query}&offset=0_0`, true, 400, 'offset'],
    ['without a table', '/v1/shape?offset=-1', true, 400, 'table'],
    ['of a table nobody follows', '/v1/shape?table=journal_event&offset=-1', true, 403, 'not-allowed'],
    ['of the system', '/v1/shape?table=pg_authid&offset=-1', true, 403, 'not-allowed'],
  ])('is refused %s', async (_, path, signed, status, said) => {
    const token = signed ? await deviceToken(device) : null
    const { error, ...answer } = await refused(() => askRaw(path, token))
    expect([answer.status, error.details.field ?? error.code]).toEqual([status, said])
  })

  it.each(['/v1//shape', '/v1/shape/', '/v1/%73hape', '//v1/shape', '/V1/shape', '/v1/x/../shape'])(
    'opens to nobody by %s',
    async (path) => {
      const unsigned = await refused(() => askRaw(`${path}?${query}`, null))
      expect([401, 404]).toContain(unsigned.status)
      const beyond = await refused(async () =>
        askRaw(`${path}?${query}&where=true`, await deviceToken(device)),
      )
      expect([400, 404]).toContain(beyond.status)
    },
  )
})

describe('a catalogue that is damaged', () => {
  const FILES = ['CIS_bdpm', 'CIS_CIP_bdpm', 'CIS_CPD_bdpm', 'CIS_GENER_bdpm']
  const PACK = '60000001\t1234567\tplaquette\tactive\tDéclaration\t01/01/2020\t3400912345678\toui\t65%\t'
  const importFrom = (dir: string) =>
    new Promise<{ exit: number; said: string }>((resolve) => {
      const args = ['run', '--silent', 'import:bdpm', '--', '--dir', dir]
      execFile('npm', [...args, '--data-dir', join(product.dir, 'server')], { cwd: root }, (error, _, said) =>
        resolve({ exit: Number(error?.code ?? 0), said }),
      )
    })

  it.each<[string, (dir: string) => Promise<unknown>, RegExp]>([
    ['no folder', (dir) => rm(dir, { recursive: true }), /there is no such folder/],
    ['a file missing', (dir) => rm(join(dir, 'CIS_CIP_bdpm.txt.gz')), /CIS_CIP_bdpm\.txt/],
    [
      'a file that is no archive',
      (dir) => writeFile(join(dir, 'CIS_bdpm.txt.gz'), 'PK'),
      /CIS_bdpm\.txt\.gz: cannot be unpacked/,
    ],
    [
      'a price in letters',
      (dir) => writeFile(join(dir, 'CIS_CIP_bdpm.txt'), `${PACK}douze\tdouze\t0\t\n`),
      /CIS_CIP_bdpm\.txt, line 1: .*price/,
    ],
    [
      'a page of HTML',
      (dir) => writeFile(join(dir, 'CIS_CIP_bdpm.txt'), '<html><body>503</body></html>\n'),
      /CIS_CIP_bdpm\.txt/,
    ],
  ])('is not imported while the product runs: %s', async (name, damage, says) => {
    const dir = join(product.dir, name.replaceAll(' ', '-'))
    await mkdir(dir)
    for (const file of FILES) await cp(join(root, 'data/bdpm', `${file}.txt.gz`), join(dir, `${file}.txt.gz`))
    await damage(dir)
    const before = await serverDigest(product.db)
    const { exit, said } = await importFrom(dir)
    expect(said).toMatch(says)
    expect(said).not.toMatch(/\n {4}at /)
    expect(exit).toBe(1)
    expect(await serverDigest(product.db)).toEqual(before)
  })
})
