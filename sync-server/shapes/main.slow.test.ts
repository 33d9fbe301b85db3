import { spawn } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningPostgres } from '../database/embedded-postgres.ts'
import { startTestPostgres } from '../database/test-postgres.ts'

const MAIN = join(import.meta.dirname, 'main.ts')

let postgres: RunningPostgres
let dataDir: string

beforeAll(async () => {
  postgres = await startTestPostgres()
  dataDir = await mkdtemp(join(tmpdir(), 'shapes-main-'))
})

afterAll(async () => {
  await postgres?.stop()
  await rm(dataDir, { recursive: true, force: true })
})

function run(
  args: readonly string[],
  variables: Record<string, string> = {},
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, ...variables } })
  let out = ''
  let err = ''
  child.stdout.on('data', (text) => {
    out += String(text)
  })
  child.stderr.on('data', (text) => {
    err += String(text)
  })
  return new Promise((resolve) => child.on('exit', (code) => resolve({ code, out, err })))
}

describe('npm run shapes', () => {
  it('explains itself', async () => {
    const { code, out } = await run(['--help'])
    expect([code, out.includes('--allow-delete')]).toEqual([0, true])
  })

  it.each([
    [['--port', '0'], '--database-url must be given'],
    [['--database-url', 'http://example.org/x', '--port', '0'], '--database-url must be given'],
    [['--database-url', 'postgres://x@127.0.0.1/y'], '--port must be given'],
    [['--database-url', 'postgres://x@127.0.0.1/y', '--port', '99999'], '--port must be given'],
    [['--database-url', 'postgres://x:y@127.0.0.1:1/z', '--port', '0'], 'Cannot connect to Postgres'],
    [['--nope'], '--nope'],
  ])('says in one sentence what is wrong with %j', async (args, sentence) => {
    const { code, err } = await run([...args, '--data-dir', dataDir])
    expect(code).toBe(1)
    expect(err).toContain(sentence)
    expect(err.trim().split('\n')).toHaveLength(1)
  })

  it('keeps its files where only its user may read them, and none when it could not begin', async () => {
    const home = join(dataDir, 'home')
    const { code } = await run(['--database-url', 'postgres://x:y@127.0.0.1:1/z', '--port', '0'], {
      XDG_STATE_HOME: home,
    })
    expect([code, existsSync(home)]).toEqual([1, false])
  })

  it.each([
    ['ELECTRIC_CACHE_MAX_AGE', 'soon'],
    ['ELECTRIC_SHAPE_CHUNK_BYTES_THRESHOLD', '5'],
  ])('says what is wrong with %s=%s', async (name, value) => {
    const args = ['--database-url', postgres.url, '--port', '0', '--data-dir', dataDir]
    const { code, err } = await run(args, { [name]: value })
    expect([code, err.startsWith(`${name} must be a number of`)]).toEqual([1, true])
  })

  it('says that its port is in use', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as { port: number }
    const { code, err } = await run([
      '--database-url',
      postgres.url,
      '--port',
      String(port),
      '--data-dir',
      dataDir,
    ])
    other.close()
    expect(code).toBe(1)
    expect(err).toContain(`port ${port} is in use`)
  })

  it('serves, asks for the secret it was given, and ends cleanly when told to', async () => {
    const args = ['--database-url', postgres.url, '--port', '0', '--data-dir', dataDir]
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: {
        ...process.env,
        ELECTRIC_SECRET: 'a b+c',
        ELECTRIC_CACHE_MAX_AGE: '7',
        ELECTRIC_CACHE_STALE_AGE: '9',
        ELECTRIC_SHAPE_CHUNK_BYTES_THRESHOLD: '2000',
      },
    })
    const line = await new Promise<string>((resolve) =>
      child.stdout.once('data', (text) => resolve(String(text))),
    )
    const url = /http:\S+/.exec(line)?.[0] ?? ''
    const health = await fetch(url.replace('/shape', '/health'))
    expect([health.status, await health.json()]).toEqual([200, { status: 'active' }])
    const asked = ['', '&secret=a', '&secret=a%20b%2Bc', '&api_secret=a+b%2Bc'].map((secret) =>
      fetch(`${url}?table=nothing&offset=-1${secret}`),
    )
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([401, 401, 400, 400])
    const paths = ['/v1/shape/', '/v1//shape', '/v1/%73hape', '/V1/shape', '/', '/v1/health/']
    const statuses = paths.map(async (path) => (await fetch(new URL(path, url))).status)
    expect(await Promise.all(statuses)).toEqual([401, 401, 401, 401, 200, 200])
    const sql = new pg.Client(postgres.url)
    await sql.connect()
    await sql.query("create table notes as select n, repeat('x', 900) text from generate_series(1, 8) n")
    await sql.end()
    const first = await fetch(`${url}?table=notes&offset=-1&secret=a+b%2Bc`)
    const handle = first.headers.get('electric-handle')
    const second = await fetch(`${url}?table=notes&offset=0_0&handle=${handle}&secret=a+b%2Bc`)
    const sizes = [(await first.text()).length, (await second.text()).length]
    expect(sizes.map((size) => size > 1500 && size < 4000)).toEqual([true, true])
    expect(second.headers.get('cache-control')).toBe('public, max-age=7, stale-while-revalidate=9')
    const modes = ['log', 'shapes', 'subsets'].map((part) => statSync(join(dataDir, part)).mode & 0o777)
    if (process.platform !== 'win32') expect(modes).toEqual([0o700, 0o700, 0o700])
    child.kill('SIGTERM')
    expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(0)
  })
})
