import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { EngineError } from '../errors.ts'

/** Makes the names in a folder durable. Windows has no such call, and needs none. */
export function syncDirectory(dir: string): void {
  if (process.platform === 'win32') return
  const fd = openSync(dir, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Writes a file whole, so that after a crash there is either the old one or the new, and it is the new one. */
export async function writeDurably(path: string, text: string | Uint8Array): Promise<void> {
  const file = await open(`${path}.new`, 'w')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  await syncDirectoryLater(dirname(path))
}

/** As `syncDirectory`, without holding up everything else meanwhile. */
async function syncDirectoryLater(dir: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const SQLITE_BUSY = 5

/** Locks in hand. A handle that nothing refers to is collected as garbage, and its lock goes with it. */
const held = new Set<DatabaseSync>()

/**
 * Takes a folder for this process alone, and gives what releases it. The lock is the operating system's, on a SQLite
 * file: it goes with the process, also after a kill -9, and no other process that has its number by now can seem to
 * have it. Throws an EngineError when another one has it.
 */
export function lockFolder(dir: string): () => void {
  const db = new DatabaseSync(join(dir, 'lock.db'), { timeout: 0 })
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error
    throw new EngineError(`The folder ${dir} is in use by another engine; give this one its own.`, {
      cause: error,
    })
  }
  // What builds before this one held it by.
  rmSync(join(dir, 'lock'), { force: true })
  held.add(db)
  return () => {
    held.delete(db)
    db.close()
  }
}
