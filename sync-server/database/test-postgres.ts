import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningPostgres, startEmbeddedPostgres } from './embedded-postgres.ts'
import { layDownCluster } from './test-cluster.ts'

/** A fresh Postgres for one test file, in a temporary folder that `stop` removes. */
export async function startTestPostgres(): Promise<RunningPostgres> {
  const dataDir = await mkdtemp(join(tmpdir(), 'pharmasaas-pg-'))
  await layDownCluster(dataDir, 'empty')
  const server = await startEmbeddedPostgres({ dataDir })
  return {
    ...server,
    stop: async () => {
      await server.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
