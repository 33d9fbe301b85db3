import { generateKeyPairSync } from 'node:crypto'
import { SignJWT } from 'jose'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDevice, deviceToken, send, startTestServer, type TestServer } from '../test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server?.stop())

const head = async (token?: string) => {
  const response = await send(server, '/v1/journal/head', token === undefined ? {} : { token })
  const answer = (await response.json()) as { error?: { code: string } }
  return [response.status, answer.error?.code]
}
const seconds = () => Math.floor(Date.now() / 1000)

describe('a device token', () => {
  it('lets an enrolled device in', async () => {
    expect(await head(await deviceToken(await addDevice(server)))).toEqual([200, undefined])
  })

  it('is refused when it is missing, no token, or of an unknown device', async () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    expect(await head()).toEqual([401, 'unauthenticated'])
    expect(await head('not.a.token')).toEqual([401, 'unauthenticated'])
    expect(await head(await deviceToken({ deviceId: 'nobody', privateKey }))).toEqual([
      401,
      'unauthenticated',
    ])
    expect(await head(await deviceToken({ deviceId: uuidv7(), privateKey }))).toEqual([401, 'device-unknown'])
  })

  it('is refused when another key signed it', async () => {
    const { deviceId } = await addDevice(server)
    const { privateKey } = generateKeyPairSync('ed25519')
    expect(await head(await deviceToken({ deviceId, privateKey }))).toEqual([401, 'unauthenticated'])
  })

  it('is refused for another audience, and without a signature', async () => {
    const device = await addDevice(server)
    expect(await head(await deviceToken(device, { audience: 'elsewhere' }))).toEqual([401, 'unauthenticated'])
    const token = await deviceToken(device)
    expect(await head(token.replace(/\.[\w-]+$/, '.'))).toEqual([401, 'unauthenticated'])
  })

  it('is refused when it is over, lives longer than five minutes, or is made for the future', async () => {
    const device = await addDevice(server)
    const now = seconds()
    const day = 86_400
    for (const times of [
      { iat: now - 400, exp: now - 100 },
      { iat: now, exp: now + 301 },
      { iat: now + day, exp: now + day + 300 },
      { iat: now + 10, exp: now + 5 },
    ]) {
      expect(await head(await deviceToken(device, times))).toEqual([401, 'unauthenticated'])
    }
  })

  it('can be made by a till whose clock is years off, from the date of the 401', async () => {
    const device = await addDevice(server)
    const tillClock = seconds() - 3 * 365 * 86_400
    const refused = await send(server, '/v1/journal/head', {
      token: await deviceToken(device, { iat: tillClock }),
    })
    expect(refused.status).toBe(401)
    const offset = Date.parse(refused.headers.get('date') ?? '') / 1000 - tillClock
    expect(await head(await deviceToken(device, { iat: tillClock + offset }))).toEqual([200, undefined])
  })

  it('is refused once the device is revoked', async () => {
    const device = await addDevice(server)
    await server.db
      .updateTable('device')
      .set({ revoked_at: new Date().toISOString() })
      .where('id', '=', device.deviceId)
      .execute()
    expect(await head(await deviceToken(device))).toEqual([403, 'device-revoked'])
  })

  it('does not pass for a person', async () => {
    const device = await addDevice(server)
    const me = await send(server, '/v1/me', { token: await deviceToken(device) })
    expect(me.status).toBe(403)
  })

  it('cannot be made with the public key as a shared secret', async () => {
    const device = await addDevice(server)
    const row = server.db.selectFrom('device').select('public_key').where('id', '=', device.deviceId)
    const { public_key } = await row.executeTakeFirstOrThrow()
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(device.deviceId)
      .setAudience('pharmasaas-sync')
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(Buffer.from(public_key, 'base64url'))
    expect(await head(token)).toEqual([401, 'unauthenticated'])
  })
})
