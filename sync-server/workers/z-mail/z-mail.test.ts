import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Minor } from '../../../domain/money.ts'
import { readClosing } from '../../journal/closing.ts'
import { TestJournal } from '../../journal/test-journal.ts'
import { addDevice, deviceToken, send, signIn, startTestServer, type TestServer } from '../../test-server.ts'
import { type Mail, resendOutbox } from './outbox.ts'
import { readZ, type ZReport } from './read-z.ts'
import { zMailTasks } from './tasks.ts'
import { linesOf, zPdf } from './z-pdf.ts'

let server: TestServer
let journal: TestJournal

beforeAll(async () => {
  server = await startTestServer()
  journal = new TestJournal(await addDevice(server), server.organisation)
})
afterAll(() => server?.stop())

const Z: ZReport = {
  zNumber: 1,
  businessDate: '2026-03-02',
  currency: 'EUR',
  openedAt: '2026-03-02T08:00:00.000Z',
  closedAt: '2026-03-02T18:00:00.000Z',
  openedBy: null,
  closedBy: null,
  witness: null,
  reason: null,
  float: 10_000,
  movements: [],
  slips: [],
  readings: 0,
  handovers: 0,
  overnight: false,
  completed: false,
  elsewhere: false,
  branchName: '',
  address: '',
  city: '',
  vatNumber: '',
  timeZone: 'Europe/Paris',
  registerName: '',
  counts: [],
  counted: 10_000 as Minor,
  expected: 10_000 as Minor,
  variance: 0 as Minor,
  saleCount: 0,
  firstReceipt: null,
  lastReceipt: null,
  grossTotal: 0 as Minor,
  taxes: [],
  tenders: [],
  perpetualTotal: 0 as Minor,
}

const mailDir = () => join(server.dataDir, 'mail')
const mails = () => readdir(mailDir()).catch(() => [])
const sweep = () => sql`select graphile_worker.add_job('z-mail:sweep')`.execute(server.db)
const queued = () => server.db.selectFrom('z_mail').selectAll().execute()
const setAddress = (address: string) =>
  server.db
    .updateTable('branch')
    .set({ z_mail: address })
    .where('id', '=', server.organisation.branchId)
    .execute()

/** A drawer with a float of 100.00, a sale of 12.50, and a count that is `short` short. */
async function day(short: number): Promise<string> {
  const at = () => new Date().toISOString()
  const opened = journal.append({ ...journal.opened(10_000), at: at() })
  const { sessionId } = journal.place()
  const sold = journal.append({ ...journal.sale(5), at: at() })
  const closed = journal.append({ ...journal.closed(11_250 - short, 11_250), at: at() })
  const { deviceId } = journal.device
  const body = { deviceId, events: [opened, sold, closed], pending: { events: 0, sales: 0, amount: 0 } }
  const answer = await send(server, '/v1/journal', { token: await deviceToken(journal.device), body })
  expect(answer.status).toBe(200)
  return sessionId
}

it('mails each Z once when its rows are there, as a PDF that says what the till closed with', async () => {
  await setAddress('z@pharmacie.example')
  const sessionId = await day(125)
  await sweep()
  await expect.poll(mails, { timeout: 20_000 }).toEqual([`z-${sessionId}.eml`])
  const mail = await readFile(join(mailDir(), `z-${sessionId}.eml`), 'utf8')
  expect(mail).toMatch(/^To: z@pharmacie\.example$/m)
  expect(mail).toMatch(/^Message-ID: <z-[0-9a-f-]{36}@pharmasaas>$/m)
  const pdf = Buffer.from(/filename=z-1\.pdf\r?\n\r?\n([\s\S]*?)\r?\n--/.exec(mail)?.[1] ?? '', 'base64')
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
  await expect.poll(async () => (await queued())[0]?.sent_at, { timeout: 20_000 }).toBeTruthy()

  await sweep()
  await sweep()
  expect(await queued()).toHaveLength(1)
  const token = await signIn(server, 'head_office')
  const drawer = await send(server, `/v1/cash-sessions/${sessionId}`, { token })
  expect(await drawer.json()).toMatchObject({ mail: { address: 'z@pharmacie.example', lastError: null } })
})

it('draws the same file of the same report, with its own font and text that can be searched', async () => {
  const [session] = await queued()
  const z = await readZ(server.db, session?.session_id ?? '')
  if (!z) throw new Error('no Z')
  expect(z).toMatchObject({ zNumber: 1, saleCount: 1, counted: 11_125, variance: -125 })
  const [one, two] = [await zPdf(z, 'fr'), await zPdf(z, 'fr')]
  expect(one.equals(two)).toBe(true)
  const file = one.toString('latin1')
  expect(file).toMatch(/\/FontFile2? /)
  expect(file).toContain('/ToUnicode')
})

it('says what the till closed with, not what came later, and all that its paper says', async () => {
  const sessionId = journal.place().sessionId
  const before = await readZ(server.db, sessionId)
  // A sale that comes late: 5 packs more in the rows, and not on the Z.
  const late = journal.append({ ...journal.sale(5), at: new Date().toISOString() })
  const body = {
    deviceId: journal.device.deviceId,
    events: [late],
    pending: { events: 0, sales: 0, amount: 0 },
  }
  await send(server, '/v1/journal', { token: await deviceToken(journal.device), body })
  const z = await readZ(server.db, sessionId)
  expect({ ...z, movements: [] }).toEqual({ ...before, movements: [] })
  if (!z) throw new Error('no Z')
  // A closing that another device's journal carried here has no event of its own: its rows say what they can.
  const session = await server.db
    .selectFrom('cash_session')
    .selectAll()
    .where('id', '=', sessionId)
    .executeTakeFirstOrThrow()
  const carried = await readClosing(server.db, { ...session, closed_at: '2026-01-01T00:00:00.000Z' })
  const [cash] = carried?.tenders ?? []
  expect(carried).toMatchObject({ counted: 11_125, variance: -125, saleCount: 1, counts: z.counts })
  expect(cash).toEqual({ kind: 'cash', count: cash?.count, amount: 1250 * (cash?.count ?? 0) })
  const lines = linesOf(z, 'en').filter((line) => line !== null)
  for (const line of [
    ['€0.01 × 11125', '€111.25'],
    ['Counted', '€111.25'],
    ['Expected in the drawer', '€112.50'],
    ['Difference', '-€1.25'],
    ['Receipts', '1 – 1'],
  ]) {
    expect(lines).toContainEqual(line)
  }
})

it('is a file of the console, for who may see that branch', async () => {
  const path = `/v1/cash-sessions/${journal.place().sessionId}/z.pdf`
  const file = await send(server, path, { token: await signIn(server, 'branch_manager') })
  expect([file.status, file.headers.get('content-type')]).toEqual([200, 'application/pdf'])
  expect(
    Buffer.from(await file.arrayBuffer())
      .subarray(0, 5)
      .toString(),
  ).toBe('%PDF-')
  expect((await send(server, path, {})).status).toBe(401)
})

it('tells slips that do not agree, the first count, who confirmed it, and a drawer of another till', () => {
  const minor = (amount: number) => amount as Minor
  const z: ZReport = {
    ...Z,
    firstCounted: minor(9_000),
    witness: 'Camille Roy',
    elsewhere: true,
    slips: [{ kind: 'card', counted: minor(5_341), expected: minor(341), difference: minor(5_000) }],
    refunds: {
      count: 1,
      total: minor(116),
      taxes: [],
      tenders: [{ kind: 'card', count: 1, amount: minor(116) }],
    },
  }
  const lines = linesOf(z, 'en')
  for (const line of [
    ['Closed at another workstation', ''],
    ['First count', '€90.00'],
    ['Slips: Card', '€53.41'],
    ['taken €3.41, Difference', '+€50.00'],
    ['Confirmed by', 'Camille Roy'],
    ['Given back (1)', '-€1.16'],
    ['Card (1)', '-€1.16'],
  ]) {
    expect(lines).toContainEqual(line)
  }
})

it('tries again what was not taken, says so meanwhile, and sends nothing twice', async () => {
  const taken: Mail[] = []
  let open = false
  const tasks = zMailTasks({
    db: server.db,
    from: 'till@pharmacie.example',
    locale: 'de',
    now: Date.now,
    log: () => {},
    outbox: async (mail) => {
      if (!open) throw new Error('the line is down')
      taken.push(mail)
    },
  })
  // As it stands when it was queued: this one's outbox is the test's.
  const id = journal.place().sessionId
  await server.db.updateTable('z_mail').set({ sent_at: null, address: 'z@x.example' }).execute()
  const run = () => Promise.resolve(tasks['z-mail:send']?.({ id }, null as never))
  await expect(run()).rejects.toThrow('the line is down')
  const row = () =>
    server.db.selectFrom('z_mail').selectAll().where('session_id', '=', id).executeTakeFirstOrThrow()
  expect(await row()).toMatchObject({ sent_at: null, last_error: 'the line is down' })
  open = true
  await run()
  await run()
  expect(taken.map(({ to, subject }) => [to, subject.slice(0, 11)])).toEqual([['z@x.example', 'Z-Bericht 1']])
  expect(await row()).toMatchObject({ last_error: null, sent_at: expect.any(String) })
})

it('asks Resend with a key of its own for each mail, and tells what it said', async () => {
  const asked: { url: unknown; init: RequestInit }[] = []
  const answers = [new Response('{}'), new Response('no such domain', { status: 403 })]
  const outbox = resendOutbox('re_test', async (url, init) => {
    asked.push({ url, init: init as RequestInit })
    return answers.shift() as Response
  })
  const mail = {
    key: 'z-1',
    from: 'a@x.example',
    to: 'b@x.example',
    subject: 'Z 1',
    text: 'see',
    date: new Date(0),
    attachment: { filename: 'z-1.pdf', content: Buffer.from('pdf') },
  }
  await outbox(mail)
  expect(asked[0]).toMatchObject({
    url: 'https://api.resend.com/emails',
    init: { method: 'POST', headers: { authorization: 'Bearer re_test', 'idempotency-key': 'z-1' } },
  })
  expect(JSON.parse(String(asked[0]?.init.body))).toMatchObject({
    to: ['b@x.example'],
    attachments: [{ filename: 'z-1.pdf', content: 'cGRm' }],
  })
  await expect(outbox(mail)).rejects.toThrow('Resend did not take the mail (403): no such domain')
})

it('tells all that was sold of a drawer that was closed while its till still loaded what came before', async () => {
  const journal = new TestJournal(await addDevice(server), server.organisation)
  const at = () => new Date().toISOString()
  const facts = [journal.opened(10_000), journal.sale(5), journal.sale(2)]
  const [opened, before, own] = facts.map((fact) => journal.append({ ...fact, at: at() }))
  const closing = journal.closed(11_750, 11_750)
  // The till knew of the second sale alone, 5.00 of 17.50; the cash, 100.00 and both, is whole.
  const known = { zNumber: 2, saleCount: 1, grossTotal: 500, partial: true }
  const slips = { countedTenders: [{ kind: 'card', amount: 300 }] }
  const payload = { ...(closing.payload as object), ...known, ...slips }
  const closed = journal.append({ ...closing, payload, at: at() })
  const { deviceId } = journal.device
  const events = [opened, before, own, closed]
  const body = { deviceId, events, pending: { events: 0, sales: 0, amount: 0 } }
  await send(server, '/v1/journal', { token: await deviceToken(journal.device), body })
  const z = await readZ(server.db, journal.sessionId)
  if (!z) throw new Error('no Z')
  expect(z).toMatchObject({ completed: true, saleCount: 2, grossTotal: 1750, expected: 11_750, variance: 0 })
  expect(z.tenders).toEqual([{ kind: 'cash', count: 2, amount: 1750 }])
  // Nothing was taken by card, which head office knows and its till did not.
  expect(z.slips).toMatchObject([{ kind: 'card', counted: 300, expected: 0, difference: 300 }])
  expect(linesOf(z, 'en')).toContainEqual([
    'Closed while earlier sales were loading; they are included here',
    '',
  ])
  const token = await signIn(server, 'head_office')
  const drawer = await send(server, `/v1/cash-sessions/${journal.sessionId}`, { token })
  expect(await drawer.json()).toMatchObject({ completed: true, grossTotal: 1750 })
})
