import { ShapeStream } from '@electric-sql/client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestEngine, type TestEngine, until } from '../../testing.ts'

let t: TestEngine

beforeAll(async () => {
  t = await startTestEngine()
  await t.sql.query(`CREATE TYPE mood AS ENUM ('sad', 'happy');
    CREATE TABLE item (id int PRIMARY KEY, title text NOT NULL, m mood);
    INSERT INTO item SELECT i, 'title ' || i, 'happy' FROM generate_series(1, 20000) i`)
})

afterAll(() => t?.stop())

it.each(['GET', 'POST'] as const)(
  'is read with the official client by %s, beside the changes',
  async (method) => {
    const client = new AbortController()
    const stream = new ShapeStream<{ id: number; title: string }>({
      url: t.url,
      params: { table: 'item' },
      log: 'changes_only',
      signal: client.signal,
    })
    const changed: unknown[] = []
    stream.subscribe((messages) => {
      for (const message of messages)
        if ('key' in message) changed.push([message.headers.operation, message.value.title])
    })
    const { data, metadata } = await stream.fetchSnapshot({
      where: 'id > $1 AND title LIKE $2',
      params: { '1': '19000', '2': "%9'9%" },
      orderBy: 'id DESC',
      limit: 5,
      method,
    })
    expect([data.length, metadata.xip_list]).toEqual([0, []])
    const snapshot = await stream.fetchSnapshot({
      where: 'id = 20000 OR id BETWEEN 19998 AND 19999',
      orderBy: 'id DESC',
      limit: 3,
      method,
    })
    expect(snapshot.data.map(({ value }) => value.id)).toEqual([20000, 19999, 19998])
    await until(() => stream.isUpToDate)
    await t.sql.query(`UPDATE item SET title = 'by ${method}' WHERE id = 20000`)
    await until(() => String(changed.at(-1)) === `update,by ${method}`)
    client.abort()
  },
)

it('without a limit holds every row, and comes from a file that is then gone', async () => {
  const answer = await t.get({ table: 'item', offset: '-1', subset__where: "m = 'happy'" })
  const { data } = JSON.parse(answer.text) as { data: unknown[] }
  expect([answer.status, data.length]).toEqual([200, 20_000])
})

it.each([
  [{ subset__where: "m = 'angry'" }, 'invalid input value for enum mood'],
  [{ subset__where: 'id' }, 'argument of WHERE must be type boolean'],
  [{ subset__where: "id = 'x'" }, 'invalid input syntax for type integer'],
  [{ subset__params: '[1]' }, 'params must be a JSON object'],
  [{ subset__limit: 'many', subset__order_by: 'id' }, 'is invalid'],
  [{ subset__offset: '-1', subset__order_by: 'id' }, 'must be greater than or equal to 0'],
])('of %j is refused by its name', async (subset, message) => {
  const answer = await t.get({ table: 'item', offset: '-1', ...subset })
  expect(answer.status).toBe(400)
  expect(Object.keys(JSON.parse(answer.text).errors.subset)).toHaveLength(1)
  expect(answer.text).toContain(message)
})
