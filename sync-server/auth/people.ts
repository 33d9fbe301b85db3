import { verifyToken } from '@clerk/backend'
import { TokenVerificationError } from '@clerk/backend/errors'
import { roleSchema } from '../../domain/permissions.ts'
import { refuse } from '../../domain/refusals.ts'
import type { ServerDatabase } from '../database/pool.ts'
import type { StaffCaller, TokenCheck } from './caller.ts'

/** Whose session tokens are believed. */
export interface PeopleTrust {
  /** PEM (SPKI) of the RSA key that signs session tokens. */
  jwtKey: string
  /** Origins whose tokens are accepted (`azp`): a token made for another site is none of ours. */
  authorizedParties: string[]
}

/**
 * Checks people's session tokens without the network, and finds the staff member whose login it is. Role and branch
 * come from our own rows at each request, so that a change of role or a leaver counts at once.
 * @returns a check that answers `unauthenticated` when the token does not hold or belongs to no active staff member
 */
export function createPeopleCheck(db: ServerDatabase, trust: PeopleTrust): TokenCheck<StaffCaller> {
  return async (token) => {
    let userId: string
    try {
      const claims = await verifyToken(token, trust)
      // A pending session still has a task to do, such as a second factor: it is not signed in.
      if (claims.sts === 'pending' || typeof claims.sub !== 'string') return refuse('unauthenticated')
      userId = claims.sub
    } catch (error) {
      if (error instanceof TokenVerificationError) return refuse('unauthenticated')
      throw error
    }
    const staff = await db
      .selectFrom('staff_login')
      .innerJoin('staff', 'staff.id', 'staff_login.staff_id')
      .select(['staff.id', 'staff.name', 'staff.role', 'staff.branch_id'])
      .where('staff_login.clerk_user_id', '=', userId)
      .where('staff.active', '=', true)
      .executeTakeFirst()
    if (!staff) return refuse('unauthenticated')
    return {
      kind: 'staff',
      staffId: staff.id,
      name: staff.name,
      role: roleSchema.parse(staff.role),
      branchId: staff.branch_id,
    }
  }
}
