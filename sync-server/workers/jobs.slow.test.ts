import { pino } from 'pino'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Line, openLine } from '../../e2e/support/line.ts'
import type { RunningPostgres } from '../database/embedded-postgres.ts'
import { openPlainPool } from '../database/pool.ts'
import { startTestPostgres } from '../database/test-postgres.ts'
import { startJobs } from './jobs.ts'

let postgres: RunningPostgres
let line: Line
beforeAll(async () => {
  postgres = await startTestPostgres()
  line = await openLine(postgres.port)
})
afterAll(async () => {
  await line?.close()
  await postgres?.stop()
})

it('survives that Postgres goes away as a job ends, and does that job no second time', async () => {
  const fallen: unknown[] = []
  const fall = (error: unknown) => fallen.push(error)
  process.on('unhandledRejection', fall)
  const url = new URL(postgres.url)
  url.port = new URL(line.url).port
  const done: unknown[] = []
  const goAway = (payload: unknown) => {
    done.push(payload)
    if (done.length > 1) return
    line.cut()
    setTimeout(line.restore, 500)
  }
  const jobs = await startJobs({
    databaseUrl: url.href,
    tasks: { note: async (payload) => goAway(payload) },
    crontab: '',
    log: pino({ level: 'silent' }),
  })
  await jobs.add('note', { n: 1 })
  await vi.waitFor(() => expect(done).toHaveLength(1), { timeout: 10_000 })
  const outside = openPlainPool(postgres.url, 1, () => {})
  const left = async () => (await outside.query('select * from graphile_worker._private_jobs')).rows.length
  await vi.waitFor(async () => expect(await left()).toBe(0), { timeout: 20_000, interval: 100 })
  await jobs.add('note', { n: 2 })
  await vi.waitFor(() => expect(done).toEqual([{ n: 1 }, { n: 2 }]), { timeout: 20_000 })
  await jobs.stop()
  await outside.end()
  process.off('unhandledRejection', fall)
  expect(fallen).toEqual([])
}, 60_000)

it('stops although Postgres is gone', async () => {
  const url = new URL(postgres.url)
  url.port = new URL(line.url).port
  const jobs = await startJobs({
    databaseUrl: url.href,
    tasks: { note: async () => {} },
    crontab: '',
    log: pino({ level: 'silent' }),
  })
  line.cut()
  await jobs.stop()
  line.restore()
}, 20_000)
