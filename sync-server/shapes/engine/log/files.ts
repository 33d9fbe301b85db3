import { closeSync, fsyncSync, openSync, writeFileSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { dirname } from 'node:path'

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

/** Writes a small file so that after a crash there is either the old text or the new. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const fd = openSync(`${path}.new`, 'w')
  try {
    writeFileSync(fd, text)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  await rename(`${path}.new`, path)
  syncDirectory(dirname(path))
}
