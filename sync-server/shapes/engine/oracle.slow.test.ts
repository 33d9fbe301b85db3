import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyMessages, readToEnd, startTestEngine, type TestEngine, until } from '../testing.ts'

/** Postgres itself is the oracle: whatever was written, a shape's rows are those of `SELECT … WHERE`. */
let t: TestEngine

beforeAll(async () => {
  t = await startTestEngine({ segmentBytes: 256 * 1024, chunkBytes: 20_000 })
  await t.sql.query(
    'CREATE TABLE fact (id int PRIMARY KEY, a int, b text, c bool, d numeric, u uuid, at timestamptz, ch char(4), pad text)',
  )
})

afterAll(() => t?.stop())

const SEED = Number(process.env.SHAPES_SEED ?? Date.now() % 1_000_000)
const UUIDS = ['00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002']

const nullable = <T>(...values: T[]) => fc.constantFrom(null, ...values)
const id = fc.integer({ min: 1, max: 40 })
const row = fc.tuple(
  nullable(1, 2, 3),
  nullable('x', 'y', '', 'it\'s \\ "q" /é😀'),
  nullable(true, false),
  nullable('1', '1.0', '1.50', '-2'),
  nullable(...UUIDS),
  nullable('2026-01-02 03:04:05+00', '2026-01-02 04:04:05+01', '2026-06-01 00:00:00.5+00'),
  nullable('ab', 'ab  ', 'cd'),
)

/** One statement of a transaction; `big` rows are TOASTed. */
const statement = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('put' as const), id, row, big: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('set' as const), id, row }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), id }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rekey' as const), id, to: id }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('undone' as const), id }) },
)
const transaction = fc.record({
  statements: fc.array(statement, { minLength: 1, maxLength: 8 }),
  commit: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
})

async function run(client: pg.Client, step: typeof statement extends fc.Arbitrary<infer T> ? T : never) {
  switch (step.kind) {
    case 'put':
      return client.query(
        `INSERT INTO fact VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE WHEN $9 THEN
           (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 200) i) END)
         ON CONFLICT (id) DO UPDATE SET (a, b, c, d, u, at, ch) = ROW (excluded.a, excluded.b, excluded.c, excluded.d,
           excluded.u, excluded.at, excluded.ch)`,
        [step.id, ...step.row, step.big],
      )
    case 'set':
      return client.query(
        'UPDATE fact SET (a, b, c, d, u, at, ch) = ROW ($2, $3, $4, $5, $6, $7, $8) WHERE id = $1',
        [step.id, ...step.row],
      )
    case 'delete':
      return client.query('DELETE FROM fact WHERE id = $1', [step.id])
    case 'rekey':
      return client.query(
        'UPDATE fact SET id = $2 WHERE id = $1 AND NOT EXISTS (SELECT FROM fact WHERE id = $2)',
        [step.id, step.to],
      )
    case 'undone':
      return client.query(`SAVEPOINT s; DELETE FROM fact WHERE id = ${step.id}; ROLLBACK TO s`)
  }
}

/** Runs transactions one after another; a conflict with another writer undoes the one it hit. */
async function write(
  transactions: readonly { statements: readonly Parameters<typeof run>[1][]; commit: boolean }[],
) {
  const client = new pg.Client(t.postgres.url)
  await client.connect()
  for (const { statements, commit } of transactions) {
    await client.query('BEGIN')
    try {
      for (const step of statements) await run(client, step)
      await client.query(commit ? 'COMMIT' : 'ROLLBACK')
    } catch {
      await client.query('ROLLBACK')
    }
  }
  await client.end()
}

const TERMS = [
  'a = 1',
  'a IN (1, 3)',
  'a IS NULL',
  'a IS NOT NULL',
  'a IN (2, NULL)',
  'a = 2.0',
  "b = ''",
  "b IN ('x', 'it''s \\ \"q\" /é😀')",
  'b IS NULL',
  'c',
  'c = false',
  'd = 1',
  'd IN (1.5, -2.00)',
  `u = '${UUIDS[0]}'`,
  "at = '2026-01-02T03:04:05Z'",
  "ch = 'ab'",
  '1 = 1.0',
  "'x' = 'y'",
]

/** Clauses that single out no row, so that each reading is of a new shape. */
let fresh = 0
const freshTerm = () =>
  `id IN (${[...Array.from({ length: 60 }, (_, i) => i + 1), 1000 + fresh++].join(', ')})`

const COLUMNS = ['a', 'at', 'b', 'c', 'ch', 'd', 'id', 'pad', 'u']

async function expected(where: string): Promise<Record<string, string | null>[]> {
  const texts = COLUMNS.map((name) => `format('%s', ${name}) AS ${name}, ${name} IS NULL AS ${name}_null`)
  const { rows } = await t.sql.query(`SELECT ${texts.join(', ')} FROM fact WHERE ${where} ORDER BY fact.id`)
  return rows.map((row) =>
    Object.fromEntries(COLUMNS.map((name) => [name, row[`${name}_null`] ? null : (row[name] as string)])),
  )
}

/** Snapshots write booleans as true and false, the log as t and f. */
function normalise(rows: Iterable<Record<string, string | null>>): Record<string, string | null>[] {
  const sorted: Record<string, string | null>[] = [...rows].map((row) => ({
    ...row,
    c: row.c?.slice(0, 1) ?? null,
  }))
  return sorted.sort((x, y) => Number(x.id) - Number(y.id))
}

type Place = { handle: string; offset: string }

/** A client that keeps what it has read, and refuses anything it cannot apply. */
class Replica {
  readonly where: string
  readonly rows = new Map<string, Record<string, string | null>>()
  place: Place | undefined

  constructor(where: string) {
    this.where = where
  }

  async read(): Promise<string> {
    const { messages, handle, offset, lsn } = await readToEnd(
      t,
      { table: 'fact', where: this.where },
      this.place,
    )
    applyMessages(messages, this.rows)
    this.place = { handle, offset }
    return lsn
  }
}

describe(`shapes against SELECT … WHERE (SHAPES_SEED=${SEED})`, () => {
  it('agree whatever is written, by shapes old and begun amid the writing', async () => {
    const replicas = TERMS.flatMap((term, i) => [
      new Replica(term),
      new Replica(`${term} AND ${TERMS[(i * 7 + 3) % TERMS.length]}`),
    ])
    const [batches = []] = fc.sample(
      fc.array(
        fc.tuple(...Array.from({ length: 3 }, () => fc.array(transaction, { minLength: 40, maxLength: 60 }))),
        {
          minLength: 15,
          maxLength: 15,
        },
      ),
      { seed: SEED, numRuns: 1 },
    )
    for (const batch of batches) {
      const writing = Promise.all(batch.map(write))
      for (let i = 0; i < 3; i++)
        replicas.push(new Replica(`${TERMS[fresh % TERMS.length]} AND ${freshTerm()}`))
      for (let i = 0; i < 3; i++) await Promise.all(replicas.slice(-20).map((replica) => replica.read()))
      await writing
    }
    await t.sql.query('CREATE TABLE IF NOT EXISTS mark (id int PRIMARY KEY)')
    const mark = await readToEnd(t, { table: 'mark' })
    await t.sql.query('INSERT INTO mark VALUES (1)')
    await until(async () => (await readToEnd(t, { table: 'mark' }, mark)).messages.length > 1)
    for (const replica of replicas) {
      await replica.read()
      const want = await expected(replica.where)
      expect({ where: replica.where, rows: normalise(replica.rows.values()) }).toEqual({
        where: replica.where,
        rows: want,
      })
    }
    expect(t.events.filter(({ level }) => level !== 'info')).toEqual([])
  })
})
