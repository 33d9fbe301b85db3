import { Shape, ShapeStream } from '@electric-sql/client'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { applyMessages, readToEnd, startTestEngine, type TestEngine, until } from '../testing.ts'

let t: TestEngine

beforeAll(async () => {
  t = await startTestEngine({ allowDelete: true })
  await t.sql.query(`
    CREATE TABLE sale (id int PRIMARY KEY, branch text, total int);
    CREATE TABLE line (sale_id int, n int, name text, PRIMARY KEY (sale_id, n));
    CREATE TABLE quiet (id int PRIMARY KEY);
    INSERT INTO sale SELECT i, CASE i % 2 WHEN 0 THEN 'a' ELSE 'b' END, i * 10 FROM generate_series(1, 20) i;
  `)
})

afterAll(() => t?.stop())

const SALES_A = { table: 'sale', where: 'branch = $1', 'params[1]': 'a' }

describe('a shape, read with the official client', () => {
  let client: AbortController
  beforeEach(() => {
    client = new AbortController()
  })
  afterEach(() => client.abort())

  it('has the snapshot, then follows live', async () => {
    const stream = new ShapeStream<{ id: number; branch: string; total: number }>({
      url: t.url,
      params: { table: 'sale', where: 'branch = $1', params: ['a'] },
      signal: client.signal,
    })
    const shape = new Shape(stream)
    expect((await shape.rows).map((row) => row.id)).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20])
    await t.sql.query("INSERT INTO sale VALUES (100, 'a', 1), (101, 'b', 1)")
    await until(() => shape.currentRows.some((row) => row.id === 100))
    await t.sql.query("UPDATE sale SET total = 2 WHERE id = 100; UPDATE sale SET branch = 'b' WHERE id = 2")
    await until(() => shape.currentRows.every((row) => row.id !== 2))
    expect(shape.currentRows.find((row) => row.id === 100)?.total).toBe(2)
    await t.sql.query("UPDATE sale SET branch = 'a' WHERE id = 101; DELETE FROM sale WHERE id = 100")
    await until(
      () =>
        shape.currentRows.some((row) => row.id === 101) && shape.currentRows.every((row) => row.id !== 100),
    )
    expect(stream.isUpToDate).toBe(true)
  })

  it('follows by server-sent events', async () => {
    const stream = new ShapeStream({
      url: t.url,
      params: { table: 'quiet' },
      liveSse: true,
      signal: client.signal,
    })
    const shape = new Shape(stream)
    expect(await shape.rows).toEqual([])
    for (let id = 1; id <= 5; id++) {
      await t.sql.query('INSERT INTO quiet VALUES ($1)', [id])
      await until(() => shape.currentRows.length === id)
    }
  })

  it('goes through a truncate by a refetch', async () => {
    await t.sql.query('CREATE TABLE trunc (id int PRIMARY KEY); INSERT INTO trunc VALUES (1)')
    const stream = new ShapeStream({ url: t.url, params: { table: 'trunc' }, signal: client.signal })
    const shape = new Shape(stream)
    expect(await shape.rows).toHaveLength(1)
    await t.sql.query('TRUNCATE trunc; INSERT INTO trunc VALUES (7), (8)')
    await until(() => shape.currentRows.length === 2)
  })
})

describe('transactions', () => {
  it('share one LSN over tables, number their changes through, and are never up to date in part', async () => {
    const sale = await readToEnd(t, { table: 'sale' })
    const line = await readToEnd(t, { table: 'line' })
    const quiet = await readToEnd(t, { table: 'quiet' })
    await t.sql.query(`BEGIN; INSERT INTO sale VALUES (200, 'a', 5); INSERT INTO line VALUES (200, 1, 'x');
      INSERT INTO line VALUES (200, 2, 'y'); UPDATE sale SET total = 6 WHERE id = 200; COMMIT`)
    await until(async () => (await readToEnd(t, { table: 'line' }, line)).messages.length > 1)
    const sales = await readToEnd(t, { table: 'sale' }, sale)
    const lines = await readToEnd(t, { table: 'line' }, line)
    const still = await readToEnd(t, { table: 'quiet' }, quiet)
    const places = (messages: typeof sales.messages) =>
      messages.slice(0, -1).map(({ headers }) => [headers.lsn, headers.op_position, headers.last ?? false])
    const { lsn } = lines
    expect(places(sales.messages)).toEqual([
      [lsn, 0, false],
      [lsn, 6, true],
    ])
    expect(places(lines.messages)).toEqual([
      [lsn, 2, false],
      [lsn, 4, true],
    ])
    expect(still.offset).toBe(quiet.offset)
    expect(Number(still.lsn)).toBeGreaterThanOrEqual(Number(lsn))
  })

  it('elsewhere leave a quiet shape where an event stream said it stands: up to date, at its last change', async () => {
    const quiet = await readToEnd(t, { table: 'quiet' })
    await t.sql.query("INSERT INTO sale VALUES (250, 'z', 5)")
    await until(async () => Number((await readToEnd(t, { table: 'quiet' }, quiet)).lsn) > Number(quiet.lsn))
    const { lsn } = await readToEnd(t, { table: 'quiet' }, quiet)
    const url = new URL(t.url)
    for (const [name, value] of Object.entries({
      table: 'quiet',
      handle: quiet.handle,
      offset: `${lsn}_0`,
    })) {
      url.searchParams.set(name, value)
    }
    const response = await fetch(url)
    expect(response.status).toBe(200)
    expect(response.headers.get('electric-offset')).toBe(quiet.offset)
    expect(await response.json()).toEqual([
      { headers: { control: 'up-to-date', global_last_seen_lsn: expect.any(String) } },
    ])
  })

  it('larger than a block and than a chunk arrive whole, in order, over several requests', async () => {
    await t.sql.query('CREATE TABLE bulk (id int PRIMARY KEY, v text, n int)')
    const start = await readToEnd(t, { table: 'bulk' })
    await t.sql.query("INSERT INTO bulk SELECT i, repeat('x', 400), i % 7 FROM generate_series(1, 40000) i")
    await until(async () => (await readToEnd(t, { table: 'bulk' }, start)).messages.length > 1)
    const all = await readToEnd(t, { table: 'bulk' }, start)
    expect(all.requests).toBeGreaterThan(1)
    expect(applyMessages(all.messages).size).toBe(40_000)
    const changes = all.messages.filter((message) => message.key !== undefined)
    expect(changes.map(({ headers }) => headers.op_position)).toEqual(changes.map((_, i) => i * 2))
    expect(changes.filter(({ headers }) => headers.last)).toEqual([changes.at(-1)])
    const part = await readToEnd(t, { table: 'bulk', where: 'n = 3' }, undefined)
    expect(applyMessages(part.messages).size).toBe(5714)
  })
})

describe('a restart', () => {
  it('keeps handles and offsets, and brings what was written meanwhile', async () => {
    const before = await readToEnd(t, SALES_A)
    await t.sql.query("INSERT INTO sale VALUES (300, 'a', 1)")
    await t.engine().close()
    await t.sql.query("INSERT INTO sale VALUES (301, 'a', 1), (302, 'b', 1)")
    await t.restart()
    await until(async () => (await readToEnd(t, SALES_A, before)).messages.length === 3)
    const after = await readToEnd(t, SALES_A, before)
    expect(after.handle).toBe(before.handle)
    expect(after.messages.slice(0, -1).map(({ value }) => value?.id)).toEqual(['300', '301'])
    const whole = await readToEnd(t, SALES_A)
    expect(whole.handle).toBe(before.handle)
    const { rows } = await t.sql.query("SELECT count(*)::int AS n FROM sale WHERE branch = 'a'")
    expect(applyMessages(whole.messages).size).toBe(rows[0].n)
  })

  it('begins anew when the slot was dropped behind its back', async () => {
    const before = await readToEnd(t, SALES_A)
    await t.engine().close()
    await until(async () => {
      const { rows } = await t.sql.query(
        "SELECT active FROM pg_replication_slots WHERE slot_name = 'shape_engine'",
      )
      return rows[0]?.active === false
    })
    await t.sql.query(
      "SELECT pg_drop_replication_slot('shape_engine'); INSERT INTO sale VALUES (400, 'a', 1)",
    )
    await t.restart()
    const answer = await t.get({ ...SALES_A, handle: before.handle, offset: before.offset })
    expect(answer.status).toBe(409)
    expect(answer.handle).not.toBe(before.handle)
    expect(t.events.some(({ level, message }) => level === 'error' && message.includes('slot is gone'))).toBe(
      true,
    )
    const again = await readToEnd(t, SALES_A)
    expect([...applyMessages(again.messages).values()].some((row) => row.id === '400')).toBe(true)
  })
})

describe('changes of a table', () => {
  it.each([
    ['ADD COLUMN extra text', 'INSERT INTO altered VALUES (2)'],
    ['RENAME COLUMN v TO w', 'INSERT INTO altered VALUES (2)'],
    ['ALTER COLUMN v TYPE varchar(9)', 'INSERT INTO altered VALUES (2)'],
    ['RENAME TO renamed', 'INSERT INTO renamed VALUES (2)'],
    ['REPLICA IDENTITY DEFAULT', 'INSERT INTO altered VALUES (2)'],
  ])('%s ends its shapes at the next row', async (alteration, change) => {
    const alterUnderPoll = async () => {
      await t.sql.query(
        'DROP TABLE IF EXISTS altered, renamed; CREATE TABLE altered (id int PRIMARY KEY, v text)',
      )
      const { handle, offset } = await readToEnd(t, { table: 'altered' })
      const live = t.get({ table: 'altered', handle, offset, live: 'true' })
      await t.sql.query(`ALTER TABLE altered ${alteration}`)
      await t.sql.query(change)
      return live
    }
    let answer = await alterUnderPoll()
    // The poll may have ended before the row came: who asks again then may ask for a name that is no table's any more.
    await until(async () => {
      if (answer.status === 200) answer = await alterUnderPoll()
      return answer.status !== 200
    })
    expect(answer.status).toBe(409)
    expect(answer.text).toBe('[{"headers":{"control":"must-refetch"}}]')
  })

  it('a table dropped and made again under its name begins anew for who begins, at once', async () => {
    await t.sql.query('CREATE TABLE again (id int PRIMARY KEY); INSERT INTO again VALUES (1)')
    const { handle, offset } = await readToEnd(t, { table: 'again' })
    await t.sql.query('DROP TABLE again; CREATE TABLE again (id int PRIMARY KEY, v text)')
    await t.sql.query("INSERT INTO again VALUES (7, 'x')")
    const anew = await readToEnd(t, { table: 'again' })
    expect([...applyMessages(anew.messages).values()]).toEqual([{ id: '7', v: 'x' }])
    const followed = await t.get({ table: 'again', handle, offset })
    expect([followed.status, followed.handle]).toEqual([409, anew.handle])
    await t.sql.query('DROP TABLE again')
    expect((await t.get({ table: 'again', offset: '-1' })).status).toBe(400)
  })

  it('a dropped table ends its shapes and is then unknown', async () => {
    await t.sql.query('CREATE TABLE dropped (id int PRIMARY KEY)')
    const engine = await startTestEngine({ catalogueCheckMs: 50, longPollMs: 5000 })
    try {
      await engine.sql.query('CREATE TABLE dropped (id int PRIMARY KEY)')
      const { handle, offset } = await readToEnd(engine, { table: 'dropped' })
      const live = engine.get({ table: 'dropped', handle, offset, live: 'true' })
      await engine.sql.query('DROP TABLE dropped')
      expect((await live).status).toBe(409)
      expect((await engine.get({ table: 'dropped', handle, offset })).status).toBe(400)
    } finally {
      await engine.stop()
    }
  })
})

describe('deleting', () => {
  it('ends the shape for those who wait', async () => {
    const { handle, offset } = await readToEnd(t, { table: 'quiet' })
    const live = t.get({ table: 'quiet', handle, offset, live: 'true' })
    await until(async () => (await t.engine().health()).waitingClients > 0)
    expect((await t.get({ table: 'quiet' }, { method: 'DELETE' })).status).toBe(202)
    expect((await live).status).toBe(409)
    expect((await t.get({ table: 'quiet', handle }, { method: 'DELETE' })).status).toBe(404)
    const again = await t.get({ table: 'quiet', handle, offset })
    expect([again.status, again.handle === handle]).toEqual([409, false])
  })

  it.each([
    [{ table: 'nothing' }, 400, '"table":["Table'],
    [{ table: 'quiet', replica: 'half' }, 400, '"replica":["is invalid"]'],
    [{}, 400, '"handle":["can\'t be blank when shape definition is missing"]'],
    [{ handle: 'unheard-of' }, 404, 'No existing shape found'],
  ])('of %j is answered for nobody to keep', async (query, status, text) => {
    const answer = await t.get(query, { method: 'DELETE' })
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([status, 'no-cache'])
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.text).toContain(text)
  })
})

describe('requests out of the ordinary', () => {
  it.each(['/v1/shape/', '/v1//shape', '/v1/shape//', '/v1/%73hape'])(
    '%s is the shape route',
    async (path) => {
      const answer = await fetch(`${new URL(path, t.url)}?table=quiet&offset=-1`)
      expect([answer.status, answer.headers.has('electric-handle')]).toEqual([200, true])
    },
  )

  it('for a table whose changes Postgres does not tell are refused by name', async () => {
    await t.sql.query('CREATE UNLOGGED TABLE fleeting (id int PRIMARY KEY)')
    const answer = await t.get({ table: 'fleeting', offset: '-1' })
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('"table":["Table')])
  })

  it('that forbid columns to subsets are refused by name, as none are forbidden here', async () => {
    const answer = await t.get({ table: 'sale', offset: '-1', queryable_columns: 'id,branch' })
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('"queryable_columns":[')])
  })

  it('with a filter of immoderate length are refused by name', async () => {
    const where = `branch = '${'x'.repeat(70_000)}'`
    const post = { method: 'POST', body: JSON.stringify({ subset: { where } }) }
    const answer = await t.get({ table: 'sale', offset: '-1' }, post)
    expect(answer.status).toBe(400)
    expect(answer.text).toMatch(/"subset":\{"where":\[".* bigger than maximum size/)
  })
})

describe('waiting clients', () => {
  it('are let go when they leave', async () => {
    const { handle, offset } = await readToEnd(t, { table: 'quiet' })
    const controller = new AbortController()
    const live = t.get({ table: 'quiet', handle, offset, live: 'true' }, { signal: controller.signal })
    await until(async () => (await t.engine().health()).waitingClients === 1)
    controller.abort()
    await expect(live).rejects.toThrow()
    await until(async () => (await t.engine().health()).waitingClients === 0)
  })

  it('learn the newest LSN when their time is up, without data', async () => {
    const { handle, offset } = await readToEnd(t, { table: 'quiet' })
    await t.sql.query("INSERT INTO sale VALUES (500, 'a', 1)")
    const live = await t.get({ table: 'quiet', handle, offset, live: 'true' })
    expect(live.headers.get('electric-has-data')).toBe('false')
    expect(live.headers.get('electric-cursor')).toMatch(/^\d+$/)
    expect(live.offset).toBe(offset)
    const { lsn } = await readToEnd(t, { table: 'sale' })
    expect(live.messages[0]?.headers.global_last_seen_lsn).toBe(lsn)
  })
})
