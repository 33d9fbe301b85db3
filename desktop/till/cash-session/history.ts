import { joinedBefore } from '../replica/load.ts'
import type { TillDatabase } from '../store/database.ts'

/** What a session's figures are read from, beside its own row and the sum of its drawer. */
const ROWS_OF = [
  'sale',
  'sale_tax',
  'sale_tender',
  'refund',
  'refund_tax',
  'refund_tender',
  'cash_movement',
] as const

/**
 * Tells whether rows of a session are still on their way: it was opened before this till was installed, or at another
 * one, and a first replica has brought the drawer's sum (which comes with what a till sells with) but not yet what it
 * is the sum of.
 */
export function createHistoryCheck(db: TillDatabase): (sessionId: string) => boolean {
  const wasJoined = joinedBefore(db)
  const isOpening = `type = 'cash-session.opened' and json_extract(body, '$.payload.sessionId') = @sessionId`
  const readOpening = db
    .prepare(
      `select 1 from journal where ${isOpening} union all select 1 from journal_past where ${isOpening}`,
    )
    .pluck()
  return (sessionId) => {
    if (!wasJoined('drawer_balance') || ROWS_OF.every(wasJoined)) return false
    // What happened in a drawer that was opened here is in this till's own journals, and so in its rows.
    return readOpening.get({ sessionId }) === undefined
  }
}
