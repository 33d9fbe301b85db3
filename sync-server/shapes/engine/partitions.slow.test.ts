import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Answer, readToEnd, startTestEngine, type TestEngine, until } from '../testing.ts'

let t: TestEngine

beforeAll(async () => {
  t = await startTestEngine({ catalogueCheckMs: 100 })
})

afterAll(() => t?.stop())

/** A table in three parts, one of them in parts again, its columns in another order in one of them. */
async function createParted(name: string): Promise<void> {
  await t.sql.query(`
    CREATE TABLE ${name} (id int, k int, v text, PRIMARY KEY (id, k)) PARTITION BY RANGE (k);
    CREATE TABLE ${name}_1 PARTITION OF ${name} FOR VALUES FROM (0) TO (10);
    CREATE TABLE ${name}_2 (v text, k int NOT NULL, id int NOT NULL, PRIMARY KEY (id, k));
    ALTER TABLE ${name} ATTACH PARTITION ${name}_2 FOR VALUES FROM (10) TO (20);
    CREATE TABLE ${name}_3 PARTITION OF ${name} FOR VALUES FROM (20) TO (40) PARTITION BY RANGE (k);
    CREATE TABLE ${name}_3a PARTITION OF ${name}_3 FOR VALUES FROM (20) TO (40);
    INSERT INTO ${name} VALUES (1, 1, 'a'), (2, 12, 'b'), (3, 23, 'c')`)
}

const told = ({ messages }: Answer) =>
  messages
    .filter(({ headers }) => headers.operation)
    .map(({ key, value, headers }) => [headers.operation, key, value, headers.relation])

/** Follows live until told to fetch anew; nothing else may come before. */
async function overFor(place: { table: string; handle: string; offset: string }): Promise<void> {
  await until(async () => {
    const answer = await t.get({ ...place, live: 'true' })
    expect(told(answer)).toEqual([])
    return answer.status === 409
  })
}

it('serves a partitioned table as one: snapshot and changes of all its parts have its name and its keys', async () => {
  await createParted('whole')
  const relation = ['public', 'whole']
  const key = (id: number, k: number) => `"public"."whole"/"${id}"/"${k}"`
  const shape = { table: 'whole', where: 'v IS NOT NULL' }
  const start = await readToEnd(t, shape)
  expect(start.messages.flatMap((message) => told({ messages: [message] } as never)).sort()).toEqual([
    ['insert', key(1, 1), { id: '1', k: '1', v: 'a' }, relation],
    ['insert', key(2, 12), { id: '2', k: '12', v: 'b' }, relation],
    ['insert', key(3, 23), { id: '3', k: '23', v: 'c' }, relation],
  ])
  const { handle, offset } = start
  await t.sql.query(`BEGIN;
    UPDATE whole SET v = 'A' WHERE id = 1; UPDATE whole SET v = 'B' WHERE id = 2; UPDATE whole_3a SET v = NULL;
    UPDATE whole SET k = 13 WHERE id = 1; INSERT INTO whole VALUES (4, 14, 'd'); COMMIT`)
  let changes = await t.get({ ...shape, handle, offset, live: 'true' })
  expect(told(changes)).toEqual([
    ['update', key(1, 1), { id: '1', k: '1', v: 'A' }, relation],
    ['update', key(2, 12), { id: '2', k: '12', v: 'B' }, relation],
    ['delete', key(3, 23), { id: '3', k: '23' }, relation],
    ['delete', key(1, 1), { id: '1', k: '1' }, relation],
    ['insert', key(1, 13), { id: '1', k: '13', v: 'A' }, relation],
    ['insert', key(4, 14), { id: '4', k: '14', v: 'd' }, relation],
  ])
  await t.restart()
  await t.sql.query('DELETE FROM whole_2 WHERE id = 4')
  changes = await t.get({ ...shape, handle, offset: changes.offset, live: 'true' })
  expect(told(changes)).toEqual([['delete', key(4, 14), { id: '4', k: '14' }, relation]])
})

it.each([
  ['the whole is emptied', 'TRUNCATE whole_a', 'whole_a', 0],
  ['one part is emptied', 'TRUNCATE whole_b_1', 'whole_b', 2],
  ['a part is detached', 'ALTER TABLE whole_c DETACH PARTITION whole_c_1', 'whole_c', 2],
  ['a part of a part is detached', 'ALTER TABLE whole_d_3 DETACH PARTITION whole_d_3a', 'whole_d', 2],
  [
    'a part with rows is attached',
    `CREATE TABLE whole_e_4 (id int, k int, v text); INSERT INTO whole_e_4 VALUES (9, 41, 'x');
     ALTER TABLE whole_e_4 ALTER id SET NOT NULL, ALTER k SET NOT NULL;
     ALTER TABLE whole_e ATTACH PARTITION whole_e_4 FOR VALUES FROM (40) TO (50)`,
    'whole_e',
    4,
  ],
  ['a column is added', 'ALTER TABLE whole_f ADD more int', 'whole_f', 3],
])('ends the shape when %s', async (_, change, table, rows) => {
  await createParted(table)
  const { handle, offset } = await readToEnd(t, { table })
  const waiting = overFor({ table, handle, offset })
  await t.sql.query(change)
  await waiting
  const anew = await readToEnd(t, { table })
  expect(anew.messages.filter(({ headers }) => headers.operation === 'insert')).toHaveLength(rows)
  expect(anew.handle).not.toBe(handle)
})

it('guesses nothing of a part that came meanwhile and keeps no old rows', async () => {
  await t.restart({ catalogueCheckMs: 3_600_000 })
  await createParted('later')
  const { handle, offset } = await readToEnd(t, { table: 'later' })
  await t.sql.query('CREATE TABLE later_4 PARTITION OF later FOR VALUES FROM (40) TO (50)')
  await t.sql.query("INSERT INTO later VALUES (9, 41, 'x')")
  const inserted = await t.get({ table: 'later', handle, offset, live: 'true' })
  expect(told(inserted).map(([operation]) => operation)).toEqual(['insert'])
  const waiting = overFor({ table: 'later', handle, offset: inserted.offset })
  await t.sql.query("UPDATE later SET v = 'y' WHERE id = 9")
  await waiting
  const anew = await readToEnd(t, { table: 'later' })
  const live = { table: 'later', handle: anew.handle, offset: anew.offset, live: 'true' }
  await t.sql.query("UPDATE later SET v = 'z' WHERE id = 9")
  expect(told(await t.get(live))).toEqual([
    ['update', '"public"."later"/"9"/"41"', { id: '9', k: '41', v: 'z' }, ['public', 'later']],
  ])
  await t.restart()
})

it('refuses a part by itself, whose changes are told as those of the whole', async () => {
  await createParted('split')
  for (const table of ['split_1', 'split_3', 'split_3a']) {
    const { status, text } = await t.get({ table, offset: '-1' })
    expect(status).toBe(400)
    expect(JSON.parse(text).errors.table[0]).toContain('does not exist')
  }
})

it('ends the shape of a table that becomes a part', async () => {
  await createParted('joined')
  await t.sql.query('CREATE TABLE single (id int, k int, v text, PRIMARY KEY (id, k))')
  const { handle, offset } = await readToEnd(t, { table: 'single' })
  await t.sql.query('ALTER TABLE joined ATTACH PARTITION single FOR VALUES FROM (40) TO (50)')
  await until(async () => (await t.get({ table: 'single', handle, offset })).status !== 200)
  expect((await t.get({ table: 'single', offset: '-1' })).status).toBe(400)
})
