import { generateKeyPairSync } from 'node:crypto'
import { decodeJwt, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { roleSchema } from '../../domain/permissions.ts'
import { send, signIn, startTestServer, type TestServer } from '../test-server.ts'

const PARTY = 'https://pos.example.com'
const clerk = generateKeyPairSync('rsa', { modulusLength: 2048 })
const clerkPem = clerk.publicKey.export({ type: 'spki', format: 'pem' }).toString()

let development: TestServer
let production: TestServer

beforeAll(async () => {
  development = await startTestServer()
  production = await startTestServer({
    NODE_ENV: 'production',
    CLERK_JWT_KEY: clerkPem.replaceAll('\n', '\\n'),
    CLERK_PUBLISHABLE_KEY: `pk_live_${Buffer.from('clerk.example.com$').toString('base64')}`,
    CLERK_AUTHORIZED_PARTIES: PARTY,
  })
  const { staff } = production.organisation
  await production.db
    .insertInto('staff_login')
    .values({ staff_id: staff.head_office, clerk_user_id: 'user_1' })
    .execute()
})
afterAll(async () => {
  await development?.stop()
  await production?.stop()
})

const clerkToken = (claims: Record<string, unknown> = {}, key = clerk.privateKey) => {
  const now = Math.floor(Date.now() / 1000)
  const standard = {
    iss: 'https://clerk.example.com',
    sub: 'user_1',
    azp: PARTY,
    iat: now,
    nbf: now - 10,
    exp: now + 60,
  }
  return new SignJWT({ ...standard, ...claims })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'ins_1' })
    .sign(key)
}
const me = async (token: string) => {
  const response = await send(production, '/v1/me', { token })
  return [response.status, await response.json()] as const
}

describe('with Clerk', () => {
  it('tells a person who they are', async () => {
    const id = production.organisation.staff.head_office
    expect(await me(await clerkToken())).toEqual([
      200,
      { id, name: 'head_office', role: 'head_office', branchId: null },
    ])
  })

  it.each([
    ['is over', { exp: Math.floor(Date.now() / 1000) - 60 }],
    ['is not yet good', { nbf: Math.floor(Date.now() / 1000) + 60 }],
    ['was made for another site', { azp: 'https://evil.example.com' }],
    ['names no site', { azp: undefined }],
    ['is of someone unknown', { sub: 'user_2' }],
    ['is of a session with a task to do', { sts: 'pending' }],
  ])('refuses a token that %s', async (_, claims) => {
    const [status, answer] = await me(await clerkToken(claims))
    expect([status, answer]).toMatchObject([401, { error: { code: 'unauthenticated' } }])
  })

  it('refuses a token of another key', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
    expect((await me(await clerkToken({}, other.privateKey)))[0]).toBe(401)
  })

  it('refuses who is no longer active', async () => {
    const { staff } = production.organisation
    await production.db
      .insertInto('staff_login')
      .values({ staff_id: staff.cashier, clerk_user_id: 'user_3' })
      .execute()
    await production.db.updateTable('staff').set({ active: false }).where('id', '=', staff.cashier).execute()
    expect((await me(await clerkToken({ sub: 'user_3' })))[0]).toBe(401)
  })

  it('has no development sign-in, and tells the console to use Clerk', async () => {
    const options = await send(production, '/v1/session/options')
    expect(await options.json()).toEqual({
      mode: 'clerk',
      publishableKey: expect.stringMatching(/^pk_live_/),
    })
    const body = { staffId: production.organisation.staff.head_office }
    expect((await send(production, '/v1/dev/sign-in', { body })).status).toBe(404)
    const token = await signIn(development, 'head_office')
    expect((await me(token))[0]).toBe(401)
  })
})

describe('with the development signer', () => {
  it('offers the people to sign in as, without their PINs', async () => {
    const options = (await (await send(development, '/v1/session/options')).json()) as { staff: object[] }
    expect(options).toMatchObject({ mode: 'development' })
    expect(options.staff).toHaveLength(5)
    expect(options.staff[0]).toEqual({
      id: expect.any(String),
      name: expect.any(String),
      role: expect.any(String),
      branchId: expect.anything(),
    })
  })

  it('signs tokens of the same form, which the same check accepts', async () => {
    const token = await signIn(development, 'pharmacist')
    expect(decodeJwt(token)).toMatchObject({
      azp: expect.any(String),
      sub: expect.stringMatching(/^user_/),
      sid: expect.any(String),
    })
    const response = await send(development, '/v1/me', { token })
    expect(await response.json()).toMatchObject({
      role: 'pharmacist',
      branchId: development.organisation.branchId,
    })
  })

  it('does not know who is not there', async () => {
    const response = await send(development, '/v1/dev/sign-in', {
      body: { staffId: '00000000-0000-4000-8000-000000000000' },
    })
    expect(response.status).toBe(404)
  })
})

describe('what a role may not do', () => {
  it.each(roleSchema.options.filter((role) => role !== 'head_office'))(
    '%s may not train a model',
    async (role) => {
      const response = await send(development, '/v1/forecast/train', {
        token: await signIn(development, role),
        body: {},
      })
      expect(response.status).toBe(403)
    },
  )

  it('head office may train one', async () => {
    const token = await signIn(development, 'head_office')
    expect((await send(development, '/v1/forecast/train', { token, body: {} })).status).toBe(202)
  })

  it.each(roleSchema.options)('%s may not send a journal', async (role) => {
    const token = await signIn(development, role)
    expect((await send(development, '/v1/journal', { token, body: {} })).status).toBe(403)
    expect((await send(development, '/v1/journal/head', { token })).status).toBe(403)
  })

  it('it_admin may not fetch a forecast model', async () => {
    const token = await signIn(development, 'it_admin')
    expect((await send(development, '/v1/models/x', { token })).status).toBe(403)
  })

  it.each(['cashier', 'pharmacist', 'it_admin'] as const)('%s may not follow shapes', async (role) => {
    const token = await signIn(development, role)
    expect((await send(development, '/v1/shape?table=sale&offset=-1', { token })).status).toBe(403)
  })

  it('a branch manager may, and no one without a token', async () => {
    const token = await signIn(development, 'branch_manager')
    expect((await send(development, '/v1/shape?table=branch&offset=-1', { token })).status).toBe(200)
    expect((await send(development, '/v1/shape?table=branch&offset=-1')).status).toBe(401)
  })
})
