import { sql, type Transaction } from 'kysely'
import type { ServerTables } from '../../migrations/schema.ts'
import type { ServerDatabase } from '../database/pool.ts'

export interface CustomerTools {
  db: ServerDatabase
  /** Milliseconds since the Unix epoch. */
  clock: () => number
  newId: () => string
}

export type Trx = Transaction<ServerTables>

/** What was decided, without what is personal. */
interface Decision {
  subject: 'customer' | 'voucher'
  key: string
  staffId: string
  content: object
}

/** Keeps what was decided and by whom, in the transaction that carries it out. */
export async function recordDecision({ clock, newId }: CustomerTools, trx: Trx, decision: Decision) {
  await trx
    .insertInto('customer_decision')
    .values({
      id: newId(),
      subject: decision.subject,
      subject_key: decision.key,
      decided_by: decision.staffId,
      decided_at: new Date(clock()).toISOString(),
      content: JSON.stringify(decision.content),
    })
    .execute()
}

/** One decision about customers at a time: no number is given twice. Held until the transaction ends. */
export const oneAtATime = (trx: Trx) => sql`select pg_advisory_xact_lock(hashtext('customer'))`.execute(trx)

/** `%` and `_` as themselves. */
export const likeText = (text: string): string => text.replace(/[\\%_]/g, '\\$&')
