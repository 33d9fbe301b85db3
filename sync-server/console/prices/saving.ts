import { useState } from 'react'
import { z } from 'zod'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { ApiError } from '../session/api.ts'
import { settingsWords } from '../settings-words.ts'
import { useAsking } from './pricing-data.ts'

/** What is there already: which, and as it was when it was opened. */
export interface Existing {
  id: string
  version: number
}

/** What came of saving: its id and new version, or the server's words and the field that they are about. */
export type Saved = Existing | { told: string; field: string | null }

/** Makes (null) or changes a thing of the server's. */
export function useSaving(path: string) {
  const s = useWords(settingsWords)
  const asking = useAsking()
  const [busy, setBusy] = useState(false)
  const save = async (existing: Existing | null, body: unknown): Promise<Saved> => {
    setBusy(true)
    try {
      const schema = z.object({ id: z.string(), version: z.int() })
      return await (existing === null
        ? asking(path, schema, { body })
        : asking(`${path}/${existing.id}`, schema, { body, method: 'PUT', version: existing.version }))
    } catch (error) {
      const words = error instanceof ApiError ? `${error.message} ${error.remedy}`.trim() : ''
      return {
        told: words || s('failed'),
        field: error instanceof ApiError ? (error.field ?? null) : null,
      }
    } finally {
      setBusy(false)
    }
  }
  return { busy, save }
}
