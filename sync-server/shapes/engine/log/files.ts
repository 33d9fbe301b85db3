import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
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

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const lockedHere = new Set<string>()

/**
 * Takes a folder for this process alone, and gives what releases it. A lock left by a process that is gone is taken
 * over. Throws an EngineError when another one has it.
 */
export function lockFolder(dir: string): () => void {
  const path = join(dir, 'lock')
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' })
      lockedHere.add(path)
      return () => {
        lockedHere.delete(path)
        rmSync(path, { force: true })
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const owner = Number(readFileSync(path, 'utf8'))
      if (owner === process.pid ? lockedHere.has(path) : owner > 0 && isRunning(owner)) {
        throw new EngineError(`The folder ${dir} is in use by process ${owner}; give this engine its own.`, {
          cause: error,
        })
      }
      rmSync(path, { force: true })
    }
  }
}
