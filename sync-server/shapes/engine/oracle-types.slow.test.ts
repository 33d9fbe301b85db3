import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  askedShapes,
  COLUMNS,
  KEYS,
  keyTable,
  LARGE,
  LARGE_SQL,
  literal,
  makeTables,
  nameOf,
  WIDE,
} from '../oracle-cases.ts'
import { type AskedShape, expectedSql, quoted, type Row, ShapeReplica } from '../oracle-replica.ts'
import { startTestEngine, type TestEngine, until } from '../testing.ts'

/**
 * Postgres as the oracle for every type: rows of all of them, keys of all of them, names of all sorts, with large values
 * that an update leaves alone, while tables are emptied and altered.
 */
const SEED = Number(process.env.SHAPES_SEED ?? Date.now() % 1_000_000)

/** Of all shapes a seed chooses so many; and the transactions of each of three writers, between two alterations. */
const SHAPES = 45
const WRITTEN = 25

let t: TestEngine

beforeAll(async () => {
  t = await startTestEngine({ segmentBytes: 512 * 1024, chunkBytes: 50_000, catalogueCheckMs: 150 })
  await makeTables(t.sql)
})

afterAll(() => t?.stop())

const id = fc.integer({ min: 1, max: 30 })
const anyOf = (key: string) => fc.constantFrom(null, ...(COLUMNS[key]?.values ?? []))
const keyOf = (key: string) => fc.constantFrom(...(COLUMNS[key]?.values ?? [])).map(literal)
const columnKey = fc.constantFrom(...Object.keys(COLUMNS))
const setting = columnKey.chain((key) =>
  anyOf(key).map((value) => `${quoted(nameOf(key))} = ${literal(value)}`),
)
const largeSetting = fc
  .tuple(fc.constantFrom(...LARGE), fc.integer({ min: 1, max: 9 }))
  .map(([name, n]) => `${name} = ${LARGE_SQL[name]?.replaceAll('$n', String(n))}`)
const distinct = (settings: readonly string[]) =>
  [...new Map(settings.map((text) => [text.split(' = ')[0], text])).values()].join(', ')

const wholeRow = fc.tuple(...Object.keys(COLUMNS).map(anyOf)).map((row) => row.map(literal).join(', '))
const wide = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(id, wholeRow, fc.integer({ min: 1, max: 9 }))
      .map(
        ([i, row, n]) =>
          `INSERT INTO ${WIDE} VALUES (${i}, ${LARGE.map((name) => LARGE_SQL[name]?.replaceAll('$n', String(n))).join(', ')}, ${row}) ON CONFLICT DO NOTHING`,
      ),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(id, fc.array(setting, { minLength: 1, maxLength: 5 }))
      .map(([i, settings]) => `UPDATE ${WIDE} SET ${distinct(settings)} WHERE id = ${i}`),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(id, largeSetting).map(([i, text]) => `UPDATE ${WIDE} SET ${text} WHERE id = ${i}`),
  },
  { weight: 1, arbitrary: id.map((i) => `DELETE FROM ${WIDE} WHERE id = ${i}`) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(id, id)
      .map(
        ([i, to]) =>
          `UPDATE ${WIDE} SET id = ${to} WHERE id = ${i} AND NOT EXISTS (SELECT FROM ${WIDE} WHERE id = ${to})`,
      ),
  },
)

const n = fc.integer({ min: 0, max: 3 })
const keyed = fc.constantFrom(...KEYS).chain((key) => {
  const [table, k] = [keyTable(key), keyOf(key)]
  return fc.oneof(
    fc
      .tuple(k, n)
      .map(
        ([a, v]) =>
          `INSERT INTO ${table} VALUES (${a}, ${v}, ${LARGE_SQL.large_text?.replaceAll('$n', '3')}) ON CONFLICT DO NOTHING`,
      ),
    fc.tuple(k, n).map(([a, v]) => `UPDATE ${table} SET v = ${v} WHERE k = ${a}`),
    // Also to a key that is equal and printed otherwise.
    fc
      .tuple(k, k)
      .map(
        ([a, b]) =>
          `UPDATE ${table} SET k = ${b} WHERE k = ${a} AND (k = ${b} OR NOT EXISTS (SELECT FROM ${table} WHERE k = ${b}))`,
      ),
    k.map((a) => `DELETE FROM ${table} WHERE k = ${a}`),
  )
})
const composite = fc.oneof(
  fc
    .tuple(keyOf('at'), n, keyOf('kind'), keyOf('u'), keyOf('txt'))
    .map((row) => `INSERT INTO composite VALUES (${row.join(', ')}) ON CONFLICT DO NOTHING`),
  fc
    .tuple(keyOf('kind'), keyOf('kind'), n)
    .map(([a, b, v]) => `UPDATE composite SET kind = ${b}, v = ${v} WHERE kind = ${a} AND v = ${v}`),
  fc.tuple(keyOf('txt'), n).map(([a, v]) => `DELETE FROM composite WHERE txt = ${a} AND v = ${v}`),
)
const large = n.map(
  (v) =>
    `INSERT INTO altered (id, a) SELECT i, ${v} FROM generate_series(100, 700) i ON CONFLICT (id) DO UPDATE SET a = altered.a + 1`,
)
const change = fc.oneof(
  { weight: 5, arbitrary: wide },
  { weight: 4, arbitrary: keyed },
  { weight: 2, arbitrary: composite },
  {
    weight: 2,
    arbitrary: fc
      .tuple(id, n)
      .map(
        ([i, v]) => `INSERT INTO altered (id, a) VALUES (${i}, ${v}) ON CONFLICT (id) DO UPDATE SET a = ${v}`,
      ),
  },
)
const undone = change.map((text) => `SAVEPOINT s; ${text}; ROLLBACK TO s`)
const nested = change.map((text) => `SAVEPOINT s; ${text}; RELEASE s`)
const transaction = fc
  .tuple(
    fc.array(fc.oneof({ weight: 8, arbitrary: change }, undone, nested), { minLength: 1, maxLength: 6 }),
    fc.oneof({ weight: 9, arbitrary: fc.constant('COMMIT') }, fc.constant('ROLLBACK')),
  )
  .map(([changes, end]) => `BEGIN; ${changes.join('; ')}; ${end}`)

/** What is done to tables amid it all. */
const ALTERATIONS = [
  'TRUNCATE key_u, key_txt',
  `TRUNCATE ${WIDE}`,
  'ALTER TABLE altered ADD COLUMN extra text DEFAULT $$d$$',
  'ALTER TABLE altered ALTER w TYPE bigint',
  'ALTER TABLE altered RENAME b TO c',
  'ALTER TABLE altered ALTER w TYPE int USING coalesce(w, 0) + 1',
  'ALTER TABLE altered DROP COLUMN extra',
  'ALTER TABLE altered ALTER w TYPE int USING w * 10',
  'ALTER TABLE altered RENAME c TO b',
  'ALTER TABLE altered ADD COLUMN w2 int DEFAULT 5, DROP COLUMN w; ALTER TABLE altered RENAME w2 TO w',
  "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'; ALTER TYPE mood RENAME VALUE 'fine' TO 'ok'",
  'TRUNCATE altered',
  'DROP TABLE key_iv; CREATE TABLE key_iv (k interval PRIMARY KEY, v int, pad text)',
]

/** What Postgres tells nobody: `$t` is a table with a row, `$k` the type of its column `kind`. */
const SILENT = [
  'ALTER TABLE $t ALTER a TYPE int USING a * 10',
  'ALTER TABLE $t ADD COLUMN c text DEFAULT $$c$$; ALTER TABLE $t DROP COLUMN b; ALTER TABLE $t RENAME c TO b',
  "ALTER TYPE $k RENAME VALUE 'a' TO 'y'",
  'ALTER TABLE $t RENAME b TO c',
  'ALTER TABLE $t DROP COLUMN a',
  'ALTER PUBLICATION shape_engine DROP TABLE $t; UPDATE $t SET a = 2; ALTER PUBLICATION shape_engine ADD TABLE $t',
  "ALTER PUBLICATION shape_engine SET (publish = 'insert'); UPDATE $t SET a = 2; ALTER PUBLICATION shape_engine SET (publish = 'insert, update, delete, truncate')",
]

/** Each alone, one after another; a deadlock with another writer undoes what it hit. */
async function write(statements: readonly string[]): Promise<number> {
  const client = new pg.Client(t.postgres.url)
  await client.connect()
  let failed = 0
  for (const statement of statements) {
    await client.query(statement).catch(async (error: { code?: string; message: string }) => {
      // A deadlock, or a table that another has dropped or altered for now.
      if (!['40P01', '42P01', '23505', '42703'].includes(error.code ?? ''))
        throw new Error(`${error.message}: ${statement}`)
      failed++
      await client.query('ROLLBACK')
    })
  }
  await client.end()
  return failed
}

async function expectedRows(asked: AskedShape): Promise<Row[]> {
  const { rows: columns } = await t.sql.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
    [asked.table],
  )
  const { rows } = await t.sql.query<Row>(
    expectedSql(
      asked,
      columns.map(({ name }) => name),
    ),
  )
  return rows
}

const BOOLEANS: Readonly<Record<string, string>> = { true: 't', false: 'f' }
/** Snapshots write booleans as true and false, the log as t and f. */
const asText = (rows: Iterable<Row>, booleans: ReadonlySet<string>) =>
  [...rows]
    .map((row) =>
      Object.entries(row)
        .map(([name, value]) => `${name}=${booleans.has(name) ? (BOOLEANS[value ?? ''] ?? value) : value}`)
        .sort()
        .join('|'),
    )
    .sort()

/** Large values are told by their length and end. */
const readable = (rows: readonly string[]) =>
  rows.map((row) =>
    row.replaceAll(/[^|]{100,}/g, (value) => `${value.slice(0, 12)}…${value.length}…${value.slice(-8)}`),
  )

async function expectEqual(replica: ShapeReplica): Promise<void> {
  const booleans = new Set([nameOf('flag'), ...(replica.asked.table === 'key_flag' ? ['k'] : [])])
  const compare = async () => {
    await replica.read(t)
    const [got, want] = [
      asText(replica.rows.values(), booleans),
      asText(await expectedRows(replica.asked), booleans),
    ]
    return {
      missing: want.filter((row) => !got.includes(row)),
      unexpected: got.filter((row) => !want.includes(row)),
      rows: got.length - want.length,
    }
  }
  const isEqual = async () => {
    const { missing, unexpected, rows } = await compare()
    return missing.length + unexpected.length + rows === 0
  }
  // What was altered without a row of it having been changed is noticed when the engine looks.
  await until(isEqual, 2000).catch(() => undefined)
  const { missing, unexpected, rows } = await compare()
  expect({
    asked: replica.asked,
    missing: readable(missing),
    unexpected: readable(unexpected),
    rows,
  }).toEqual({ asked: replica.asked, missing: [], unexpected: [], rows: 0 })
}

describe(`shapes of every type against SELECT … WHERE (SHAPES_SEED=${SEED})`, () => {
  it('are refused where the log would not tell what a snapshot has', async () => {
    await t.sql.query('CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child () INHERITS (parent)')
    const statuses = [
      { table: WIDE, where: 'pair IS NOT NULL' },
      { table: WIDE, where: `"${nameOf('at')}"::text = 'x'` },
      { table: WIDE, where: "constructor = 'constructor'" },
      { table: 'parent', where: 'id = 1' },
    ].map(async (asked) => (await t.get({ ...asked, offset: '-1' })).status)
    expect(await Promise.all(statuses)).toEqual([400, 400, 400, 400])
  })

  it('end with what is done to a table without a change of a row', async () => {
    const read = await Promise.all(
      SILENT.map(async (alteration, i) => {
        const table = `silent_${i}`
        const replica = new ShapeReplica({ table })
        await t.sql.query(
          `CREATE TYPE kind_${i} AS ENUM ('a', 'z'); CREATE TABLE ${table} (id int PRIMARY KEY, a int, kind kind_${i}, b text);
           INSERT INTO ${table} VALUES (1, 1, 'a', 'b')`,
        )
        await replica.read(t)
        return { replica, alteration: alteration.replaceAll('$t', table).replaceAll('$k', `kind_${i}`) }
      }),
    )
    for (const { alteration } of read) await t.sql.query(alteration)
    for (const { replica } of read) await expectEqual(replica)
    t.events.length = 0
  })

  it('agree, whatever is written, altered and emptied', async () => {
    const [chosen = []] = fc.sample(
      fc.shuffledSubarray(askedShapes(), { minLength: SHAPES, maxLength: SHAPES }),
      { seed: SEED, numRuns: 1 },
    )
    const replicas = chosen.map((asked) => new ShapeReplica(asked))
    const batches = ALTERATIONS.length
    const transactions = fc.sample(transaction, { seed: SEED, numRuns: batches * 3 * WRITTEN })
    const larges = fc.sample(large, { seed: SEED, numRuns: batches })
    for (const [batch, alteration] of ALTERATIONS.entries()) {
      const parts = [0, 1, 2].map((i) =>
        transactions.slice((batch * 3 + i) * WRITTEN, (batch * 3 + i + 1) * WRITTEN),
      )
      const writing = Promise.all([...parts.map(write), write([larges[batch] ?? '', alteration])])
      // Some old, some that begin amid the writing.
      const share = Math.ceil(((batch + 1) / batches) * replicas.length)
      const reading = replicas.slice(0, share).filter((_, i) => (i + batch) % 4 === 0)
      await Promise.all(reading.map((replica) => replica.read(t)))
      await writing
    }
    await t.sql.query('CREATE TABLE IF NOT EXISTS mark (id int PRIMARY KEY)')
    const mark = new ShapeReplica({ table: 'mark' })
    await mark.read(t)
    await t.sql.query('INSERT INTO mark VALUES (1)')
    await until(async () => {
      await mark.read(t)
      return mark.rows.size === 1
    })
    for (const replica of replicas) await expectEqual(replica)
    // A snapshot that met an alteration is given up with a warning.
    expect(t.events.filter(({ level }) => level === 'error')).toEqual([])
  })
})
