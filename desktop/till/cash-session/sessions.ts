import type { BusinessDate } from '../../../domain/business-date.ts'
import type { Minor } from '../../../domain/money.ts'
import type { DrawerActionView } from '../../bridge/views.ts'
import type { TillDatabase } from '../store/database.ts'

/** The drawer's open session as the till stores it. */
export interface OpenSession {
  sessionId: string
  businessDate: BusinessDate
  openedAt: string
  openedByName: string
  float: Minor
}

/** What every service asks before it touches the drawer. */
export interface Sessions {
  /** The register's open session, or null while its drawer is closed. */
  open(): OpenSession | null
  saleCount(sessionId: string): number
  /** The latest things done with the drawer outside of sales, latest first. */
  actions(sessionId: string): DrawerActionView[]
}

/** As many as a person looks back on; all of them are in the explanation of a difference. */
const ACTIONS_SHOWN = 8

/** Reads the sessions of one register. */
export function createSessions(db: TillDatabase, registerId: string): Sessions {
  // Bound once: SQLite plans a statement again whenever a value it may have planned by is bound anew.
  const readOpen = db
    .prepare(`
    select c.id as sessionId, c.business_date as businessDate, c.opened_at as openedAt, c.opening_float as "float",
      coalesce(s.name, '') as openedByName
    from cash_session c left join staff s on s.id = c.opened_by
    where c.register_id = ? and c.closed_at is null
    order by c.opened_at desc limit 1`)
    .bind(registerId)
  const countSales = db.prepare('select count(*) from sale where session_id = ?').pluck()
  const readActions = db.prepare(`
    select a.id, a.kind, a.at, a.reason, coalesce(p.name, '') as actorName,
      case when a.kind = 'paid-in' then a.amount else -a.amount end as amount
    from drawer_action a left join staff p on p.id = a.actor_id
    where a.session_id = ? order by a.at desc, a.id desc limit ${ACTIONS_SHOWN}`)
  return {
    open: () => (readOpen.get() as OpenSession | undefined) ?? null,
    saleCount: (sessionId) => countSales.get(sessionId) as number,
    actions: (sessionId) => readActions.all(sessionId) as DrawerActionView[],
  }
}
