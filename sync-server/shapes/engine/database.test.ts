import { afterAll, beforeAll, expect, it } from 'vitest'
import type { RunningPostgres } from '../../database/embedded-postgres.ts'
import { startTestPostgres } from '../../database/test-postgres.ts'
import { Database } from './database.ts'

let postgres: RunningPostgres

beforeAll(async () => {
  postgres = await startTestPostgres()
})
afterAll(() => postgres?.stop())

it('outlives a connection that breaks while it is lent, as when Postgres dies during a snapshot', async () => {
  const db = new Database(postgres.url)
  const lent = await db.pool.connect()
  const { rows } = await lent.query<{ pid: number }>('select pg_backend_pid() as pid')
  // An error that nobody listens for would end the process, and fail this test.
  const over = new Promise<void>((resolve) => lent.once('end', () => resolve()))
  await db.pool.query('select pg_terminate_backend($1)', [rows[0]?.pid])
  await over
  await expect(lent.query('select 1')).rejects.toThrow()
  lent.release(true)
  expect((await db.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  await db.close()
})
