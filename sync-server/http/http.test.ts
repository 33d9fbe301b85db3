import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openFolderStore } from '../files/folder-store.ts'
import { addDevice, deviceToken, send, signIn, startTestServer, type TestServer } from '../test-server.ts'
import { modelKey } from '../workers/forecast/train.ts'
import { createBuckets } from './rate-limit.ts'
import { localeOf } from './refused.ts'

let server: TestServer
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pharmasaas-http-'))
  const consoleDir = join(folder, 'console')
  await mkdir(join(consoleDir, 'assets'), { recursive: true })
  await writeFile(join(consoleDir, 'index.html'), '<!doctype html><title>Console</title>')
  await writeFile(join(consoleDir, 'assets', 'main-abc.js'), 'export {}')
  server = await startTestServer({ CONSOLE_DIR: consoleDir })
})
afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

describe('the console’s files', () => {
  it('are served with a strict policy, its page for every address', async () => {
    for (const path of ['/console/', '/console/sessions/42']) {
      const page = await send(server, path)
      expect(page.status).toBe(200)
      expect(await page.text()).toContain('<title>Console</title>')
      const policy = page.headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self'")
      expect(policy).not.toContain('unsafe')
      expect(page.headers.get('x-content-type-options')).toBe('nosniff')
      expect(page.headers.get('cache-control')).toBe('no-cache')
    }
  })

  it('may be kept for ever when named by content', async () => {
    const asset = await send(server, '/console/assets/main-abc.js')
    expect(asset.headers.get('content-type')).toMatch(/javascript/)
    expect(asset.headers.get('cache-control')).toContain('immutable')
  })

  it('are where / leads, and nothing outside the folder', async () => {
    expect((await send(server, '/')).headers.get('location')).toBe('/console/')
    for (const path of [
      '/console/..%2fserver%2fdevelopment-signer.pem',
      '/console/%2e%2e/server/development-signer.pem',
    ]) {
      expect(await (await send(server, path)).text()).not.toContain('PRIVATE KEY')
    }
  })
})

describe('every answer', () => {
  it('carries a request id, the caller’s own when it is plain', async () => {
    const own = await send(server, '/v1/health', { headers: { 'x-request-id': 'till-1-request-7' } })
    expect(own.headers.get('x-request-id')).toBe('till-1-request-7')
    const made = await send(server, '/v1/health', { headers: { 'x-request-id': '<script>' } })
    expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(await made.json()).toMatchObject({ status: 'ok', shapes: { status: 'active' } })
  })

  it('refuses in the caller’s language, an unknown address too', async () => {
    const answer = await send(server, '/v1/nothing', {
      headers: { 'accept-language': 'fr-FR,fr;q=0.9,en;q=0.8' },
    })
    expect(answer.status).toBe(404)
    expect(await answer.json()).toEqual({
      error: {
        code: 'not-found',
        text: '/v1/nothing : introuvable.',
        remedy: expect.any(String),
        details: { what: '/v1/nothing' },
      },
    })
  })
})

it('chooses a language by quality', () => {
  expect(localeOf(undefined)).toBe('en')
  expect(localeOf('pt, de;q=0.5, fr;q=0.7')).toBe('fr')
  expect(localeOf('fr;q=0, de;q=0.1')).toBe('de')
  expect(localeOf('*')).toBe('en')
})

it('limits each caller by itself, and lets time refill', () => {
  let now = 0
  const take = createBuckets({ capacity: 2, refillMs: 1000 }, () => now)
  expect([take('a'), take('a'), take('a'), take('b')]).toEqual([0, 0, 1000, 0])
  now = 999
  expect(take('a')).toBeGreaterThan(0)
  now = 1000
  expect([take('a'), take('a')]).toEqual([0, 1000])
})

describe('a forecast model', () => {
  it('comes with the hash that is registered as its tag', async () => {
    const bytes = Buffer.from('a model')
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const id = uuidv7()
    await openFolderStore(join(server.dataDir, 'files')).put(modelKey(id), bytes)
    const figures = { bytes: bytes.length, feature_version: 1, horizon_days: 28, metrics: '{}' }
    await server.db
      .insertInto('forecast_model')
      .values({ id, name: 'm', sha256, trained_at: '2026-03-02T00:00:00.000Z', ...figures })
      .execute()
    const token = await deviceToken(await addDevice(server))
    const answer = await send(server, `/v1/models/${id}`, { token })
    expect(answer.headers.get('etag')).toBe(`"${sha256}"`)
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes)
    const again = await send(server, `/v1/models/${id}`, {
      token,
      headers: { 'if-none-match': `"${sha256}"` },
    })
    expect(again.status).toBe(304)
    const person = await send(server, `/v1/models/${id}`, { token: await signIn(server, 'pharmacist') })
    expect(person.status).toBe(200)
    expect((await send(server, `/v1/models/${uuidv7()}`, { token })).status).toBe(404)
    expect((await send(server, '/v1/models/..%2f..%2fsecret', { token })).status).toBe(404)
    expect((await send(server, `/v1/models/${id}`)).status).toBe(401)
  })

  it('has a key that stays inside the store', async () => {
    const store = openFolderStore(folder)
    for (const key of ['../x', '/x', 'a/../b', '.hidden', '', 'a//b', 'A']) {
      await expect(store.put(key, new Uint8Array())).rejects.toThrow(TypeError)
    }
    expect(await store.open('models/none.onnx')).toBeNull()
  })
})
