import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { keepEmbeddedPostgres } from './kept-postgres.ts'
import { openPlainPool } from './pool.ts'
import { layDownCluster } from './test-cluster.ts'

it('is there again after a kill -9, with what was committed, and stays away once it is stopped', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'pharmasaas-kept-'))
  try {
    await layDownCluster(dataDir, 'empty')
    const died: string[] = []
    const postgres = await keepEmbeddedPostgres({
      dataDir,
      log: () => {},
      died: (reason) => died.push(reason),
    })
    const pidFile = join(dataDir, 'cluster', 'postmaster.pid')
    const pid = () => Number(readFileSync(pidFile, 'utf8').split('\n')[0])
    const pool = openPlainPool(postgres.url, 1, () => {})
    await pool.query('create table kept (id int); insert into kept values (7)')
    const killed = pid()
    process.kill(killed, 'SIGKILL')
    // A backend of the killed one may answer for a moment.
    await vi.waitFor(
      async () => {
        expect(pid()).not.toBe(killed)
        expect((await pool.query('select id from kept')).rows).toEqual([{ id: 7 }])
      },
      { timeout: 20_000, interval: 100 },
    )
    expect(died[0]).toBe('Postgres has ended, and is started again')
    await pool.end()
    const last = pid()
    await postgres.stop()
    expect(() => process.kill(last, 0)).toThrow('ESRCH')
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}, 40_000)
