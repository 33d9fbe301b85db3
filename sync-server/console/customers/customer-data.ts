import { useCallback, useEffect, useRef, useState } from 'react'
import { z } from 'zod'
import { minorSchema } from '../../../domain/money.ts'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { useAsking } from '../prices/pricing-data.ts'
import { ApiError } from '../session/api.ts'
import { settingsWords } from '../settings-words.ts'

const customersSchema = z.object({
  customers: z.array(
    z.object({
      id: z.string(),
      number: z.int(),
      name: z.string(),
      loyaltyNumber: z.string().nullable(),
      accountLimit: minorSchema.nullable(),
      active: z.boolean(),
      owed: minorSchema,
    }),
  ),
})
export type Customer = z.infer<typeof customersSchema>['customers'][number]

const vouchersSchema = z.object({
  vouchers: z.array(
    z.object({
      code: z.string(),
      expiresOn: z.string().nullable(),
      active: z.boolean(),
      worth: minorSchema,
      issuedAt: z.string().nullable(),
      issued: minorSchema.nullable(),
    }),
  ),
})
export type Voucher = z.infer<typeof vouchersSchema>['vouchers'][number]

const movementsSchema = z.object({
  movements: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      amount: minorSchema,
      at: z.string(),
      branchId: z.string(),
      receipt: z.int().nullable(),
    }),
  ),
})
export type Movement = z.infer<typeof movementsSchema>['movements'][number]

/** What a text finds; the newest question's answer is shown, whichever came later. */
function useFound<T>(path: string, schema: z.ZodType<T>) {
  const asking = useAsking()
  const [found, setFound] = useState<T | 'unread'>()
  const asked = useRef(0)
  const text = useRef('')
  const find = useCallback(
    (wanted: string = text.current) => {
      text.current = wanted
      asked.current += 1
      const mine = asked.current
      asking(path, schema, { body: { text: wanted.trim() } }).then(
        (answer) => mine === asked.current && setFound(answer),
        () => mine === asked.current && setFound('unread'),
      )
    },
    [asking, path, schema],
  )
  useEffect(() => find(), [find])
  return { found, find }
}

export const useCustomers = () => useFound('/v1/customers/search', customersSchema)
export const useVouchers = () => useFound('/v1/vouchers/search', vouchersSchema)

/** What moved on a voucher; undefined until it is read. */
export function useMovements(code: string): readonly Movement[] | 'unread' | undefined {
  const asking = useAsking()
  const [movements, setMovements] = useState<readonly Movement[] | 'unread'>()
  useEffect(() => {
    let wanted = true
    asking('/v1/vouchers/movements', movementsSchema, { body: { code } }).then(
      (read) => wanted && setMovements(read.movements),
      () => wanted && setMovements('unread'),
    )
    return () => {
      wanted = false
    }
  }, [asking, code])
  return movements
}

/** Sends a decision. @returns its answer, or the server's words and the field that they are about */
export function useDeciding() {
  const s = useWords(settingsWords)
  const asking = useAsking()
  const [busy, setBusy] = useState(false)
  const decide = async <T>(
    path: string,
    schema: z.ZodType<T>,
    request: { body: unknown; method?: 'PUT'; version?: number },
  ): Promise<{ answer: T } | { told: string; field: string | null }> => {
    setBusy(true)
    try {
      return { answer: await asking(path, schema, request) }
    } catch (error) {
      const known = error instanceof ApiError ? error : null
      return {
        told: `${known?.message ?? ''} ${known?.remedy ?? ''}`.trim() || s('failed'),
        field: known?.field ?? null,
      }
    } finally {
      setBusy(false)
    }
  }
  return { busy, decide }
}
