import { generateKeyPairSync } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rawPublicKey } from '../../domain/journal/chain.ts'
import { may, roleSchema } from '../../domain/permissions.ts'
import { deviceToken, send, signIn, startTestServer, type TestServer } from '../test-server.ts'
import { createEnrolment, enrolDevice } from './enrolment.ts'

let server: TestServer
let now = Date.parse('2026-03-02T09:00:00.000Z')

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server?.stop())

const tools = () => ({ db: server.db, clock: () => now, newId: uuidv7 })
const newKey = () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  return { privateKey, publicKey: rawPublicKey(privateKey) }
}
const newCode = async () => {
  const { branchId, registerIds, staff } = server.organisation
  const made = await createEnrolment(tools(), { branchId, registerId: registerIds[0] }, staff.it_admin)
  return 'code' in made ? made.code : ''
}

describe('enrolment over HTTP', () => {
  const wanted = () => ({
    branchId: server.organisation.branchId,
    registerId: server.organisation.registerIds[0],
  })

  it('binds a new device to a register, which can then sign in', async () => {
    const asked = await send(server, '/v1/enrolments', {
      token: await signIn(server, 'it_admin'),
      body: wanted(),
    })
    expect(asked.status).toBe(201)
    const { code } = (await asked.json()) as { code: string }
    const { privateKey, publicKey } = newKey()
    const body = { code, publicKey, name: 'Till 1' }
    const answer = await send(server, '/v1/enrol', { body })
    const enrolled = (await answer.json()) as { deviceId: string }
    expect(enrolled).toEqual({ deviceId: expect.any(String), ...wanted() })
    const head = await send(server, '/v1/journal/head', {
      token: await deviceToken({ deviceId: enrolled.deviceId, privateKey }),
    })
    expect(head.status).toBe(200)
  })

  it.each(roleSchema.options.filter((role) => !may(role, 'device.enrol')))(
    'is not for a %s to allow',
    async (role) => {
      const asked = await send(server, '/v1/enrolments', {
        token: await signIn(server, role),
        body: wanted(),
      })
      expect(asked.status).toBe(403)
      expect(await asked.json()).toMatchObject({
        error: { code: 'not-allowed', details: { roles: 'head_office, it_admin' } },
      })
    },
  )

  it.each([
    ['a short key', { publicKey: 'abc' }, 'publicKey'],
    ['no name', { name: ' ' }, 'name'],
    ['no code', { code: '' }, 'code'],
    ['something more', { role: 'head_office' }, 'role'],
  ])('names what cannot be read: %s', async (_, change, field) => {
    const body = { code: 'x', publicKey: newKey().publicKey, name: 'Till', ...change }
    const answer = await send(server, '/v1/enrol', { body })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { code: 'field-not-readable', details: { field } } })
  })

  it('slows down who guesses codes', async () => {
    const body = { code: 'AAAA-BBBB-CCCC', publicKey: newKey().publicKey, name: 'Till' }
    const statuses: number[] = []
    for (let i = 0; i < 20; i += 1) statuses.push((await send(server, '/v1/enrol', { body })).status)
    expect(statuses).toContain(403)
    expect(statuses.at(-1)).toBe(429)
  })
})

describe('a code', () => {
  const enrol = (code: string, publicKey = newKey().publicKey) =>
    enrolDevice(tools(), { code, publicKey, name: 'Till' })
  const invalid = { refused: 'enrolment-code-invalid' }

  it('is good once, however it is typed', async () => {
    const code = await newCode()
    const typed = ` ${code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')}`
    expect(await enrol(typed)).toHaveProperty('deviceId')
    expect(await enrol(code)).toEqual(invalid)
  })

  it('answers the same device again to the same key, after a lost answer', async () => {
    const [code, { publicKey }] = [await newCode(), newKey()]
    const first = await enrol(code, publicKey)
    expect(await enrol(code, publicKey)).toEqual(first)
  })

  it('makes one device of two requests at once', async () => {
    const code = await newCode()
    const answers = await Promise.all([enrol(code), enrol(code), enrol(code)])
    expect(answers.filter((answer) => 'deviceId' in answer)).toHaveLength(1)
  })

  it('is over after a day', async () => {
    const code = await newCode()
    now += 24 * 3600_000
    expect(await enrol(code)).toEqual(invalid)
  })

  it('does not enrol a key twice', async () => {
    const { publicKey } = newKey()
    await enrol(await newCode(), publicKey)
    expect(await enrol(await newCode(), publicKey)).toEqual(invalid)
  })

  it('is not made for a register of another branch', async () => {
    const { otherBranchId, registerIds, staff } = server.organisation
    const wanted = { branchId: otherBranchId, registerId: registerIds[0] }
    expect(await createEnrolment(tools(), wanted, staff.it_admin)).toMatchObject({ refused: 'not-found' })
  })

  it('is kept as a hash alone', async () => {
    const code = await newCode()
    const rows = JSON.stringify(await server.db.selectFrom('enrolment').selectAll().execute())
    expect(rows).not.toContain(code)
    expect(rows).not.toContain(code.replaceAll('-', ''))
  })
})
