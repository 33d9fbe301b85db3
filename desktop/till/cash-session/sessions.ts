import type { BusinessDate } from '../../../domain/business-date.ts'
import type { Minor } from '../../../domain/money.ts'
import type { DrawerActionView } from '../../bridge/views.ts'
import type { TillDatabase } from '../store/database.ts'
import { createHistoryCheck } from './history.ts'

/** The drawer's open session as the till stores it. */
export interface OpenSession {
  sessionId: string
  businessDate: BusinessDate
  openedAt: string
  openedByName: string
  float: Minor
  /** Whose drawer it is; null when several cashiers share it. */
  ownerId: string | null
  ownerName: string | null
}

/** What every service asks before it touches the drawer. */
export interface Sessions {
  /** The open session of who is at the till: a drawer of their own, else the shared one, else null. */
  open(): OpenSession | null
  /** Every open session of this register, other people's own drawers among them. */
  allOpen(): OpenSession[]
  saleCount(sessionId: string): number
  /** Whether what happened in a session before this till was installed is still on its way. */
  lacksHistory(sessionId: string): boolean
  /** The latest things done with the drawer outside of sales, latest first. */
  actions(sessionId: string): DrawerActionView[]
}

/** As many as a person looks back on; all of them are in the explanation of a difference. */
const ACTIONS_SHOWN = 8

/**
 * Reads the sessions of one register.
 * @param atTill the id of who is at the till, or null while it is locked
 */
export function createSessions(db: TillDatabase, registerId: string, atTill: () => string | null): Sessions {
  // Bound once: SQLite plans a statement again whenever a value it may have planned by is bound anew.
  const readOpen = db
    .prepare(`
    select c.id as sessionId, c.business_date as businessDate, c.opened_at as openedAt, c.opening_float as "float",
      coalesce(s.name, '') as openedByName, c.owner_id as ownerId, o.name as ownerName
    from cash_session c left join staff s on s.id = c.opened_by left join staff o on o.id = c.owner_id
    where c.register_id = ? and c.closed_at is null
    order by c.opened_at desc`)
    .bind(registerId)
  const countSales = db.prepare('select count(*) from sale where session_id = ?').pluck()
  const readActions = db.prepare(`
    select a.id, a.kind, a.at, a.reason, coalesce(p.name, '') as actorName,
      case when a.kind = 'paid-in' then a.amount else -a.amount end as amount
    from drawer_action a left join staff p on p.id = a.actor_id
    where a.session_id = ? order by a.at desc, a.id desc limit ${ACTIONS_SHOWN}`)
  const allOpen = () => readOpen.all() as OpenSession[]
  return {
    open: () => {
      const sessions = allOpen()
      const shared = sessions.find(({ ownerId }) => ownerId === null) ?? null
      if (sessions.length === 0 || (shared && sessions.length === 1)) return shared
      const person = atTill()
      return sessions.find(({ ownerId }) => ownerId !== null && ownerId === person) ?? shared
    },
    allOpen,
    lacksHistory: createHistoryCheck(db),
    saleCount: (sessionId) => countSales.get(sessionId) as number,
    actions: (sessionId) => readActions.all(sessionId) as DrawerActionView[],
  }
}
