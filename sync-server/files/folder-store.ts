import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { checkKey, type ObjectStore } from './object-store.ts'

/** The object store of one machine: a folder whose files are the objects. */
export function openFolderStore(folder: string): ObjectStore {
  const pathOf = (key: string) => {
    checkKey(key)
    return join(folder, key)
  }
  return {
    put: async (key, bytes) => {
      const path = pathOf(key)
      await mkdir(dirname(path), { recursive: true })
      const part = `${path}.${randomUUID()}.part`
      try {
        await writeFile(part, bytes, { flush: true })
        await rename(part, path)
      } catch (error) {
        await rm(part, { force: true })
        throw error
      }
    },
    open: async (key) => {
      try {
        const file = await open(pathOf(key))
        const { size } = await file.stat()
        const body = Readable.toWeb(file.createReadStream()) as ReadableStream<Uint8Array>
        return { size, body }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
        throw error
      }
    },
  }
}
