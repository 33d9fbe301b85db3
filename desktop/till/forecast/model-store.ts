import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { letGo } from '../device/let-go.ts'
import type { TillDatabase } from '../store/database.ts'

/** A model the server has registered, as the replica knows it. `bytes` is the file's length. */
export interface ModelRow {
  id: string
  sha256: string
  bytes: number
  featureVersion: number
  trainedAt: string
}

/** Why a model was not taken. The model in use before stays in use. */
export type ModelFault = 'download-failed' | 'hash-mismatch' | 'unusable' | 'disk'

/** A model that could not be taken. */
export class ModelError extends Error {
  override readonly name = 'ModelError'
  readonly fault: ModelFault

  constructor(fault: ModelFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}

/** Fetches a path of the sync server, such as `/v1/models/<id>`, signed by this device. */
export type Download = (path: string, init: { signal: AbortSignal }) => Promise<Response>

/** Models in the replica, and their files on this workstation's disk. */
export interface ModelStore {
  /** Registered models, newest first. */
  registered(): ModelRow[]
  /** The file of a model if it is here and is, byte for byte, the registered one. */
  read(model: ModelRow): Promise<Uint8Array | undefined>
  /** Downloads a model and stores it, whole or not at all. Throws a ModelError. */
  fetch(model: ModelRow): Promise<Uint8Array>
  /** Removes all files but those of the models given. */
  keepOnly(models: readonly ModelRow[]): Promise<void>
}

/** A model larger than this is not downloaded, bytes. */
const MAX_BYTES = 64 * 1024 * 1024

/** A download that takes longer is given up, ms. */
const DOWNLOAD_TIMEOUT_MS = 120_000

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** @param filesDir folder for model files, made when missing */
export function createModelStore(db: TillDatabase, download: Download, filesDir: string): ModelStore {
  const registered = db.prepare(
    `select id, sha256, bytes, feature_version as featureVersion, trained_at as trainedAt
     from forecast_model order by trained_at desc, id desc limit 10`,
  )
  const fileOf = (model: ModelRow) => join(filesDir, `${model.id}.onnx`)

  const read = async (model: ModelRow) => {
    try {
      const bytes = await readFile(fileOf(model))
      return hashOf(bytes) === model.sha256 ? bytes : undefined
    } catch {
      return undefined
    }
  }

  const fetch = async (model: ModelRow) => {
    const bytes = await downloadModel(download, model)
    const actual = hashOf(bytes)
    if (actual !== model.sha256) {
      throw new ModelError(
        'hash-mismatch',
        `model ${model.id} was refused: its SHA-256 is ${actual}, registered is ${model.sha256}`,
      )
    }
    try {
      await mkdir(filesDir, { recursive: true })
      await writeWhole(fileOf(model), bytes)
    } catch (cause) {
      throw new ModelError('disk', `model ${model.id} could not be stored in ${filesDir}`, { cause })
    }
    return bytes
  }

  const keepOnly = async (models: readonly ModelRow[]) => {
    const kept = new Set(models.map((model) => `${model.id}.onnx`))
    const names = await readdir(filesDir).catch(() => [])
    const old = names.filter((name) => /\.onnx(\.part)?$/.test(name) && !kept.has(name))
    await Promise.all(old.map((name) => rm(join(filesDir, name), { force: true })))
  }

  return { registered: () => registered.all() as ModelRow[], read, fetch, keepOnly }
}

async function downloadModel(download: Download, model: ModelRow): Promise<Uint8Array> {
  const failed = (reason: string, cause?: unknown) =>
    new ModelError('download-failed', `model ${model.id} could not be downloaded: ${reason}`, { cause })
  if (model.bytes > MAX_BYTES) throw failed(`${model.bytes} bytes are more than a model has`)
  const bytes = new Uint8Array(model.bytes)
  let length = 0
  try {
    const signal = AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS)
    const response = await download(`/v1/models/${encodeURIComponent(model.id)}`, { signal })
    if (!response.ok || !response.body) {
      letGo(response)
      throw failed(`the server answered ${response.status}`)
    }
    for await (const chunk of response.body) {
      if (length + chunk.length > bytes.length) {
        throw failed(`it is longer than the ${model.bytes} bytes registered`)
      }
      bytes.set(chunk, length)
      length += chunk.length
    }
  } catch (error) {
    if (error instanceof ModelError) throw error
    throw failed(error instanceof Error ? error.message : String(error), error)
  }
  if (length < bytes.length) throw failed(`${length} of ${model.bytes} bytes came`)
  return bytes
}

/** Writes beside the file, has it on the disk, then takes the name: a power cut leaves the old file or the new. */
async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const part = `${file}.part`
  const handle = await open(part, 'w')
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(part, file)
}
