import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { deviceToken, startTestServer, type TestDevice, type TestServer } from '../test-server.ts'
import { NOTHING_PENDING } from './test-journal.ts'
import { appendAll, ledgerOf } from './test-ledger.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server?.stop())

const { newJournal } = ledgerOf(() => server)

async function post(device: TestDevice, body: Uint8Array<ArrayBuffer>, encoding = 'gzip') {
  const headers = {
    authorization: `Bearer ${await deviceToken(device)}`,
    'content-type': 'application/json',
    'content-encoding': encoding,
  }
  const response = await fetch(new URL('/v1/journal', server.url), { method: 'POST', headers, body })
  const answer = (await response.json()) as { head?: object; error?: { code: string; text: string } }
  return { status: response.status, answer, takes: response.headers.get('accept-encoding') }
}

const packed = (text: string) => new Uint8Array(gzipSync(text))

it('takes a compressed batch, and says that it does', async () => {
  const journal = await newJournal()
  const events = appendAll(journal, [journal.opened(), journal.sale()])
  const { deviceId } = journal.device
  const { status, answer, takes } = await post(
    journal.device,
    packed(JSON.stringify({ deviceId, events, pending: NOTHING_PENDING })),
  )
  expect(status).toBe(200)
  expect(answer.head).toEqual(journal.head)
  expect(takes).toBe('gzip')
})

it('refuses what grows beyond its limit, however small it came', async () => {
  const { device } = await newJournal()
  const bomb = packed(`"${'0'.repeat(50 * 1024 * 1024)}"`)
  expect(bomb.byteLength).toBeLessThan(64 * 1024)
  const { status, answer } = await post(device, bomb)
  expect(status).toBe(413)
  expect(answer.error?.code).toBe('body-too-large')
})

it.each([
  ['what is not gzip', new TextEncoder().encode('{"deviceId":"x"}'), 'gzip', 'it is not gzip'],
  ['what was cut off', packed('{"deviceId":"x"}').slice(0, 20), 'gzip', 'it is not gzip'],
  ['another encoding', packed('{}'), 'br', 'gzip or identity'],
])('refuses %s by name', async (_, body, encoding, reason) => {
  const { device } = await newJournal()
  const { status, answer } = await post(device, new Uint8Array(body), encoding)
  expect(status).toBe(400)
  expect(answer.error?.text).toContain(reason)
})
