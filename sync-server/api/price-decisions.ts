import type { Transaction } from 'kysely'
import { type Refusal, refuse } from '../../domain/refusals.ts'
import type { ServerTables } from '../../migrations/schema.ts'
import type { ServerDatabase } from '../database/pool.ts'
import { type DecisionTools, decisionsIn } from './decisions.ts'

export interface PricingTools extends DecisionTools {
  db: ServerDatabase
}

export type Trx = Transaction<ServerTables>

/** What was decided about lists, promotions and branches, as it was sent. */
export const { recordDecision, versionOf, changedMeanwhile } = decisionsIn<
  'price-list' | 'promotion' | 'branch'
>('price_decision')

/** The first of these that the catalogue does not have, named by its field; null when it has them all. */
export async function unknownProduct(
  trx: Trx,
  field: string,
  ids: readonly string[],
): Promise<Refusal<'field-not-readable'> | null> {
  const found = await trx
    .selectFrom('product')
    .select('id')
    .where('id', 'in', [...ids])
    .execute()
  const known = new Set(found.map(({ id }) => id))
  const missing = ids.find((id) => !known.has(id))
  return missing === undefined
    ? null
    : refuse('field-not-readable', { field, reason: `the catalogue has no product ${missing}` })
}

/** Refused unless there is such a branch; null stands for the whole organisation. */
export async function unknownBranch(
  trx: Trx,
  branchId: string | null,
): Promise<Refusal<'field-not-readable'> | null> {
  if (branchId === null) return null
  const found = await trx.selectFrom('branch').select('id').where('id', '=', branchId).executeTakeFirst()
  return found ? null : refuse('field-not-readable', { field: 'branchId', reason: 'there is no such branch' })
}
