import type { Transaction } from 'kysely'
import { type Refusal, refuse } from '../../domain/refusals.ts'
import type { ServerTables } from '../../migrations/schema.ts'
import type { ServerDatabase } from '../database/pool.ts'

export interface PricingTools {
  db: ServerDatabase
  /** Milliseconds since the Unix epoch. */
  clock: () => number
  newId: () => string
}

export type Trx = Transaction<ServerTables>

/** What a decision is about, and by whom. */
interface Decision {
  subject: 'price-list' | 'promotion' | 'branch'
  subjectId: string
  staffId: string
  content: unknown
}

/** Keeps what was decided as it was sent, in the transaction that carries it out. */
export async function recordDecision(
  { clock, newId }: PricingTools,
  trx: Trx,
  decision: Decision,
): Promise<void> {
  await trx
    .insertInto('price_decision')
    .values({
      id: newId(),
      subject: decision.subject,
      subject_id: decision.subjectId,
      decided_by: decision.staffId,
      decided_at: new Date(clock()).toISOString(),
      content: JSON.stringify(decision.content),
    })
    .execute()
}

/** How often something has been decided about: what a list or promotion is at, for who changes it. */
export const versionOf = async (trx: Trx, subjectId: string): Promise<number> => {
  const { version } = await trx
    .selectFrom('price_decision')
    .where('subject_id', '=', subjectId)
    .select(({ fn }) => fn.countAll<number>().as('version'))
    .executeTakeFirstOrThrow()
  return Number(version)
}

/**
 * Refused when somebody has decided about a list or promotion since it was looked at. Asked once its row has been changed,
 * and so is locked: of two who change it at once, the second sees what the first decided.
 * @param seen the version that was looked at
 */
export async function changedMeanwhile(
  trx: Trx,
  id: string,
  seen: number,
): Promise<Refusal<'changed-meanwhile'> | null> {
  if ((await versionOf(trx, id)) === seen) return null
  const last = await trx
    .selectFrom('price_decision as d')
    .leftJoin('staff as p', 'p.id', 'd.decided_by')
    .where('d.subject_id', '=', id)
    .orderBy('d.decided_at', 'desc')
    .orderBy('d.id', 'desc')
    .select('p.name')
    .executeTakeFirst()
  return refuse('changed-meanwhile', { who: last?.name ?? '?' })
}

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
