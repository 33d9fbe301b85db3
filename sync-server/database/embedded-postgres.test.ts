import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startEmbeddedPostgres } from './embedded-postgres.ts'
import { layDownCluster } from './test-cluster.ts'

it.skipIf(process.getuid?.() !== 0)('starts on a folder that root has copied, and so owns', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'pharmasaas-owned-'))
  try {
    await layDownCluster(dataDir, 'empty')
    execFileSync('chown', ['-R', '0:0', dataDir])
    const postgres = await startEmbeddedPostgres({ dataDir })
    expect(postgres.url).toContain(`:${postgres.port}/`)
    await postgres.stop()
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
})
