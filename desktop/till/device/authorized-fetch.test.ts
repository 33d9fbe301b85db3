import { generateKeyPairSync } from 'node:crypto'
import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import { createAuthorizedFetch } from './authorized-fetch.ts'
import type { DeviceIdentity } from './identity.ts'

const DAY_MS = 86_400_000

/** A server that lets in whoever signs for its own time, and a till whose clock a test moves. */
function workstation() {
  const clock = { aheadMs: 0 }
  const serverNow = () => Date.parse('2026-11-28T09:00:00.000Z')
  const asked: number[] = []
  const server = async (_: unknown, init?: RequestInit) => {
    const { iat = 0 } = decodeJwt(
      new Headers(init?.headers).get('authorization')?.replace('Bearer ', '') ?? '',
    )
    const status = Math.abs(iat * 1000 - serverNow()) < 60_000 ? 200 : 401
    asked.push(status)
    return new Response('{}', { status, headers: { date: new Date(serverNow()).toUTCString() } })
  }
  const { privateKey } = generateKeyPairSync('ed25519')
  const identity = { deviceId: 'till', privateKey } as unknown as DeviceIdentity
  const authorized = createAuthorizedFetch(identity, {
    fetch: server as typeof fetch,
    now: () => serverNow() + clock.aheadMs,
  })
  return { clock, asked, status: async () => (await authorized('http://server/')).status }
}

test.each([DAY_MS * 3, -DAY_MS * 3])(
  'asks once more for the server’s time when its clock is %i ms off',
  async (off) => {
    const { clock, asked, status } = workstation()
    clock.aheadMs = off
    expect(await status()).toBe(200)
    expect(await status()).toBe(200)
    expect(asked).toEqual([401, 200, 200])
  },
)

test('thirty requests in the moment of a clock’s jump are all let in, and so is what comes after them', async () => {
  const { clock, status } = workstation()
  expect(await status()).toBe(200)
  for (const off of [DAY_MS * 2, 0, -DAY_MS * 5, DAY_MS]) {
    clock.aheadMs = off
    const all = await Promise.all(Array.from({ length: 30 }, status))
    expect(all.filter((each) => each !== 200)).toEqual([])
    expect(await status()).toBe(200)
  }
})

test('a clock that goes back before the answer comes leaves no token of the future behind', async () => {
  const { clock, status } = workstation()
  expect(await status()).toBe(200)
  clock.aheadMs = DAY_MS * 2
  const asked = status()
  clock.aheadMs = 0
  await asked
  expect(await status()).toBe(200)
})
