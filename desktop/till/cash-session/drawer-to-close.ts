import { type Minor, minor } from '../../../domain/money.ts'
import { isRefusal, type Refusal } from '../../../domain/refusals.ts'
import type { OtherDrawerView } from '../../bridge/views.ts'
import type { Operators } from '../operator/operator.ts'
import type { Place } from '../place.ts'
import type { RegisterNumbers } from '../register-numbers.ts'
import type { TillContext } from '../till-context.ts'
import { createFigures, type SessionFigures } from './figures.ts'
import type { OpenSession, Sessions } from './sessions.ts'

/** A drawer that can be counted: this till's own, or one of the branch whose till is dead. */
export interface DrawerToClose {
  session: OpenSession
  /** Where the drawer stands: what its Z says. */
  place: Place
  figures(): SessionFigures
  /** Takes the register's next number; only to be called when it is written. */
  nextZ(): number
  /** How often X was read before this count. */
  readings(): number
  /** What was sold from drawers of the register that stand open beside it, minor units. */
  inOtherDrawers(): Minor
  /** Whose drawer it is, and how much of that journal is known here; null for this till's own. */
  elsewhere: { ofDeviceId: string; coversSeq: number } | null
}

interface Parts {
  sessions: Sessions
  numbers: RegisterNumbers
}

type Foreign = {
  session: OpenSession
  registerId: string
  registerNumber: number
  registerName: string
  deviceId: string
  deviceName: string
  coversSeq: number
}

/** Reads the open drawers of the branch's other registers. */
function createForeign({ db, branchId, registerId: ownRegisterId }: TillContext): () => Foreign[] {
  const readForeign = db.prepare(`
    select c.id as sessionId, c.business_date as businessDate, c.opened_at as openedAt, c.opening_float as "float",
      coalesce(s.name, '') as openedByName, c.owner_id as ownerId, c.register_id as registerId,
      coalesce(r.number, 0) as registerNumber, coalesce(r.name, '') as registerName, c.device_id as deviceId,
      coalesce(d.name, '') as deviceName, coalesce(h.seq, 0) as coversSeq
    from cash_session c left join staff s on s.id = c.opened_by left join register r on r.id = c.register_id
      left join device d on d.id = c.device_id left join device_head h on h.device_id = c.device_id
    where c.branch_id = ? and c.register_id <> ? and c.closed_at is null
    order by r.number, c.opened_at`)
  return () =>
    (readForeign.all(branchId, ownRegisterId) as (OpenSession & Omit<Foreign, 'session'>)[]).map(
      ({ registerId, registerNumber, registerName, deviceId, deviceName, coversSeq, ...session }) => ({
        session,
        registerId,
        registerNumber,
        registerName,
        deviceId,
        deviceName,
        coversSeq,
      }),
    )
}

/** Finds drawers to close. */
export function createDrawersToClose(context: TillContext, { sessions, numbers }: Parts) {
  const { db } = context
  const figuresOwn = createFigures(db, context.registerId)
  const readReadings = db
    .prepare(`select count(*) from drawer_action where session_id = ? and kind = 'x-report'`)
    .pluck()
  const lastZ = db
    .prepare('select coalesce(max(z_number), 0) from cash_session where register_id = ?')
    .pluck()

  const foreign = createForeign(context)
  const readOther = db
    .prepare(`
      select coalesce(sum(s.total), 0) from cash_session c join sale s on s.session_id = c.id
      where c.register_id = ? and c.closed_at is null and c.id <> ?`)
    .pluck()
  const inOther = (registerId: string, sessionId: string) =>
    minor(readOther.get(registerId, sessionId) as number)
  const readings = (sessionId: string) => readReadings.get(sessionId) as number

  return {
    own: (): DrawerToClose | null => {
      const session = sessions.open()
      if (!session) return null
      return {
        session,
        place: context.place(),
        figures: () => figuresOwn(session.sessionId),
        nextZ: numbers.nextZ,
        readings: () => readings(session.sessionId),
        inOtherDrawers: () => inOther(context.registerId, session.sessionId),
        elsewhere: null,
      }
    },
    /** Open drawers of the branch's other registers, as far as they are known here. */
    foreign,
    /** One of them, or null when it is not open, not known, or this till's own. */
    elsewhere: (sessionId: string): DrawerToClose | null => {
      const found = foreign().find(({ session }) => session.sessionId === sessionId)
      if (!found) return null
      const { session, registerId, registerNumber, registerName, deviceId, deviceName, coversSeq } = found
      return {
        session,
        place: { ...context.place(), registerId, registerNumber, registerName, deviceName },
        figures: () => createFigures(db, registerId)(sessionId),
        nextZ: () => (lastZ.get(registerId) as number) + 1,
        readings: () => readings(sessionId),
        inOtherDrawers: () => inOther(registerId, sessionId),
        elsewhere: { ofDeviceId: deviceId, coversSeq },
      }
    },
  }
}

/** Lists the branch's drawers that stand open at other registers. Refused: `locked`, `not-allowed`. */
export const createOtherDrawers =
  (operators: Operators, drawers: ReturnType<typeof createDrawersToClose>) =>
  (): OtherDrawerView[] | Refusal => {
    const operator = operators.require('cash-session.close')
    if (isRefusal(operator)) return operator
    return drawers.foreign().map(({ session, registerName, deviceName }) => ({
      sessionId: session.sessionId,
      registerName,
      deviceName,
      openedAt: session.openedAt,
      openedByName: session.openedByName,
    }))
  }
