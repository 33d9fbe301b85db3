import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { may, type Role, roleSchema } from '../../domain/permissions.ts'
import {
  addDevice,
  deviceToken,
  signIn,
  startTestServer,
  type TestDevice,
  type TestServer,
} from '../test-server.ts'

let server: TestServer
const tokens = {} as Record<Role, string>
let till: TestDevice

beforeAll(async () => {
  server = await startTestServer()
  for (const role of roleSchema.options) tokens[role] = await signIn(server, role)
})
afterAll(() => server?.stop())
beforeEach(async () => {
  await server.db.updateTable('device').set({ revoked_at: new Date().toISOString() }).execute()
  till = await addDevice(server)
})

async function call(
  method: 'GET' | 'POST',
  path: string,
  asked: { token?: string; body?: unknown; version?: number; headers?: Record<string, string> } = {},
) {
  const { token = tokens.head_office, body, version, headers } = asked
  const answer = await fetch(new URL(`/v1/${path}`, server.url), {
    method,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      ...(version !== undefined && { 'if-match': `"${version}"` }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text && JSON.parse(text) }
}

const revoke = (id: string, asked: object = {}) =>
  call('POST', `devices/${id}/revoke`, { body: { reason: 'lost', note: null }, version: 0, ...asked })
const reinstate = (id: string, version = 1) => call('POST', `devices/${id}/reinstate`, { body: {}, version })
const revokedAt = async (id: string) =>
  (await server.db.selectFrom('device').select('revoked_at').where('id', '=', id).executeTakeFirst())
    ?.revoked_at
const report = async (device: TestDevice, headers: Record<string, string> = {}) => {
  const pending = { events: 0, sales: 0, amount: 0 }
  const body = { deviceId: device.deviceId, events: [], pending }
  return call('POST', 'journal', { token: await deviceToken(device), body, headers })
}

/** An identity that was made from a device's key, as of a till that was restored from a backup. */
async function identityOf(device: TestDevice): Promise<TestDevice> {
  const identity = await addDevice(server)
  const row = { device_id: identity.deviceId, predecessor_id: device.deviceId, reason: 'device-restored' }
  await server.db
    .insertInto('device_succession')
    .values({ ...row, instance: null, at: new Date().toISOString(), heard_again: 0 })
    .execute()
  return identity
}

/** A request that waits for the next change of the registers. @returns its answer to come, once there is nothing else to say */
async function follow(token: string): Promise<{ answer: ReturnType<typeof call> }> {
  let place = 'offset=-1'
  for (;;) {
    const { headers } = await call('GET', `shape?table=register&${place}`, { token })
    place = `handle=${headers.get('electric-handle')}&offset=${headers.get('electric-offset')}`
    if (headers.has('electric-up-to-date')) break
  }
  return { answer: call('GET', `shape?table=register&live=true&${place}`, { token }) }
}

describe('revoking a device', () => {
  it.each(roleSchema.options)('as a %s', async (role) => {
    const { status, body } = await revoke(till.deviceId, { token: tokens[role] })
    expect(status).toBe(may(role, 'device.revoke') ? 200 : 403)
    expect((await revokedAt(till.deviceId)) !== null).toBe(role === 'head_office' || role === 'it_admin')
    if (status === 403) expect(body.error.details).toEqual({ roles: 'head_office, it_admin' })
    expect((await call('GET', 'devices', { token: tokens[role] })).status).toBe(status)
  })

  it('ends what it, and every identity of its key, waits for, within seconds and saying why', async () => {
    const identity = await identityOf(till)
    const other = await addDevice(server, 1)
    const followed = await Promise.all(
      [till, identity, other].map(async (device) => follow(await deviceToken(device))),
    )
    expect((await report(till)).status).toBe(200)
    let left = 'open'
    void followed[2]?.answer.then(({ status }) => {
      left = String(status)
    })
    const began = performance.now()
    expect((await revoke(till.deviceId)).status).toBe(200)
    // No remembered proof lets it in either.
    expect((await report(till)).body.error.code).toBe('device-revoked')
    for (const { answer } of followed.slice(0, 2)) {
      const { status, body } = await answer
      expect([status, body.error.code]).toEqual([403, 'device-revoked'])
    }
    expect(performance.now() - began).toBeLessThan(5_000)
    expect(left).toBe('open')
    await server.db.updateTable('register').set({ name: 'Changed' }).execute()
    expect((await followed[2]?.answer)?.status).toBe(200)
  })

  it('is kept with who, why and when, and taken back by the version that was seen', async () => {
    const id = till.deviceId
    await revoke(id, { body: { reason: 'stolen', note: ' Break-in ' } })
    const of = async () =>
      (await call('GET', 'devices')).body.devices.find((device: { id: string }) => device.id === id)
    expect(await of()).toEqual({
      id,
      version: 1,
      last: {
        at: expect.any(String),
        by: 'head_office',
        content: { deed: 'revoke', reason: 'stolen', note: 'Break-in' },
      },
    })
    expect((await reinstate(id, 0)).body.error).toMatchObject({
      code: 'changed-meanwhile',
      details: { who: 'head_office' },
    })
    expect(await revokedAt(id)).not.toBeNull()
    expect((await reinstate(id)).body).toEqual({ id, version: 2 })
    expect((await report(till)).status).toBe(200)
    expect(await of()).toMatchObject({ version: 2, last: { content: { deed: 'reinstate' } } })
  })

  it('is not taken back once another stands at its register', async () => {
    await revoke(till.deviceId)
    await addDevice(server)
    expect(await reinstate(till.deviceId)).toMatchObject({
      status: 409,
      body: { error: { code: 'device-replaced' } },
    })
    expect(await revokedAt(till.deviceId)).not.toBeNull()
  })

  it.each([
    ['reason', { reason: 'mood', note: null }],
    ['reason', { note: null }],
    ['note', { reason: 'lost', note: 'x'.repeat(201) }],
    ['because', { reason: 'lost', note: null, because: '' }],
  ])('is refused by its %s', async (field, body) => {
    expect(await revoke(till.deviceId, { body })).toMatchObject({
      status: 400,
      body: { error: { code: 'field-not-readable', details: { field } } },
    })
    expect(await revokedAt(till.deviceId)).toBeNull()
  })

  it('needs a device that is there, and the version that was looked at', async () => {
    expect((await revoke(uuidv7())).status).toBe(404)
    expect((await revoke('x')).status).toBe(404)
    const blind = await revoke(till.deviceId, { version: undefined })
    expect(blind.body.error.details.field).toBe('if-match')
  })
})

it('a person whose role is taken away has what they follow at the console ended', async () => {
  const manager = server.organisation.staff.branch_manager
  const { answer } = await follow(tokens.branch_manager)
  const body = { name: 'M', role: 'cashier', branchId: till.branchId, active: true, pin: null }
  const changed = await fetch(new URL(`/v1/people/${manager}`, server.url), {
    method: 'PUT',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${tokens.head_office}`,
      'if-match': '"0"',
    },
    body: JSON.stringify(body),
  })
  expect(changed.status).toBe(200)
  expect(await answer).toMatchObject({ status: 403, body: { error: { code: 'not-allowed' } } })
})

it('a till says which version it runs, and what is no version is not kept', async () => {
  const version = async () =>
    (
      await server.db
        .selectFrom('device_status')
        .select('version')
        .where('device_id', '=', till.deviceId)
        .executeTakeFirst()
    )?.version
  await report(till)
  expect(await version()).toBeNull()
  await report(till, { 'x-till-version': '0.1.0' })
  expect(await version()).toBe('0.1.0')
  await report(till, { 'x-till-version': '<script>' })
  expect(await version()).toBe('0.1.0')
  await report(till, { 'x-till-version': '0.2.0-beta.1' })
  expect(await version()).toBe('0.2.0-beta.1')
})
