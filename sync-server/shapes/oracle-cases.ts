import type pg from 'pg'
import { type AskedShape, PRINTING, quoted } from './oracle-replica.ts'

interface ColumnCase {
  readonly type: string
  readonly values: readonly string[]
  /** Terms of a `where` over the column, which is `$c`; none where the type cannot be compared. */
  readonly terms?: readonly (string | { where: string; params: readonly string[] })[]
}

const UUID = '0197f000-0000-7000-8000-00000000000'

export const COLUMNS: Readonly<Record<string, ColumnCase>> = {
  kind: {
    type: 'mood',
    values: ['sad', 'ok', `it's/"ok"\\`],
    terms: ["$c::text = 'sad'", { where: 'CAST($c AS text) IN ($1, $2)', params: ['ok', `it's/"ok"\\`] }],
  },
  moods: { type: 'mood[]', values: ['{sad,ok}', '{}', '{NULL,ok}'] },
  doc: { type: 'jsonb', values: ['{"b": 1, "a": [null, 1.50, "é\\n"]}', 'null', '"x"', '1.0', '1.00'] },
  js: { type: 'json', values: ['{"b" : 1, "b":2}', '[ ]'] },
  bin: { type: 'bytea', values: ['\\x', '\\x00ff5c27', 'abc'] },
  tags: { type: 'text[]', values: ['{}', '{a,"b,c",NULL,"NULL","q\\"u\\\\o"}', '[2:3]={x,y}'] },
  nums: { type: 'numeric[]', values: ['{1.0,NaN,-1.50}', '{NULL}'] },
  grid: { type: 'int[]', values: ['{{1,2},{3,4}}', '{}'] },
  flags: { type: 'bool[]', values: ['{t,f,NULL}'] },
  big: {
    type: 'int8',
    values: ['9223372036854775807', '-9223372036854775808', '9007199254740993', '9007199254740992', '0'],
    terms: [
      '$c = 9007199254740993',
      '$c IN (0, -9223372036854775808)',
      { where: '$c = $1', params: ['9223372036854775807'] },
      "$c::text = '0'",
    ],
  },
  small: { type: 'int2', values: ['-32768', '0', '7'], terms: ['$c = -32768', "$c IN ('7', NULL)"] },
  amount: {
    type: 'numeric(20,4)',
    values: ['1.5', '-0.0001', '9999999999999999.9999', '0'],
    terms: ['$c = 1.50', { where: '$c IN ($1, $2)', params: ['-.0001', '9999999999999999.99990'] }],
  },
  num: {
    type: 'numeric',
    values: ['1', '1.0', '1.00', 'NaN', 'Infinity', '0.00000000000000000001', '12345678901234567890.1230'],
    terms: ['$c = 1', '$c IN (12345678901234567890.123, 0.00000000000000000001)', "$c = 'NaN'"],
  },
  at: {
    type: 'timestamptz',
    values: [
      '2026-01-02 03:04:05+00',
      '2026-01-02 04:04:05+01',
      '2026-06-01 00:00:00.5+00',
      'infinity',
      '0044-03-15 12:00+00 BC',
      '12026-01-01 00:00+00',
    ],
    terms: [
      "$c = '2026-01-02T03:04:05Z'",
      { where: '$c IN ($1)', params: ['2026-06-01T02:00:00.500+02:00'] },
    ],
  },
  ts: {
    type: 'timestamp',
    values: ['2026-01-02 03:04:05', '2026-01-02 03:04:05.000001', '-infinity', '0044-03-15 12:00:00'],
    terms: ["$c = '2026-01-02T03:04:05'", "$c IN ('0044-03-15 12:00:00')"],
  },
  day: {
    type: 'date',
    values: ['2026-02-28', '0044-03-15 BC', '0044-03-15', 'infinity'],
    terms: ["$c = '2026-02-28'", { where: '$c = $1', params: ['0044-03-15'] }],
  },
  tm: { type: 'time', values: ['24:00', '00:00:00.000001', '13:14:15'], terms: ["$c = '13:14:15.000'"] },
  tmz: { type: 'timetz', values: ['13:14:15+02', '11:14:15+00'] },
  iv: { type: 'interval', values: ['1 mon -1 day 00:00:00.5', '24:00:00', '1 day'] },
  f8: { type: 'float8', values: ['NaN', '-0', '0', '0.1', '1e300', '-Infinity'] },
  f4: { type: 'float4', values: ['0.1', '3.4e38'] },
  txt: {
    type: 'text',
    values: ['', 'x', 'X', `a/b"c'd\\e\u0001é😀`, 'null', ' x '],
    terms: ["$c = ''", "$c IN ('x', ' x ')", { where: '$c = $1', params: [`a/b"c'd\\e\u0001é😀`] }],
  },
  vc: { type: 'varchar(5)', values: ['ab', 'ab  '], terms: ["$c = 'ab'", "$c = 'ab  '"] },
  ch: {
    type: 'char(4)',
    values: ['ab', 'ab  ', ''],
    terms: ["$c = 'ab'", { where: '$c = $1', params: ['ab   '] }],
  },
  u: {
    type: 'uuid',
    values: [`${UUID}1`, `${UUID}A`],
    terms: [
      `$c = '${UUID}a'`,
      { where: '$c IN ($1, $2)', params: [`${UUID}A`, `${UUID}1`] },
      `$c::text = '${UUID}a'`,
    ],
  },
  flag: {
    type: 'bool',
    values: ['t', 'f'],
    terms: ['$c', '$c = false', { where: '$c = $1', params: ['true'] }],
  },
  rng: { type: 'int4range', values: ['[1,3]', 'empty'] },
  ip: { type: 'inet', values: ['10.0.0.1/8', 'fe80::/10'] },
  bits: { type: 'bit(4)', values: ['1010'] },
  dom: { type: 'positive', values: ['1.0', '2'] },
  pair: { type: 'pair', values: ['(1,"x,""y")', '(,)'] },
}

/** Columns of `wide`, each with a name that its type's own does not suggest. */
const NAMES: Readonly<Record<string, string>> = {
  big: '__proto__',
  amount: 'with,comma "q"',
  txt: 'Ünïcode é😀',
  u: 'select',
  at: '123',
  flag: 'constructor',
  kind: `k${'x'.repeat(62)}`,
}
export const nameOf = (key: string) => NAMES[key] ?? key
export const literal = (text: string | null) =>
  text === null ? 'NULL' : `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

export const WIDE = '"Odd.Schema é"."Fact ""q"""'
export const LARGE = ['large_text', 'large_doc', 'large_bin']
/** Values that Postgres keeps apart from their row, and leaves out of a change that does not touch them. */
export const LARGE_SQL: Readonly<Record<string, string>> = {
  large_text: "repeat('large $n ', 300)",
  large_doc: "to_jsonb(repeat('large $n ', 300))",
  large_bin: "convert_to(repeat('large $n ', 300), 'UTF8')",
}

/** Types of which a table has its key. */
export const KEYS = 'kind bin tags big num at day iv f8 txt ch u flag rng ip doc tmz'.split(' ')
export const keyTable = (key: string) => `key_${key}`

/** Makes the tables that the shapes are of. */
export async function makeTables(sql: Pick<pg.Client, 'query'>): Promise<void> {
  await sql.query(`${PRINTING}; CREATE SCHEMA "Odd.Schema é"; CREATE TYPE mood AS ENUM ('sad', 'ok', E'it\\'s/"ok"\\\\');
    CREATE DOMAIN positive AS numeric CHECK (value > 0); CREATE TYPE pair AS (a int, b text)`)
  const columns = Object.entries(COLUMNS).map(([key, { type }]) => `${quoted(nameOf(key))} ${type}`)
  await sql.query(
    `CREATE TABLE ${WIDE} (id int PRIMARY KEY, large_text text, large_doc jsonb, large_bin bytea, ${columns.join(', ')})`,
  )
  for (const large of LARGE) await sql.query(`ALTER TABLE ${WIDE} ALTER ${large} SET STORAGE EXTERNAL`)
  for (const key of KEYS)
    await sql.query(`CREATE TABLE ${keyTable(key)} (k ${COLUMNS[key]?.type} PRIMARY KEY, v int, pad text)`)
  await sql.query(`CREATE TABLE composite (at timestamptz, v int, kind mood, u uuid, txt text, PRIMARY KEY (txt, kind, u, at));
    CREATE TABLE altered (id int PRIMARY KEY, a int, b text, w int)`)
}

/** Shapes of every table, and over every column that a `where` may compare. */
export function askedShapes(): AskedShape[] {
  const terms = Object.entries(COLUMNS).flatMap(([key, { terms = [] }]) => {
    const name = quoted(nameOf(key))
    const nulls = [`${name} IS NULL`, `${name} IS NOT NULL`].map((where) => ({
      where,
      params: [] as readonly string[],
    }))
    // Of a composite type it asks the fields.
    if (key === 'pair') return []
    const own = terms.map((term) => (typeof term === 'string' ? { where: term, params: [] } : term))
    return [...nulls.slice(Object.keys(COLUMNS).indexOf(key) % 2, 2), ...own].map(({ where, params }) => ({
      where: where.replaceAll('$c', name),
      params,
    }))
  })
  const ofWide = terms.map(
    ({ where, params }, i): AskedShape => ({
      table: WIDE,
      where: i % 3 === 0 ? `${where} AND small IS NOT NULL` : where,
      params,
      ...(i % 2 === 0 && { columns: ['id', nameOf('small'), nameOf('amount'), 'large_text'] }),
      ...(i % 5 === 0 && { replica: 'full' as const }),
    }),
  )
  const ofKeys = KEYS.flatMap((key): AskedShape[] => [
    { table: keyTable(key), columns: ['k', 'v', 'pad'] },
    { table: keyTable(key), where: 'v IN (1, 2)', columns: ['k', 'v'], replica: 'full' },
  ])
  return [
    { table: WIDE },
    ...ofWide,
    ...ofKeys,
    { table: 'composite' },
    { table: 'composite', where: 'v = 1' },
    { table: 'altered' },
    { table: 'altered', where: 'a IN (1, 2, 3)', columns: ['id', 'w', 'a'] },
    { table: 'altered', where: 'b IS NULL' },
  ]
}
