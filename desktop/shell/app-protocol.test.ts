import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isAppUrl, serveApp } from './app-protocol.ts'

let root: string
let serve: ReturnType<typeof serveApp>
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'app-protocol-'))
  await mkdir(join(root, 'screen/assets'), { recursive: true })
  await writeFile(join(root, 'screen/index.html'), '<!doctype html>')
  await writeFile(join(root, 'screen/assets/a-1.js'), 'let a')
  await writeFile(join(root, 'secret.json'), '{}')
})
afterAll(() => rm(root, { recursive: true }))
beforeAll(() => {
  serve = serveApp(join(root, 'screen'))
})

describe('the screen’s own protocol', () => {
  it('serves the page and its files under a policy that allows nothing else', async () => {
    const page = await serve(new Request('app://till/'))
    expect(await page.text()).toBe('<!doctype html>')
    expect(page.headers.get('content-type')).toContain('text/html')
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    const script = await serve(new Request('app://till/assets/a-1.js?v=1'))
    expect(await script.text()).toBe('let a')
    expect(script.headers.get('content-type')).toContain('javascript')
  })

  it.each([
    'app://till/../secret.json',
    'app://till/%2e%2e/secret.json',
    'app://till/..%2fsecret.json',
    'app://till/..%5csecret.json',
    'app://till/%00',
    'app://till/%zz',
    'app://till/assets',
    'app://till/gone.js',
    'app://other/index.html',
  ])('answers nothing to %s', async (url) => {
    const response = await serve(new Request(url))
    expect(response.status).toBe(404)
    expect(response.headers.get('content-security-policy')).toBeTruthy()
  })

  it('only reads', async () => {
    expect((await serve(new Request('app://till/', { method: 'POST' }))).status).toBe(405)
  })

  it.each(['app://till.example/', 'app://tillx/', 'https://till/', 'file:///app://till/', ''])(
    'does not take %j for its own',
    (url) => {
      expect(isAppUrl(url)).toBe(false)
    },
  )
})
