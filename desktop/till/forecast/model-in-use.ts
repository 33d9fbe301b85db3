import type { FeatureSpec } from '../../../forecast-models/features.ts'
import { ModelError, type ModelFault, type ModelRow, type ModelStore } from './model-store.ts'
import type { ScoringThread } from './scoring.ts'

/** What looking for a newer model came to. After `failed` the model in use before stays in use. */
export type RefreshResult =
  | { state: 'none-registered' }
  | { state: 'current' | 'updated'; modelId: string }
  | { state: 'failed'; modelId: string; fault: ModelFault; message: string }

interface InUse {
  model: ModelRow
  spec: FeatureSpec
}

/** The model that the scoring thread holds. */
export interface ModelInUse {
  /** Takes the newest registered model: from the disk, or by download. Asked twice at once, it runs once. */
  refresh(): Promise<RefreshResult>
  /** The model in use; when there is none yet, the newest on this disk. Never waits for the network. */
  get(): Promise<InUse | undefined>
}

/** Moves models from the store into the scoring thread, newest first, and keeps the old one when that fails. */
export function createModelInUse(store: ModelStore, thread: ScoringThread): ModelInUse {
  let current: InUse | undefined
  let refreshing: Promise<RefreshResult> | undefined
  let installing: Promise<void> | undefined

  const install = (model: ModelRow, bytes: Uint8Array) => {
    installing = thread.load(bytes).then(
      (spec) => {
        current = { model, spec }
      },
      (cause) => {
        const reason = cause instanceof Error ? cause.message : String(cause)
        throw new ModelError('unusable', `model ${model.id} cannot be used: ${reason}`, { cause })
      },
    )
    return installing
  }

  /** The newest model whose file is on this disk and can be used, unless one is in use or on its way. */
  const installFromDisk = async (models: readonly ModelRow[]) => {
    for (const model of models) {
      const bytes = await store.read(model)
      await installing?.catch(() => {})
      if (current) return
      if (bytes) await install(model, bytes).catch(() => {})
      if (current) return
    }
  }

  const refreshOnce = async (): Promise<RefreshResult> => {
    const models = store.registered()
    const [newest] = models
    if (!newest) return { state: 'none-registered' }
    if (current?.model.id === newest.id) return { state: 'current', modelId: newest.id }
    try {
      const bytes = (await store.read(newest)) ?? (await store.fetch(newest))
      await install(newest, bytes)
      await store.keepOnly(models.slice(0, 2)).catch(() => {})
      return { state: 'updated', modelId: newest.id }
    } catch (error) {
      if (!(error instanceof ModelError)) throw error
      if (!current) await installFromDisk(models.slice(1))
      return { state: 'failed', modelId: newest.id, fault: error.fault, message: error.message }
    }
  }

  return {
    refresh: () => {
      refreshing ??= refreshOnce().finally(() => {
        refreshing = undefined
      })
      return refreshing
    },
    get: async () => {
      if (!current) await installFromDisk(store.registered())
      return current
    },
  }
}
