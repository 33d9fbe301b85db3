import type { CashCount, CountedTender } from '../../../domain/cash-session/events.ts'
import { explainVariance, type RecordedMovement } from '../../../domain/cash-session/explain.ts'
import { type DrawerAct, listMoves } from '../../../domain/cash-session/moves.ts'
import { tenderDifferences } from '../../../domain/cash-session/tender-differences.ts'
import type { Minor } from '../../../domain/money.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { DrawerExplanationView } from '../../bridge/views.ts'
import type { Operators } from '../operator/operator.ts'
import type { TillContext } from '../till-context.ts'
import { createFigures } from './figures.ts'

type ClosedRow = {
  variance: Minor
  expected: Minor
  counted: Minor
  countedTenders: string | null
  registerId: string
}

/**
 * Explains a closed session's difference: what moved, when and by whom, and what may be wrong.
 * Refused: `locked`, `not-allowed`, `session-not-closed` when this till knows no closed session of that id in its branch.
 */
export function createExplanation(context: TillContext, operators: Operators) {
  const { db, branchId, place } = context
  const session = db.prepare(`
    select variance, expected, counted, counted_tenders as countedTenders, register_id as registerId
    from cash_session where id = ? and branch_id = ? and closed_at is not null`)
  const movements = db.prepare(`
    select m.id, m.kind, m.amount, m.at, coalesce(p.name, '') as actorName, s.receipt_number as receiptNumber
    from cash_movement m left join staff p on p.id = m.actor_id left join sale s on s.id = m.sale_id
    where m.session_id = ? order by m.at, m.id`)
  const cardSales = db.prepare(`
    select t.id, 'sale' as kind, t.amount, s.completed_at as at, coalesce(p.name, '') as actorName,
      s.receipt_number as receiptNumber
    from sale s join sale_tender t on t.sale_id = s.id left join staff p on p.id = s.cashier_id
    where s.session_id = ? and t.kind = 'card' order by s.completed_at, t.id`)
  const counts = db.prepare('select denomination, quantity from cash_count where session_id = ?')
  const actions = db.prepare(`
    select a.id, a.kind, a.at, a.reason, coalesce(p.name, '') as actorName
    from drawer_action a left join staff p on p.id = a.actor_id where a.session_id = @sessionId
    union all
    select h.id, 'hand-over', h.at, coalesce(q.name, ''), coalesce(p.name, '')
    from drawer_handover h left join staff p on p.id = h.from_id left join staff q on q.id = h.to_id
    where h.session_id = @sessionId order by 3, 1`)

  return (sessionId: string): DrawerExplanationView | Refusal => {
    const operator = operators.require('cash-session.close')
    if (isRefusal(operator)) return operator
    const found = session.get(sessionId, branchId) as ClosedRow | undefined
    if (!found) return refuse('session-not-closed')
    const { countedTenders, registerId, ...closed } = found
    const counted = countedTenders === null ? [] : (JSON.parse(countedTenders) as CountedTender[])
    const slips = tenderDifferences(createFigures(context, registerId)(sessionId), counted)
    const byCard = cardSales.all(sessionId) as RecordedMovement[]
    const moved = movements.all(sessionId) as RecordedMovement[]
    const acted = actions.all({ sessionId }) as DrawerAct[]
    return {
      ...closed,
      moves: listMoves(moved, acted, byCard, place().timeZone),
      tenders: slips,
      causes: explainVariance({
        variance: closed.variance,
        movements: moved,
        cardSales: byCard,
        counts: counts.all(sessionId) as CashCount[],
        slips,
      }),
    }
  }
}
