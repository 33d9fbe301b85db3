import { verify } from '@node-rs/argon2'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Role, roleSchema } from '../../domain/permissions.ts'
import { signIn, startTestServer, type TestServer } from '../test-server.ts'

let server: TestServer
const tokens = {} as Record<Role, string>

beforeAll(async () => {
  server = await startTestServer()
  for (const role of roleSchema.options) tokens[role] = await signIn(server, role)
})
afterAll(() => server?.stop())

interface Asked {
  token?: string
  version?: number | null
  language?: string
}

async function call(method: string, path: string, body?: unknown, asked: Asked = {}) {
  const { token = tokens.head_office, version = null, language = 'en' } = asked
  const answer = await fetch(new URL(`/v1/${path}`, server.url), {
    method,
    headers: {
      'content-type': 'application/json',
      'accept-language': language,
      authorization: `Bearer ${token}`,
      ...(version !== null && { 'if-match': `"${version}"` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

const person = (more: object = {}) => ({
  name: 'Ada Blanc',
  role: 'cashier',
  branchId: server.organisation.branchId,
  active: true,
  pin: null,
  ...more,
})
async function add(more: object = {}): Promise<string> {
  const { status, body } = await call('POST', 'people', person(more))
  expect(status).toBe(201)
  return body.id as string
}
const rowOf = (id: string) =>
  server.db.selectFrom('staff').selectAll().where('id', '=', id).executeTakeFirst()
const pinOf = (id: string) =>
  server.db.selectFrom('staff_pin').selectAll().where('staff_id', '=', id).executeTakeFirst()
const decisionsOf = async (id: string) =>
  (await call('GET', `people/${id}/decisions`)).body.decisions as Record<string, unknown>[]

describe('who may manage people', () => {
  const refused = { error: { code: 'not-allowed', details: { roles: 'head_office' } } }
  it.each(roleSchema.options.filter((role) => role !== 'head_office'))('not a %s', async (role) => {
    const { staff } = server.organisation
    const asked = { token: tokens[role], version: 0 }
    expect(await call('GET', 'people', undefined, asked)).toEqual({
      status: 403,
      body: expect.objectContaining({ error: expect.objectContaining(refused.error) }),
    })
    expect((await call('POST', 'people', person(), asked)).body).toMatchObject(refused)
    expect((await call('PUT', `people/${staff.cashier}`, person(), asked)).body).toMatchObject(refused)
    expect((await call('GET', `people/${staff.cashier}/decisions`, undefined, asked)).status).toBe(403)
    expect(await rowOf(staff.cashier)).toMatchObject({ name: 'cashier', role: 'cashier' })
  })
})

describe('a person', () => {
  it('is added with a PIN as tills read it, changed by the version that was seen, and each change is kept', async () => {
    const id = await add({ pin: '2580' })
    expect(await verify((await pinOf(id))?.pin_hash ?? '', '2580')).toBe(true)
    const changed = await call('PUT', `people/${id}`, person({ role: 'pharmacist', name: 'Ada Noir' }), {
      version: 1,
    })
    expect(changed).toMatchObject({ status: 200, body: { id, version: 2 } })
    expect(await rowOf(id)).toMatchObject({ name: 'Ada Noir', role: 'pharmacist', active: true })
    // The same place, no new PIN: the old one holds.
    expect(await verify((await pinOf(id))?.pin_hash ?? '', '2580')).toBe(true)
    const decisions = await decisionsOf(id)
    expect(decisions).toMatchObject([
      {
        by: 'head_office',
        content: { changes: { name: ['Ada Blanc', 'Ada Noir'], role: ['cashier', 'pharmacist'] } },
      },
      { by: 'head_office', content: { changes: { name: [null, 'Ada Blanc'] }, pin: 'set' } },
    ])
    expect(JSON.stringify(decisions)).not.toMatch(/2580|argon2/)
    const { body } = await call('GET', 'people')
    expect(body.people).toContainEqual({
      id,
      name: 'Ada Noir',
      role: 'pharmacist',
      branchId: server.organisation.branchId,
      active: true,
      hasPin: true,
      login: null,
      version: 2,
    })
    expect(JSON.stringify(body)).not.toContain('argon2')
  })

  it('leaves: their PIN opens nothing any more, whoever comes next may have it, and their name stays', async () => {
    const id = await add({ pin: '7391', name: 'Léa' })
    expect(
      (await call('PUT', `people/${id}`, person({ name: 'Léa', active: false }), { version: 1 })).status,
    ).toBe(200)
    expect(await pinOf(id)).toBeUndefined()
    expect(await rowOf(id)).toMatchObject({ name: 'Léa', active: false })
    await add({ pin: '7391' })
    expect(await decisionsOf(id)).toMatchObject([
      { content: { changes: { active: [true, false] }, pin: 'removed' } },
      {},
    ])
  })

  it('moves to another branch without the PIN that was chosen among the first one’s', async () => {
    const { otherBranchId } = server.organisation
    const id = await add({ pin: '6402' })
    await call('PUT', `people/${id}`, person({ branchId: otherBranchId }), { version: 1 })
    expect(await pinOf(id)).toBeUndefined()
    await call('PUT', `people/${id}`, person({ branchId: otherBranchId, pin: '6402' }), { version: 2 })
    expect(await pinOf(id)).toMatchObject({ branch_id: otherBranchId })
    // At the first branch it is free, at the new one it is not.
    await add({ pin: '6402' })
    const taken = await call('POST', 'people', person({ branchId: otherBranchId, pin: '6402' }), {
      language: 'fr',
    })
    expect(taken).toEqual({
      status: 409,
      body: {
        error: {
          code: 'pin-taken',
          text: 'Quelqu’un dans cette officine a déjà ce code PIN.',
          remedy: 'Choisissez-en un autre ; rien n’a été modifié.',
          details: {},
        },
      },
    })
  })

  it.each([
    ['name', { name: ' ' }],
    ['role', { role: 'owner' }],
    ['branchId', { branchId: null }],
    ['branchId', { branchId: uuidv7() }],
    ['branchId', { role: 'head_office' }],
    ['pin', { pin: '12a4' }],
    ['pin', { pin: '123456789' }],
    ['login', { login: 'ada@example.com' }],
    ['salary', { salary: 1 }],
  ])('is refused by the %s, and nothing of it stays', async (field, change) => {
    const before = await server.db.selectFrom('staff').selectAll().orderBy('id').execute()
    const { status, body } = await call('POST', 'people', person(change))
    expect(status).toBe(400)
    expect(body).toMatchObject({ error: { code: 'field-not-readable', details: { field } } })
    expect(await server.db.selectFrom('staff').selectAll().orderBy('id').execute()).toEqual(before)
  })

  it('has no PIN that is tried first', async () => {
    const { status, body } = await call('POST', 'people', person({ pin: '4321' }), { language: 'de' })
    expect([status, body]).toMatchObject([
      422,
      { error: { code: 'pin-guessable', text: 'Diese PIN ist leicht zu erraten.' } },
    ])
  })

  it('that somebody changed since is not changed blindly, and one that is not there not at all', async () => {
    const id = await add()
    expect((await call('PUT', `people/${id}`, person({ name: 'A' }), { version: 1 })).status).toBe(200)
    const late = await call('PUT', `people/${id}`, person({ name: 'B' }), { version: 1 })
    expect(late).toMatchObject({
      status: 409,
      body: { error: { code: 'changed-meanwhile', details: { who: 'head_office' } } },
    })
    expect(await rowOf(id)).toMatchObject({ name: 'A' })
    const blind = await call('PUT', `people/${id}`, person())
    expect(blind.body).toMatchObject({ error: { details: { field: 'if-match' } } })
    expect((await call('PUT', `people/${uuidv7()}`, person(), { version: 0 })).status).toBe(404)
    expect((await call('PUT', 'people/x', person(), { version: 0 })).status).toBe(404)
  })
})

describe('a sign-in', () => {
  const loginOf = (id: string) =>
    server.db.selectFrom('staff_login').select('clerk_user_id').where('staff_id', '=', id).executeTakeFirst()
  const manager = (login?: string | null) => person({ role: 'branch_manager', name: 'Zoé', login })
  it('is one person’s alone, stays where it is not spoken of, and is taken away', async () => {
    const id = await add(manager('user_2abc'))
    expect(await loginOf(id)).toEqual({ clerk_user_id: 'user_2abc' })
    expect((await call('POST', 'people', manager('user_2abc'))).body).toMatchObject({
      error: { code: 'login-taken', text: 'Zoé signs in with this already.' },
    })
    expect((await call('PUT', `people/${id}`, manager(), { version: 1 })).status).toBe(200)
    expect(await loginOf(id)).toEqual({ clerk_user_id: 'user_2abc' })
    expect((await call('PUT', `people/${id}`, manager(null), { version: 2 })).status).toBe(200)
    expect(await loginOf(id)).toBeUndefined()
    expect((await decisionsOf(id)).map(({ content }) => (content as { login?: string }).login)).toEqual([
      'removed',
      undefined,
      'set',
    ])
  })

  it('is not one’s own to take away', async () => {
    const own = server.organisation.staff.head_office
    const before = await loginOf(own)
    const body = person({ role: 'head_office', branchId: null, name: 'head_office', login: null })
    expect((await call('PUT', `people/${own}`, body, { version: 0 })).body).toMatchObject({
      error: { code: 'own-right' },
    })
    expect(await loginOf(own)).toEqual(before)
  })
})

describe('the right to manage people', () => {
  const office = (more: object = {}) => person({ role: 'head_office', branchId: null, name: 'Eva', ...more })
  it('is nobody’s own to give up, by role or by leaving', async () => {
    const own = server.organisation.staff.head_office
    for (const change of [{ active: false }, { role: 'it_admin' }]) {
      const { status, body } = await call('PUT', `people/${own}`, office(change), { version: 0 })
      expect([status, body]).toMatchObject([409, { error: { code: 'own-right' } }])
    }
    expect((await call('PUT', `people/${own}`, office({ name: 'head_office' }), { version: 0 })).status).toBe(
      200,
    )
  })

  it('is not lost to everybody by two who take each other’s at once', async () => {
    const other = await add({ role: 'head_office', branchId: null, name: 'Eva' })
    const signed = (await call('POST', 'dev/sign-in', { staffId: other })).body as { token: string }
    const own = server.organisation.staff.head_office
    const answers = await Promise.all([
      call('PUT', `people/${other}`, office({ role: 'it_admin' }), { version: 1 }),
      call('PUT', `people/${own}`, office({ role: 'it_admin', name: 'head_office' }), {
        version: 1,
        token: signed.token,
      }),
    ])
    const left = server.db.selectFrom('staff').where('role', '=', 'head_office').where('active', '=', true)
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403])
    expect(await left.select('id').execute()).toHaveLength(1)
    await server.db.updateTable('staff').set({ role: 'head_office' }).where('id', '=', own).execute()
  })
})

it('a branch at which nobody can close a drawer is told', async () => {
  const { branchId, otherBranchId } = server.organisation
  const told = async () => (await call('GET', 'people')).body.withoutCloser
  // The seeded pharmacist and manager have no PIN: no till lets them in.
  const first = await add({ role: 'pharmacist', pin: '9317' })
  expect(await told()).toEqual([otherBranchId])
  const second = await add({ role: 'branch_manager', branchId: otherBranchId, pin: '8265' })
  expect(await told()).toEqual([])
  await call('PUT', `people/${second}`, person({ role: 'cashier', branchId: otherBranchId }), { version: 1 })
  expect(await told()).toEqual([otherBranchId])
  await server.db
    .deleteFrom('staff_pin')
    .where('branch_id', '=', branchId)
    .where('staff_id', '!=', first)
    .execute()
  await call('PUT', `people/${first}`, person({ role: 'pharmacist', active: false }), { version: 1 })
  expect(await told()).toEqual([branchId, otherBranchId])
})
