import { execFile } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTillDatabase } from '../../desktop/till/store/database.ts'
import { canonicalJson } from '../../domain/journal/canonical.ts'
import { sealCheckpoint } from '../../domain/journal/checkpoint.ts'
import type { JournalEvent } from '../../domain/journal/event.ts'
import { NOTHING_PENDING, TestJournal, unsigned } from '../journal/test-journal.ts'
import {
  addDevice,
  deviceToken,
  send,
  startTestServer,
  type TestDevice,
  type TestServer,
} from '../test-server.ts'

const program = fileURLToPath(new URL('main.ts', import.meta.url))
let server: TestServer
let folder: string
let device: TestDevice
let events: JournalEvent[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pharmasaas-audit-'))
  server = await startTestServer()
  device = await addDevice(server)
  const journal = new TestJournal(device, server.organisation)
  events = [journal.opened(), journal.sale(), journal.sale(2), journal.sale()].map((fact) =>
    journal.append(fact),
  )
  const body = { deviceId: device.deviceId, events, pending: NOTHING_PENDING }
  expect((await send(server, '/v1/journal', { token: await deviceToken(device), body })).status).toBe(200)
})
afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

const audit = async (...args: string[]) => {
  const run = promisify(execFile)(process.execPath, [program, ...args])
  const { stdout, stderr, code } = await run.then(
    (done) => ({ ...done, code: 0 }),
    (failed: { stdout: string; stderr: string; code: number }) => failed,
  )
  return { code, text: stdout + stderr }
}
const exported = async () => {
  const file = join(folder, 'export.jsonl')
  await audit('export', '--database-url', server.databaseUrl, '--out', file)
  return { file, lines: (await readFile(file, 'utf8')).trim().split('\n') }
}
const verifyLines = async (lines: string[]) => {
  const file = join(folder, 'changed.jsonl')
  await writeFile(file, lines.join('\n'))
  return audit('verify', file)
}

describe('audit', () => {
  it('finds that an untouched ledger holds, in the database and in its export', async () => {
    const holds = {
      code: 0,
      text: expect.stringMatching(/4 events.*signatures hold\n1 devices, 4 events: everything holds/),
    }
    expect(await audit('verify', server.databaseUrl)).toEqual(holds)
    expect(await audit('verify', (await exported()).file)).toEqual(holds)
  })

  it.each<[string, (lines: string[]) => string[], RegExp]>([
    [
      'an amount that was changed',
      (l) => l.map((line) => line.replace('"total":500', '"total":400')),
      /wrong-hash at 3/,
    ],
    [
      'every amount that was changed, and says of how many the rest holds',
      (l) => l.map((line) => line.replace(/"total":250/, '"total":400')),
      /BROKEN: wrong-hash at 2; wrong-hash at 4 \(2 events hold\)/,
    ],
    [
      'a line that rotted, and goes on behind it',
      (l) => l.toSpliced(2, 1, JSON.stringify({ seq: 2, hash: 'ab'.repeat(32), damaged: '', told: null })),
      /BROKEN: unreadable damaged at 2 \(3 events hold\)/,
    ],
    ['an event that was taken out', (l) => l.toSpliced(2, 1), /2 is missing/],
    ['an end that was cut off', (l) => l.slice(0, -1), /ends at 3, but its head is 4/],
    ['events in another order', (l) => [l[0], l[2], l[1], l[3], l[4]] as string[], /1 is missing/],
    [
      'a signature of someone else',
      (l) => l.map((line, i) => (i ? line.replace(/"signature":".{8}/, '"signature":"AAAAAAAA') : line)),
      /wrong-signature at 1/,
    ],
    ['a line that is no event', (l) => [...l, '{"a":1}'], /after 4/],
  ])('finds %s', async (_, change, fault) => {
    const { code, text } = await verifyLines(change((await exported()).lines))
    expect([code, text]).toEqual([1, expect.stringMatching(fault)])
    expect(text).toContain('BROKEN')
  })

  it('checks a till’s own database, signatures only with its key', async () => {
    const file = join(folder, 'till.db')
    const db = await openTillDatabase(file)
    const insert = db.prepare('insert into journal (seq, type, hash, body) values (?, ?, ?, ?)')
    for (const event of events) insert.run(event.seq, event.type, event.hash, canonicalJson(event))
    db.close()
    expect(await audit('verify', file)).toEqual({
      code: 0,
      text: expect.stringContaining('signatures not checked'),
    })
    const privateKeyPem = device.privateKey.export({ type: 'pkcs8', format: 'pem' })
    await writeFile(join(folder, 'device.json'), JSON.stringify({ privateKeyPem }))
    expect(await audit('verify', file)).toEqual({ code: 0, text: expect.stringContaining('signatures hold') })
  })

  it.each<[string, string, RegExp]>([
    ['an end that was cut off', 'delete from journal where seq > 2', /ends at 2, but its head is 4/],
    [
      'a body that is no text any more',
      `update journal set body = replace(body, '"payload":', 'payload":') where seq = 2`,
      /BROKEN: unreadable damaged at 2 \(3 events hold\)/,
    ],
    [
      'a hash that the next event would build on',
      `update journal set hash = '${'ab'.repeat(32)}' where seq = 4`,
      /at 4/,
    ],
  ])('finds in a till’s own database %s', async (what, sql, fault) => {
    const file = join(folder, `${what}.db`)
    const db = await openTillDatabase(file)
    const insert = db.prepare('insert into journal (seq, type, hash, body) values (?, ?, ?, ?)')
    for (const event of events) insert.run(event.seq, event.type, event.hash, canonicalJson(event))
    const last = events.at(-1)
    db.prepare("insert into till_state (key, value) values ('acknowledged', ?)").run(
      JSON.stringify({ seq: last?.seq, hash: last?.hash, at: '2026-03-02T10:00:00.000Z' }),
    )
    db.exec('drop trigger journal_no_delete; drop trigger journal_no_update')
    db.exec(sql)
    db.close()
    const { code, text } = await audit('verify', file)
    expect([code, text]).toEqual([1, expect.stringMatching(fault)])
  })

  it('finds by the server’s own word that an end was cut off together with its head', async () => {
    const kept = async (name: string, cutTo: number, change: object = {}) => {
      const file = join(folder, `${name}.db`)
      const db = await openTillDatabase(file)
      const insert = db.prepare('insert into journal (seq, type, hash, body) values (?, ?, ?, ?)')
      for (const event of events) insert.run(event.seq, event.type, event.hash, canonicalJson(event))
      const { privateKey } = generateKeyPairSync('ed25519')
      const { deviceId, seq, hash } = events[2] as JournalEvent
      const checkpoint = sealCheckpoint({ deviceId, seq, hash, at: '2026-03-02T10:00:00.000Z' }, privateKey)
      db.prepare("insert into till_state (key, value) values ('checkpoint', ?)").run(
        JSON.stringify({ ...checkpoint, ...change }),
      )
      db.exec(`drop trigger journal_no_delete; delete from journal where seq > ${cutTo}`)
      db.close()
      return audit('verify', file)
    }
    expect(await kept('whole', 4)).toEqual({
      code: 0,
      text: expect.stringContaining('countersigned up to 3 by'),
    })
    expect(await kept('no word', 4, { deviceId: '01936f2e-0000-7000-8000-000000000009' })).toEqual({
      code: 0,
      text: expect.stringContaining('its end not countersigned'),
    })
    expect(await kept('unsent end', 3)).toMatchObject({ code: 0 })
    expect(await kept('cut', 2)).toEqual({
      code: 1,
      text: expect.stringMatching(/ends at 2, but the server countersigned event 3/),
    })
    expect(await kept('older word', 2, { seq: 2, hash: events[1]?.hash })).toEqual({
      code: 1,
      text: expect.stringContaining('was not signed by the key'),
    })
  })

  it('checks the journals that a till kept under earlier identities too', async () => {
    const file = join(folder, 'past.db')
    const db = await openTillDatabase(file)
    const keep = db.prepare(
      'insert into journal_past (incarnation, seq, type, hash, body) values (0, ?, ?, ?, ?)',
    )
    for (const event of events) keep.run(event.seq, event.type, event.hash, canonicalJson(event))
    expect(await audit('verify', file)).toEqual({
      code: 0,
      text: expect.stringMatching(/4 events.*signatures not checked\n1 devices, 4 events: everything holds/),
    })
    db.exec(`drop trigger journal_past_no_delete; delete from journal_past where seq = 2`)
    expect(await audit('verify', file)).toEqual({ code: 1, text: expect.stringContaining('2 is missing') })
    const [, second, third] = events as [JournalEvent, JournalEvent, JournalEvent]
    const body = canonicalJson(unsigned(third))
    const behind = new TestJournal(device, server.organisation)
    // A till that finds its last event so names its bytes.
    behind.head = { seq: 3, hash: createHash('sha256').update(body).digest('hex') }
    const fourth = behind.append(behind.sale())
    db.exec('delete from journal_past where seq > 2')
    keep.run(second.seq, second.type, second.hash, canonicalJson(second))
    for (const [event, text] of [
      [third, body],
      [fourth, canonicalJson(fourth)],
    ] as const)
      keep.run(event.seq, event.type, event.hash, text)
    expect(await audit('verify', file)).toEqual({
      code: 1,
      text: expect.stringMatching(/BROKEN: signature damaged at 3 \(3 events hold\)/),
    })
    db.close()
  })

  it('says in one sentence what it cannot read', async () => {
    expect(await audit('verify', join(folder, 'nothing'))).toEqual({
      code: 2,
      text: expect.stringContaining('no such file'),
    })
    expect(await audit('verify')).toEqual({ code: 2, text: expect.stringContaining('--help') })
    const { code, text } = await verifyLines(['{hello'])
    expect([code, text]).toEqual([2, expect.stringMatching(/line 1: it is not JSON\n$/)])
    expect(await audit('verify', folder)).toEqual({
      code: 2,
      text: `${folder} cannot be read: it is a folder, not a file\n`,
    })
    const damaged = join(folder, 'damaged.db')
    await writeFile(damaged, `SQLite format 4${'\0'.repeat(100)}`)
    expect(await audit('verify', damaged)).toEqual({
      code: 2,
      text: `${damaged} is neither an export nor a till's database, or its beginning is damaged\n`,
    })
    expect(await audit('verify', 'postgres://a:b@127.0.0.1:1/pharmacy')).toEqual({
      code: 2,
      text: 'the database 127.0.0.1:1/pharmacy cannot be reached: connect ECONNREFUSED 127.0.0.1:1\n',
    })
    expect(await audit('verify', '--nope')).toEqual({
      code: 2,
      text: "Unknown option '--nope': see npm run audit -- --help.\n",
    })
    expect((await audit('--help')).code).toBe(0)
  })
})
