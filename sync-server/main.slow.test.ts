import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findRunningPostgres } from './catalogue/locate-database.ts'
import { openDatabase, openPool } from './database/pool.ts'
import { NOTHING_PENDING, TestJournal } from './journal/test-journal.ts'
import { addDevice, deviceToken, seed, send } from './test-server.ts'

const program = fileURLToPath(new URL('main.ts', import.meta.url))
let dataDir: string
const running = new Set<ChildProcess>()

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'pharmasaas-main-'))
})
afterEach(async () => {
  for (const child of running) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  await expect.poll(() => findRunningPostgres(dataDir), { timeout: 30_000 }).toBeNull()
  await rm(dataDir, { recursive: true, force: true })
})

function start(environment: Record<string, string> = {}, args: string[] = []) {
  const env = { ...process.env, NODE_ENV: 'test', PORT: '0', DATA_DIR: dataDir, ...environment }
  const child = spawn(process.execPath, [program, ...args], { env })
  running.add(child)
  const exited = once(child, 'exit').then(([code]) => {
    running.delete(child)
    return code as number | null
  })
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const ready = () =>
    once(createInterface({ input: child.stdout }), 'line').then(
      ([line]) => JSON.parse(line) as { url: string },
    )
  return { child, exited, ready, stderr: () => stderr }
}

describe('the server’s process', () => {
  it('says that it is ready, stops in order on SIGTERM, and starts again on the same data', async () => {
    for (let i = 0; i < 2; i += 1) {
      const { child, exited, ready, stderr } = start()
      const { url } = await ready()
      expect(await (await fetch(new URL('/v1/health', url))).json()).toMatchObject({ status: 'ok' })
      expect(stderr()).toContain('DEVELOPMENT SIGN-IN')
      child.kill('SIGTERM')
      expect(await exited).toBe(0)
      expect(await findRunningPostgres(dataDir)).toBeNull()
    }
  })

  it('prints its help', async () => {
    const { exited, child } = start({}, ['--help'])
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
    })
    expect(await exited).toBe(0)
    expect(text).toContain('DATABASE_URL')
  })

  it.each<[string, Record<string, string>, string[], RegExp]>([
    [
      'the development signer in production',
      { NODE_ENV: 'production' },
      [],
      /^CLERK_JWT_KEY is missing: in production .*\n$/,
    ],
    ['a port that is none', { PORT: 'x' }, [], /^PORT cannot be used: .*\n$/],
    ['an unknown option', {}, ['--fast'], /^--fast is not an option: see --help.\n$/],
  ])('refuses %s in one sentence', async (_, environment, args, message) => {
    const { exited, stderr } = start(environment, args)
    expect(await exited).toBe(1)
    expect(stderr()).toMatch(message)
  })

  it('says which port is in use, and leaves nothing running', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const { exited, stderr } = start({ PORT: String(port), LOG_LEVEL: 'error' })
    expect(await exited).toBe(1)
    expect(stderr()).toBe(`Port ${port} is in use: stop what uses it, or set PORT to another.\n`)
    other.close()
  })
})

describe('kill -9', () => {
  it('between commit and answer: the till sends again, and each event counts once', async () => {
    const first = start()
    let url = (await first.ready()).url
    const db = openDatabase(openPool((await findRunningPostgres(dataDir)) ?? '', () => {}))
    const organisation = await seed(db)
    const device = await addDevice({ db, organisation })
    const journal = new TestJournal(device, organisation)
    const events = [journal.opened(), journal.sale(), journal.sale(2)].map((fact) => journal.append(fact))
    const body = { deviceId: device.deviceId, events, pending: NOTHING_PENDING }
    const post = async () => send({ url }, '/v1/journal', { token: await deviceToken(device), body })
    // Killed as soon as the commit is seen: the answer is lost, or at best on its way.
    const lost = post().then(
      () => 'answered',
      () => 'lost',
    )
    await expect
      .poll(
        async () =>
          (await sql<{ n: number }>`select count(*)::int as n from journal_event`.execute(db)).rows[0]?.n,
        {
          interval: 1,
          timeout: 20_000,
        },
      )
      .toBe(3)
    first.child.kill('SIGKILL')
    await first.exited
    expect(['answered', 'lost']).toContain(await lost)
    await db.destroy()
    const second = start()
    url = (await second.ready()).url
    const again = await post()
    expect(await again.json()).toMatchObject({ head: journal.head, accepted: 0, duplicates: 3 })
    const after = openDatabase(openPool((await findRunningPostgres(dataDir)) ?? '', () => {}))
    expect(await after.selectFrom('drawer_balance').select('amount').execute()).toEqual([{ amount: 10_750 }])
    expect(await after.selectFrom('device_head').select(['seq', 'hash']).execute()).toEqual([journal.head])
    await after.destroy()
    second.child.kill('SIGTERM')
    expect(await second.exited).toBe(0)
  })
})
