import type { Kysely } from 'kysely'
import { type Refusal, refuse } from '../../domain/refusals.ts'
import type { ServerTables } from '../../migrations/schema.ts'

/** Tables that keep what head office decided, all of one form. */
type DecisionTable = 'price_decision' | 'organisation_decision'

export interface DecisionTools {
  /** Milliseconds since the Unix epoch. */
  clock: () => number
  newId: () => string
}

/** What a decision is about, and by whom. */
interface Decision<Subject extends string> {
  subject: Subject
  subjectId: string
  staffId: string
  content: unknown
}

/** One decision as it is shown. */
export interface DecisionView {
  at: string
  by: string
  content: Record<string, unknown>
}

/** Reads and keeps the decisions of one table, about subjects of these kinds. */
export function decisionsIn<Subject extends string>(table: DecisionTable) {
  /** Keeps what was decided and by whom, in the transaction that carries it out. */
  const recordDecision = async (
    { clock, newId }: DecisionTools,
    trx: Kysely<ServerTables>,
    { subject, subjectId, staffId, content }: Decision<Subject>,
  ): Promise<void> => {
    await trx
      .insertInto(table)
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

  /** How often something has been decided about a subject: what it is at, for who changes it. */
  const versionOf = async (db: Kysely<ServerTables>, subjectId: string): Promise<number> => {
    const { version } = await db
      .selectFrom(table)
      .where('subject_id', '=', subjectId)
      .select(({ fn }) => fn.countAll<number>().as('version'))
      .executeTakeFirstOrThrow()
    return Number(version)
  }

  /** What was decided about a subject, the newest first. */
  const readDecisions = async (
    db: Kysely<ServerTables>,
    subjectId: string,
    atMost: number,
  ): Promise<DecisionView[]> => {
    const rows = await db
      .selectFrom(table)
      .where('subject_id', '=', subjectId)
      .orderBy('decided_at', 'desc')
      .orderBy('id', 'desc')
      .limit(atMost)
      .select(({ selectFrom }) => [
        'decided_at',
        'content',
        selectFrom('staff').whereRef('staff.id', '=', 'decided_by').select('name').as('name'),
      ])
      .execute()
    return rows.map((row) => ({ at: row.decided_at, by: row.name ?? '?', content: JSON.parse(row.content) }))
  }

  /**
   * Refused when somebody has decided about a subject since it was looked at. Asked once its row is locked: of two who
   * change it at once, the second sees what the first decided.
   * @param seen the version that was looked at
   */
  const changedMeanwhile = async (
    db: Kysely<ServerTables>,
    subjectId: string,
    seen: number,
  ): Promise<Refusal<'changed-meanwhile'> | null> => {
    if ((await versionOf(db, subjectId)) === seen) return null
    const [last] = await readDecisions(db, subjectId, 1)
    return refuse('changed-meanwhile', { who: last?.by ?? '?' })
  }

  return { recordDecision, versionOf, readDecisions, changedMeanwhile }
}
