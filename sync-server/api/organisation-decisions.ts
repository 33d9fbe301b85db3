import { sql, type Transaction } from 'kysely'
import { may, type Permission, roleSchema, rolesThatMay } from '../../domain/permissions.ts'
import { type Refusal, refuse } from '../../domain/refusals.ts'
import type { ServerTables } from '../../migrations/schema.ts'
import type { ServerDatabase } from '../database/pool.ts'
import { type DecisionTools, decisionsIn } from './decisions.ts'

export interface OrganisationTools extends DecisionTools {
  db: ServerDatabase
  /** Somebody's or something's rights have changed: whatever is open is to be proven anew. */
  rightsChanged(): void
}

export type Trx = Transaction<ServerTables>

/** What was decided about people and devices; never a PIN. */
export const { recordDecision, versionOf, changedMeanwhile, readDecisions } = decisionsIn<
  'person' | 'device'
>('organisation_decision')

/**
 * One decision about people and devices at a time, held until the transaction ends: two who take each other's right away
 * are heard one after the other, and no PIN is given twice.
 * @returns refused when who decides lost the right meanwhile
 */
export async function takeTurn(
  trx: Trx,
  staffId: string,
  permission: Permission,
): Promise<Refusal<'not-allowed'> | null> {
  await sql`select pg_advisory_xact_lock(hashtext('organisation'))`.execute(trx)
  const actor = await trx
    .selectFrom('staff')
    .where('id', '=', staffId)
    .where('active', '=', true)
    .select('role')
    .executeTakeFirst()
  if (actor && may(roleSchema.parse(actor.role), permission)) return null
  return refuse('not-allowed', { roles: rolesThatMay(permission).join(', ') })
}
