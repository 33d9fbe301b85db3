import { useState } from 'react'
import { z } from 'zod'
import { type Minor, parseAmount } from '../../../domain/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { useLiveParts } from '../live/live-context.ts'
import { ApiError, ask } from '../session/api.ts'
import { settingsWords } from '../settings-words.ts'

/** Minor units as they are typed; blank for none. */
export const amountText = (amount: number | null | undefined) =>
  amount == null ? '' : (amount / 100).toFixed(2)

/** An amount as typed, minor units; null when blank, undefined when it cannot be read. */
export function readMinor(text: string): Minor | null | undefined {
  if (text.trim() === '') return null
  const read = parseAmount(text)
  return 'amount' in read ? read.amount : undefined
}

/** Saves by PUT and tells how it went in one line. */
export function useSettings() {
  const s = useWords(settingsWords)
  const { token } = useLiveParts()
  const locale = useLocale()
  const [told, setTold] = useState('')
  const save = async (path: string, body: unknown): Promise<boolean> => {
    try {
      await ask(path, z.object({}), { token, locale, body, method: 'PUT' })
      setTold(s('saved'))
      return true
    } catch (error) {
      const words = error instanceof ApiError ? `${error.message} ${error.remedy}`.trim() : ''
      setTold(words || s('failed'))
      return false
    }
  }
  return { told, setTold, save }
}
