import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { v7 as uuid } from 'uuid'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { enrol, IdentitySealed, readIdentity } from './identity.ts'
import { seal, unseal } from './seal.ts'

const ENROLLED = { deviceId: uuid(), branchId: uuid(), registerId: uuid() }
const SECRET = randomBytes(32).toString('base64')

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'identity-'))
})
afterEach(() => rm(dir, { recursive: true }))

const enrolHere = (secret: string | null) =>
  enrol(dir, {
    serverUrl: 'http://head.example',
    code: 'CODE',
    deviceName: 'Till 1',
    secret,
    fetch: async () => Response.json(ENROLLED),
  })
const onDisk = () => readFile(join(dir, 'device.json'), 'utf8')

it('keeps an identity sealed where the system has a safe', async () => {
  const made = await enrolHere(SECRET)
  expect(await onDisk()).not.toMatch(/PRIVATE KEY|Till 1|deviceId/)
  const read = await readIdentity(dir, SECRET)
  expect(read).toMatchObject(ENROLLED)
  expect(read?.privateKey.equals(made.privateKey)).toBe(true)
})

it('opens to no other secret, and to none', async () => {
  await enrolHere(SECRET)
  const before = await onDisk()
  await expect(readIdentity(dir, randomBytes(32).toString('base64'))).rejects.toThrow(IdentitySealed)
  await expect(readIdentity(dir)).rejects.toThrow('start the till from its desktop app')
  expect(await onDisk()).toBe(before)
})

it('seals an identity that was made without a safe when it meets one', async () => {
  const made = await enrolHere(null)
  expect(await onDisk()).toContain('PRIVATE KEY')
  expect((await readIdentity(dir, SECRET))?.privateKey.equals(made.privateKey)).toBe(true)
  expect(await onDisk()).not.toContain('PRIVATE KEY')
  expect((await readIdentity(dir, SECRET))?.privateKey.equals(made.privateKey)).toBe(true)
})

it('notices a single changed bit', () => {
  const sealed = Buffer.from(seal('été', SECRET), 'base64')
  expect(unseal(sealed.toString('base64'), SECRET)).toBe('été')
  for (const index of [0, 12, sealed.length - 1]) {
    const changed = Buffer.from(sealed)
    changed[index] = (changed[index] ?? 0) ^ 1
    expect(() => unseal(changed.toString('base64'), SECRET)).toThrow()
  }
})
