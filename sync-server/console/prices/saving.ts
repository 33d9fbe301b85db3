import { useState } from 'react'
import { z } from 'zod'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { ApiError } from '../session/api.ts'
import { settingsWords } from '../settings-words.ts'
import { useAsking } from './pricing-data.ts'

/** What came of saving: its id, or the server's words and the field that they are about. */
export type Saved = { id: string } | { told: string; field: string | null }

/** Makes (`id` null) or changes a thing of the server's. */
export function useSaving(path: string) {
  const s = useWords(settingsWords)
  const asking = useAsking()
  const [busy, setBusy] = useState(false)
  const save = async (id: string | null, body: unknown): Promise<Saved> => {
    setBusy(true)
    try {
      const schema = z.object({ id: z.string() })
      return await (id === null
        ? asking(path, schema, { body })
        : asking(`${path}/${id}`, schema, { body, method: 'PUT' }))
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
