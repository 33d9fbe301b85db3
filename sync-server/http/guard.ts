import type { MiddlewareHandler } from 'hono'
import { may, type Permission, rolesThatMay } from '../../domain/permissions.ts'
import { refuse } from '../../domain/refusals.ts'
import type { Authenticate, DeviceCaller, StaffCaller } from '../auth/caller.ts'
import type { AppEnv } from './env.ts'
import { granted, Refused } from './refused.ts'

/** Who may come in: what a person needs to be granted, and whether a device may. */
export interface Admission {
  /** `any`: every signed-in person. Absent: no person. */
  staff?: Permission | 'any'
  device?: true
}

const admits = ({ staff, device }: Admission, caller: DeviceCaller | StaffCaller): boolean => {
  if (caller.kind === 'device') return device === true
  return staff !== undefined && (staff === 'any' || may(caller.role, staff))
}

/** Builds the middleware that proves the caller and admits or refuses them. */
export function createGuard(authenticate: Authenticate) {
  return (admission: Admission): MiddlewareHandler<AppEnv> =>
    async (c, next) => {
      const caller = granted(await authenticate(c.req.header('authorization')))
      c.set('caller', caller)
      if (!admits(admission, caller)) {
        const { staff } = admission
        const roles = staff && staff !== 'any' ? rolesThatMay(staff) : []
        throw new Refused(refuse('not-allowed', { roles: roles.join(', ') || 'an enrolled device' }))
      }
      await next()
    }
}

export type Guard = ReturnType<typeof createGuard>

/** The caller of a route that admits devices only. @throws TypeError when the route forgot its guard */
export function deviceOf(caller: AppEnv['Variables']['caller']): DeviceCaller {
  if (caller?.kind !== 'device') throw new TypeError('this route is not guarded for devices')
  return caller
}

/** The caller of a route that admits people only. @throws TypeError when the route forgot its guard */
export function staffOf(caller: AppEnv['Variables']['caller']): StaffCaller {
  if (caller?.kind !== 'staff') throw new TypeError('this route is not guarded for people')
  return caller
}
