import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type Message, startTestEngine, type TestEngine, until } from '../testing.ts'

/**
 * Replays what a real Electric (1.7.12) was asked, and compares the answers: status, headers, every message and every
 * error text. Handles, LSNs and transaction ids differ from run to run, so each recorded one is tied to ours at its
 * first sight and must stay so.
 */
interface Step {
  seq: number
  scenario: string
  note: string | null
  sql?: string[]
  together?: boolean
  method?: string
  query?: Record<string, string>
  path?: string
  body?: string
  headers?: Record<string, string>
  elapsedMs?: number
  answer?: { status: number; headers: Record<string, string>; body: string }
}

const STEPS = readFileSync(join(import.meta.dirname, 'fixtures', 'electric-exchanges.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Step)

/**
 * How long a live request waits for what is written meanwhile. Four steps wait for nothing and take this long; to all
 * others a busy machine must bring the change before.
 */
const LONG_POLL_MS = 8000

/** Comparing tables with the catalogue would end an altered shape whose live client was recorded to be held. */
const NEVER_MS = 24 * 3_600_000

/** Answers 400 to what Electric answers so too, and names the same parameter, in other words. */
const OTHER_WORDS = new Set([96, 144, 154])

const TABLES = `
  create type mood as enum ('sad','ok','happy');
  create domain posint as int check (value > 0);
  create table all_types (id int primary key, si smallint, big bigint, num numeric(20,5), num_any numeric, r real,
    d double precision, txt text, vc varchar(20), ch char(5), flag boolean, ts timestamp, tstz timestamptz,
    ts3 timestamptz(3), dt date, tm time, tmz timetz, iv interval, js json, jsb jsonb, bin bytea, uid uuid, m mood,
    dom posint, ints int[], grid int[][], txts text[], moods mood[], stamps timestamptz[], inet4 inet, bits bit(4),
    rng int4range, pt point, nn text not null default 'x');
  create table projects (id int primary key, name text not null, active boolean not null default true);
  insert into projects values (1,'p1',true), (2,'p2',false);
  create table items (id int primary key, title text not null, status text, priority int,
    created_at timestamptz not null default '2026-01-01 00:00:00+00', project_id int);
  insert into items(id,title,status,priority,project_id) values (1,'one','open',1,1), (2,'two','open',3,2), (3,'three','closed',5,1);
  create view items_view as select * from items;
  create table lines (item_id int, sku text, qty int not null, primary key (item_id, sku));
  insert into lines values (1,'a/b',2), (1,'a"b',3), (2,'',1);
  create table nokey (a int, b text);
  insert into nokey values (1,'x'), (1,'x'), (null,'y'), (2,null);
  create table "Weird Table" ("Id" int primary key, "col ""q""" text, "select" int);
  insert into "Weird Table" values (1,'v',2);
  create table gen (id int primary key, a int, b int generated always as (a*2) stored, idn int generated always as identity);
  create table doc (id int primary key, big text, n int);
  create table parted (id int, k int, v text, primary key (id,k));
  create table trunc_me (id int primary key, v text); insert into trunc_me values (1,'a');
  create table alter_me (id int primary key, v text); insert into alter_me values (1,'a');
`

/** Ties each recorded value to ours, both ways; but one handle of ours may stand for two wheres that mean the same. */
class Ties {
  readonly #ours = new Map<string, string>()
  readonly #theirs = new Map<string, string>()

  tie(kind: string, theirs: string, ours: string): void {
    const [a, b] = [`${kind} ${theirs}`, `${kind} ${ours}`]
    expect({ [a]: this.#ours.get(a) ?? ours }).toEqual({ [a]: ours })
    if (kind !== 'handle') expect({ [b]: this.#theirs.get(b) ?? theirs }).toEqual({ [b]: theirs })
    this.#ours.set(a, ours)
    this.#theirs.set(b, theirs)
  }

  ours(kind: string, theirs: string): string | undefined {
    return this.#ours.get(`${kind} ${theirs}`)
  }
}

const ties = new Ties()

const isOffset = (text: string) => /^\d+_(\d+|inf)$/.test(text)

function tieOffset(theirs: string, ours: string): void {
  if (!isOffset(theirs)) {
    expect(ours).toBe(theirs)
    return
  }
  const [theirLsn = '', theirOp] = theirs.split('_')
  const [ourLsn = '', ourOp] = ours.split('_')
  expect(`${theirs} is ${ourOp}`).toBe(`${theirs} is ${theirOp}`)
  if (theirLsn === '0') expect(ourLsn).toBe('0')
  else ties.tie('lsn', theirLsn, ourLsn)
}

function ourQuery(query: Record<string, string>): Record<string, string> {
  const entries = Object.entries(query).map(([name, value]) => {
    if (name === 'handle') return [name, ties.ours('handle', value) ?? value]
    if (name !== 'offset' || !isOffset(value)) return [name, value]
    const [lsn = '', op] = value.split('_')
    return [name, `${ties.ours('lsn', lsn) ?? lsn}_${op}`]
  })
  return Object.fromEntries(entries) as Record<string, string>
}

function compareMessage(theirs: Message, ours: Message | undefined): void {
  const { lsn, txids, global_last_seen_lsn: seen, xmin, xmax, xip_list: xip, ...headers } = theirs.headers
  expect({ ...ours, headers: undefined }).toEqual({ ...theirs, headers: undefined })
  expect(ours?.headers).toMatchObject(headers)
  expect(Object.keys(ours?.headers ?? {}).sort()).toEqual(Object.keys(theirs.headers).sort())
  if (lsn) ties.tie('lsn', String(lsn), String(ours?.headers.lsn))
  if (txids) ties.tie('xid', String(txids), String(ours?.headers.txids))
  const known = seen && ties.ours('lsn', String(seen))
  if (known) expect(`up to ${ours?.headers.global_last_seen_lsn}`).toBe(`up to ${known}`)
  if (xip) expect(ours?.headers.xip_list).toEqual(xip)
  expect([typeof ours?.headers.xmin, typeof ours?.headers.xmax]).toEqual([typeof xmin, typeof xmax])
}

/** Rows of a snapshot come in the table's own order, which a vacuum may change. */
const inKeyOrder = (messages: Message[]) =>
  messages.some(({ headers }) => headers.control === 'snapshot-end')
    ? [...messages].sort((a, b) => ((a.key ?? '~') < (b.key ?? '~') ? -1 : 1))
    : messages

interface Subset {
  metadata: Record<string, unknown>
  data: Message[]
}

/** Rows of a subset: each with the snapshot's mark, which is drawn by lot; in no order unless one was asked for. */
function compareSubset(step: Step, theirs: Subset, ours: Subset): void {
  expect(Object.keys(ours.metadata)).toEqual(Object.keys(theirs.metadata))
  const ordered = JSON.stringify([step.query, step.body]).includes('order_by')
  const rows = ({ data, metadata }: Subset) => {
    const marked = data.map((row) => ({ ...row, mark: row.headers.snapshot_mark === metadata.snapshot_mark }))
    const plain = marked.map(({ headers, ...row }) => ({ ...row, headers: { ...headers, snapshot_mark: 0 } }))
    return ordered ? plain : plain.sort((a, b) => ((a.key ?? '') < (b.key ?? '') ? -1 : 1))
  }
  expect(rows(ours)).toEqual(rows(theirs))
}

/** The messages of an event stream, as an answer would hold them. */
const asMessages = (text: string) =>
  text.startsWith('data: ')
    ? `[${text
        .trimEnd()
        .split('\n\n')
        .map((event) => event.slice(6))
        .join(',')}]`
    : text

function compareBody(step: Step, answer: Answer): void {
  const theirs = asMessages(step.answer?.body ?? '')
  const text = asMessages(answer.text)
  const ours = text === answer.text ? answer : { ...answer, text, messages: JSON.parse(text) as Message[] }
  if (theirs.startsWith('{"metadata"')) {
    compareSubset(step, JSON.parse(theirs) as Subset, JSON.parse(ours.text) as Subset)
    return
  }
  if (OTHER_WORDS.has(step.seq)) {
    const fields = (text: string) =>
      Object.keys((JSON.parse(text) as { errors?: object }).errors ?? JSON.parse(text))
    expect(fields(ours.text)).toEqual(fields(theirs))
    return
  }
  if (!theirs.startsWith('[')) {
    expect(ours.text).toBe(theirs)
    return
  }
  const messages = inKeyOrder(JSON.parse(theirs) as Message[])
  const mine = inKeyOrder(ours.messages)
  expect(mine.map(({ key, headers }) => key ?? headers.control)).toEqual(
    messages.map(({ key, headers }) => key ?? headers.control),
  )
  messages.forEach((message, i) => {
    compareMessage(message, mine[i])
  })
}

function compareHeaders(step: Step, ours: Answer): void {
  const theirs = { ...step.answer?.headers }
  const {
    etag = '',
    'electric-handle': handle,
    'electric-offset': offset,
    'electric-schema': schema,
  } = theirs
  if (handle) ties.tie('handle', handle, ours.handle)
  if (offset) tieOffset(offset, ours.offset)
  if (schema) expect(JSON.parse(ours.headers.get('electric-schema') ?? '')).toEqual(JSON.parse(schema))
  if (etag && offset) {
    const asked = ourQuery(step.query ?? {}).offset
    expect(ours.headers.get('etag')).toMatch(
      new RegExp(`^"${ours.handle}:${asked}:${ours.offset}${etag.split(':').length > 3 ? ':\\d+' : ''}"$`),
    )
  }
  const names = Object.keys(theirs)
  const ourNames = [...ours.headers.keys()].filter((name) =>
    /^(cache|surrogate|etag|electric-(?!server)|retry)/.test(name),
  )
  expect(ourNames.sort()).toEqual(names.filter((name) => name !== 'content-type').sort())
  for (const name of [
    'cache-control',
    'surrogate-control',
    'electric-up-to-date',
    'electric-has-data',
    'content-type',
  ]) {
    if (theirs[name] !== undefined)
      expect(`${name}: ${ours.headers.get(name)?.toLowerCase()}`).toBe(`${name}: ${theirs[name]}`)
  }
}

let t: TestEngine

async function write({ sql = [], together }: Step): Promise<void> {
  if (together && !sql.includes('begin'))
    return void (await t.sql.query(['BEGIN', ...sql, 'COMMIT'].join(';')))
  for (const statement of sql) await t.sql.query(statement)
}

async function fillAllTypes(): Promise<void> {
  const snapshot = STEPS.find(({ answer }) => answer?.body.includes('\\"all_types\\"'))
  for (const { value } of JSON.parse(snapshot?.answer?.body ?? '[]') as Message[]) {
    if (!value) continue
    const names = Object.keys(value)
    const values = names.map((name) =>
      value[name] === null ? 'NULL' : t.sql.escapeLiteral(value[name] ?? ''),
    )
    await t.sql.query(`INSERT INTO all_types (${names.join(', ')}) VALUES (${values.join(', ')})`)
  }
}

beforeAll(async () => {
  t = await startTestEngine({ longPollMs: LONG_POLL_MS, catalogueCheckMs: NEVER_MS })
  await t.sql.query(TABLES)
  await fillAllTypes()
})

afterAll(() => t?.stop())

const send = (step: Step) =>
  t.get(ourQuery(step.query ?? {}), {
    method: step.method ?? 'GET',
    headers: ourHeaders(step.headers),
    ...(step.body === undefined ? {} : { body: step.body }),
  })

/** Sends the request and writes while it waits, as it was recorded. */
async function sendLive(step: Step, writes: readonly Step[]): Promise<Answer> {
  const live = send(step)
  await until(async () => (await t.engine().health()).waitingClients > 0, LONG_POLL_MS)
  for (const sql of writes) await write(sql)
  return live
}

/** Writes, then sends the request; again while what was written has not yet come through replication. */
async function sendAfter(step: Step, writes: readonly Step[]): Promise<Answer> {
  for (const sql of writes) await write(sql)
  let answer = await send(step)
  if (writes.length === 0) return answer
  const op = step.answer?.headers['electric-offset']?.split('_')[1]
  const messages = step.answer?.body.startsWith('[') ? (JSON.parse(step.answer.body) as Message[]).length : 0
  const isBehind = () => answer.offset.split('_')[1] !== op || answer.messages.length < messages
  await until(async () => {
    if (isBehind()) answer = await send(step)
    return !isBehind()
  }, 60_000).catch(() => undefined)
  return answer
}

function ourHeaders(headers: Record<string, string> = {}): Record<string, string> {
  const etag = headers['if-none-match']
  if (!etag) return headers
  const [, weak = '', quote = '', handle = '', rest = ''] = /^(W\/)?("?)([^:"]+):([^"]*)/.exec(etag) ?? []
  return { 'if-none-match': `${weak}${quote}${ties.ours('handle', handle) ?? handle}:${rest}${quote}` }
}

describe('what a real Electric answered', () => {
  let writes: Step[] = []
  for (const step of STEPS) {
    if (step.sql) {
      it(`${step.scenario} ${step.seq}: ${step.sql.join('; ').slice(0, 80)}`, () => {
        writes.push(step)
      })
      continue
    }
    it(`${step.scenario} ${step.seq}: ${step.note}`, async () => {
      const due = writes
      writes = []
      const whileWaiting = step.query?.live !== undefined && (step.elapsedMs ?? 0) > 600
      const answer = await (whileWaiting ? sendLive : sendAfter)(step, due)
      expect(answer.status).toBe(step.answer?.status)
      if (answer.status !== 304) compareBody(step, answer)
      compareHeaders(step, answer)
    })
  }
})
