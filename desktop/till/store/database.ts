import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { SQLITE } from '../../../migrations/dialect.ts'
import { migrateToLatest } from '../../../migrations/migrate.ts'
import type { TillTables } from '../../../migrations/schema.ts'
import { layOutLog } from './log-room.ts'

export type TillDatabase = Database.Database

/** `synchronous` reads back as 2 for FULL: every commit is on the disk before it is believed. */
const SYNCHRONOUS_FULL = 2

/** A WAL that grew past this is cut back at the next checkpoint, bytes. */
const WAL_LIMIT_BYTES = 64 * 1024 * 1024

const CACHE_KIB = { much: 65_536, little: 12_288 }

/** How much of the database a till holds in memory: little while it is being filled, for no page is read twice then. */
export function holdInMemory(db: TillDatabase, amount: 'much' | 'little'): void {
  db.pragma(`cache_size = -${CACHE_KIB[amount]}`)
}

function configure(db: TillDatabase): void {
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  db.pragma('busy_timeout = 5000')
  db.pragma(`journal_size_limit = ${WAL_LIMIT_BYTES}`)
  holdInMemory(db, 'much')
  db.pragma('temp_store = MEMORY')
  // macOS acknowledges a plain fsync before the drive has the data.
  if (process.platform === 'darwin') {
    db.pragma('fullfsync = ON')
    db.pragma('checkpoint_fullfsync = ON')
  }
  if (db.pragma('synchronous', { simple: true }) !== SYNCHRONOUS_FULL) {
    throw new Error('this SQLite build does not honour synchronous=FULL')
  }
}

/**
 * Opens the till's database, migrated to this build's schema.
 * Every connection has WAL, `synchronous=FULL` (the build's own default is NORMAL) and foreign keys.
 * @param path file, made when missing
 * @param options.roomForLog false leaves the log to grow as it is needed, where nobody waits for a commit
 * @throws Error when the file is not a database, is newer than this build, or a migration fails
 */
export async function openTillDatabase(
  path: string,
  { roomForLog = true }: { roomForLog?: boolean } = {},
): Promise<TillDatabase> {
  const db = new Database(path)
  try {
    configure(db)
    // Kysely closes the handle it is given; it gets one of its own for the time of the migration.
    const kysely = new Kysely<TillTables>({
      dialect: new SqliteDialect({ database: path === ':memory:' ? keepOpen(db) : new Database(path) }),
    })
    await migrateToLatest(kysely, SQLITE)
    await kysely.destroy()
    if (path !== ':memory:') {
      // The log is there once this connection has read: closing the other one may have removed it.
      db.pragma('schema_version')
      if (roomForLog) layOutLog(path)
    }
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** A database in memory has one handle only, which must survive the migration. */
function keepOpen(db: TillDatabase): TillDatabase {
  return new Proxy(db, {
    get: (target, name) => {
      if (name === 'close') return () => {}
      const value = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
