import { type Kysely, sql, type Transaction } from 'kysely'
import { may, type Permission, roleSchema, rolesThatMay } from '../../domain/permissions.ts'
import { type Refusal, refuse } from '../../domain/refusals.ts'
import type { ServerTables } from '../../migrations/schema.ts'
import type { ServerDatabase } from '../database/pool.ts'

export interface OrganisationTools {
  db: ServerDatabase
  /** Milliseconds since the Unix epoch. */
  clock: () => number
  newId: () => string
  /** Somebody's or something's rights have changed: whatever is open is to be proven anew. */
  rightsChanged(): void
}

export type Trx = Transaction<ServerTables>

/** What was decided about a person or a device; never a PIN. */
interface Decision {
  subject: 'person' | 'device'
  subjectId: string
  staffId: string
  content: object
}

/** Keeps what was decided and by whom, in the transaction that carries it out. */
export async function recordDecision(
  { clock, newId }: Pick<OrganisationTools, 'clock' | 'newId'>,
  trx: Kysely<ServerTables>,
  { subject, subjectId, staffId, content }: Decision,
): Promise<void> {
  await trx
    .insertInto('organisation_decision')
    .values({
      id: newId(),
      subject,
      subject_id: subjectId,
      decided_by: staffId,
      decided_at: new Date(clock()).toISOString(),
      content: JSON.stringify(content),
    })
    .execute()
}

/** How often something has been decided about a person or device. */
export async function versionOf(db: Kysely<ServerTables>, id: string): Promise<number> {
  const counted = await db
    .selectFrom('organisation_decision')
    .where('subject_id', '=', id)
    .select(({ fn }) => fn.countAll<number>().as('version'))
    .executeTakeFirstOrThrow()
  return Number(counted.version)
}

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

/** Refused when somebody has decided about it since it was looked at. To be asked within a turn. */
export async function changedMeanwhile(
  trx: Trx,
  id: string,
  seen: number,
): Promise<Refusal<'changed-meanwhile'> | null> {
  if ((await versionOf(trx, id)) === seen) return null
  const [last] = await readDecisions(trx, id, 1)
  return refuse('changed-meanwhile', { who: last?.by ?? '?' })
}

/** One decision as it is shown. */
export interface DecisionView {
  at: string
  by: string
  content: Record<string, unknown>
}

/** What was decided about a person or device, the newest first. */
export async function readDecisions(
  db: Kysely<ServerTables>,
  id: string,
  atMost: number,
): Promise<DecisionView[]> {
  const rows = await db
    .selectFrom('organisation_decision as d')
    .leftJoin('staff as p', 'p.id', 'd.decided_by')
    .where('d.subject_id', '=', id)
    .orderBy('d.decided_at', 'desc')
    .orderBy('d.id', 'desc')
    .limit(atMost)
    .select(['d.decided_at', 'd.content', 'p.name'])
    .execute()
  return rows.map((row) => ({
    at: row.decided_at,
    by: row.name ?? '?',
    content: JSON.parse(row.content) as Record<string, unknown>,
  }))
}
