import { useEffect, useRef } from 'react'
import { z } from 'zod'
import { revokeReasonSchema } from '../../../domain/people/person.ts'
import { roleSchema } from '../../../domain/permissions.ts'
import { useLive } from '../live/live-context.ts'
import { useRead } from '../prices/pricing-data.ts'

const peopleSchema = z.object({
  people: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      role: roleSchema,
      branchId: z.string().nullable(),
      active: z.boolean(),
      hasPin: z.boolean(),
      login: z.string().nullable(),
      version: z.int(),
    }),
  ),
  withoutCloser: z.array(z.string()),
})
export type Person = z.infer<typeof peopleSchema>['people'][number]

const deviceDecisionSchema = z.union([
  z.object({ deed: z.literal('revoke'), reason: revokeReasonSchema, note: z.string().nullable() }),
  z.object({ deed: z.literal('reinstate') }),
])
const devicesSchema = z.object({
  devices: z.array(
    z.object({
      id: z.string(),
      version: z.int(),
      last: z.object({ at: z.string(), by: z.string(), content: deviceDecisionSchema }).nullable(),
    }),
  ),
})
export type DecidedDevice = z.infer<typeof devicesSchema>['devices'][number]

const pair = <T>(of: z.ZodType<T>) => z.tuple([of.nullable(), of]).optional()
export const decisionsSchema = z.object({
  decisions: z.array(
    z.object({
      at: z.string(),
      by: z.string(),
      content: z.object({
        changes: z.object({
          name: pair(z.string()),
          role: pair(roleSchema),
          branchId: pair(z.string().nullable()),
          active: pair(z.boolean()),
        }),
        pin: z.enum(['set', 'removed']).optional(),
        login: z.enum(['set', 'removed']).optional(),
      }),
    }),
  ),
})
export type PersonDecision = z.infer<typeof decisionsSchema>['decisions'][number]

/** What the server says when something was decided: what it is at now. */
export const decidedSchema = z.object({ id: z.string(), version: z.int() })

export const enrolmentSchema = z.object({ code: z.string(), expiresAt: z.string() })

/** Reads anew whenever who or what there is has changed, whoever changed it. */
function useReadAnew<T>(path: string, schema: z.ZodType<T>) {
  const read = useRead(path, schema)
  const directory = useLive((state) => state.directory)
  const seen = useRef(directory)
  const { reload } = read
  useEffect(() => {
    if (seen.current === directory) return
    seen.current = directory
    reload()
  }, [directory, reload])
  return read
}

export const usePeople = () => useReadAnew('/v1/people', peopleSchema)
export const useDevices = () => useReadAnew('/v1/devices', devicesSchema)
export const useDecisions = (personId: string) => useRead(`/v1/people/${personId}/decisions`, decisionsSchema)
