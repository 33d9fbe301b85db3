import Database from 'better-sqlite3'

/** Another process owns this data folder. */
export class FolderInUse extends Error {
  override name = 'FolderInUse'
}

/**
 * Takes a data folder for this process alone. The lock is the operating system's, on a SQLite file: it goes with the
 * process, also after kill -9, so that there is never a stale one to clean up.
 * @returns how to give it back
 * @throws FolderInUse when another process has it
 */
export function lockFolder(file: string): () => void {
  const db = new Database(file, { timeout: 0 })
  try {
    db.pragma('locking_mode = EXCLUSIVE')
    db.exec('begin exclusive')
  } catch (error) {
    db.close()
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
      throw new FolderInUse('another till already runs on this data folder')
    }
    throw error
  }
  return () => db.close()
}
