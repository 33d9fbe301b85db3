import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import {
  BDPM_FILE_NAMES,
  type BdpmCatalogue,
  type BdpmFiles,
  readBdpm,
} from '../../domain/catalogue/bdpm/catalogue.ts'
import { BdpmFaults } from '../../domain/catalogue/bdpm/faults.ts'
import type { BdpmFile } from '../../domain/catalogue/bdpm/table.ts'

const unzip = promisify(gunzip)

/** The largest published file is 4 MB; ten times over is no published file. Also bounds what a gzip may unfold to. */
const BYTES_MAX = 64 * 1024 * 1024

/** What the files of a folder say, and the day they were last written there. */
export interface BdpmFolder {
  /** The folder's own name, not its path. */
  label: string
  catalogue: BdpmCatalogue
  /** `YYYY-MM-DD` in UTC of the newest of the files. */
  modifiedOn: string
}

async function entriesOf(dir: string): Promise<string[]> {
  try {
    return await readdir(dir)
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    const reason = { ENOENT: 'there is no such folder', ENOTDIR: 'that is a file, not a folder' }[why] ?? why
    throw new Error(`cannot read the folder ${dir}: ${reason}`, { cause })
  }
}

async function readOne(
  dir: string,
  name: string,
  faults: BdpmFaults,
): Promise<(BdpmFile & { modifiedMs: number }) | null> {
  const path = join(dir, name)
  const { size, mtimeMs } = await stat(path)
  if (size > BYTES_MAX) {
    faults.add(name, null, `is ${Math.round(size / 1048576)} MB: too large to be the published file`)
    return null
  }
  const packed = await readFile(path)
  if (!/\.gz$/i.test(name)) return { name, bytes: packed, modifiedMs: mtimeMs }
  try {
    return { name, bytes: await unzip(packed, { maxOutputLength: BYTES_MAX }), modifiedMs: mtimeMs }
  } catch (cause) {
    faults.add(name, null, `cannot be unpacked, it is damaged or truncated (${String(cause)})`)
    return null
  }
}

/**
 * Reads the published files of a folder: each as `.txt`, or packed as `.txt.gz` when that is not there.
 * @throws BdpmRefusal naming what is missing, cannot be unpacked or has a fault, by file and line
 * @throws Error when the folder cannot be read
 */
export async function readBdpmFolder(dir: string): Promise<BdpmFolder> {
  const entries = await entriesOf(dir)
  const faults = new BdpmFaults()
  const read = async (kind: keyof BdpmFiles, needed = true) => {
    const wanted = BDPM_FILE_NAMES[kind].toLowerCase()
    const name =
      entries.find((entry) => entry.toLowerCase() === wanted) ??
      entries.find((entry) => entry.toLowerCase() === `${wanted}.gz`)
    if (name) return readOne(dir, name, faults)
    if (needed) faults.add(BDPM_FILE_NAMES[kind], null, `is missing from the folder, and so is its .gz`)
    return null
  }
  const specialities = await read('specialities')
  const presentations = await read('presentations')
  const conditions = await read('conditions')
  const generics = await read('generics')
  const substances = await read('substances', false)
  faults.refuseIfAny()
  if (!specialities || !presentations || !conditions || !generics) throw new Error(`cannot read ${dir}`)
  const files = { specialities, presentations, conditions, generics, substances }
  const newestMs = Math.max(...Object.values(files).map((file) => file?.modifiedMs ?? 0))
  const modifiedOn = new Date(newestMs).toISOString().slice(0, 10)
  return { label: basename(resolve(dir)), catalogue: readBdpm(files), modifiedOn }
}
