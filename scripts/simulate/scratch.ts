import { mkdtempSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Room that a run's folders may need, bytes. */
const ROOM = 1024 ** 3

/**
 * A fresh folder in memory where the system offers that, else in its temporary folder. What a run tests is that a killed
 * process loses nothing, and that does not depend on how long a disk takes to flush.
 */
export function scratchFolder(name: string): string {
  return mkdtempSync(join(memoryFolder() ?? tmpdir(), `${name}-`))
}

function memoryFolder(): string | null {
  const folder = '/dev/shm'
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize > ROOM ? folder : null
  } catch {
    return null
  }
}
