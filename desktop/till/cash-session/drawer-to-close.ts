import { stoodOvernight } from '../../../domain/cash-session/rules.ts'
import { type Minor, minor } from '../../../domain/money.ts'
import { isRefusal, type Refusal } from '../../../domain/refusals.ts'
import type { OtherDrawerView } from '../../bridge/views.ts'
import type { Operators } from '../operator/operator.ts'
import type { Place } from '../place.ts'
import type { RegisterNumbers } from '../register-numbers.ts'
import type { TillDatabase } from '../store/database.ts'
import type { TillContext } from '../till-context.ts'
import { createFigures, type SessionFigures } from './figures.ts'
import type { OpenSession, Sessions } from './sessions.ts'

/** A drawer that can be counted: of this register, whoever's it is, or one of the branch whose till is dead. */
export interface DrawerToClose {
  session: OpenSession
  /** Where the drawer stands: what its Z says. */
  place: Place
  figures(): SessionFigures
  /** Takes the register's next number; only to be called when it is written. */
  nextZ(): number
  /** How often X was read before this count. */
  readings(): number
  /** How often it was counted and handed over. */
  handovers(): number
  /** What was sold from drawers of the register that stand open beside it, minor units. */
  inOtherDrawers(): Minor
  /** Whose drawer it is, and how much of that journal is known here; null for a drawer of this register. */
  elsewhere: { ofDeviceId: string; coversSeq: number } | null
  /** Its till was at work minutes ago: a second person confirms that it is to be closed from here. */
  live: boolean
}

/** A till that did something within this time is not dead, ms. */
const AT_WORK_MS = 15 * 60_000

interface Parts {
  sessions: Sessions
  numbers: RegisterNumbers
}

type OtherDrawer = {
  session: OpenSession
  /** It is a drawer of this register: somebody's own, or the shared one. */
  here: boolean
  registerId: string
  registerNumber: number
  registerName: string
  deviceId: string
  deviceName: string
  coversSeq: number
  /** When the last thing was done with it that is known here. */
  lastAt: string
}

type DrawerRow = OpenSession & Omit<OtherDrawer, 'session' | 'here'>

/** Reads the branch's open drawers but the one that is sold from now, those of this register first. */
function createOthers({ db, branchId, registerId: own }: TillContext, sessions: Sessions) {
  const readOpen = db.prepare(`
    select c.id as sessionId, c.business_date as businessDate, c.opened_at as openedAt, c.opening_float as "float",
      coalesce(s.name, '') as openedByName, c.owner_id as ownerId, o.name as ownerName, c.register_id as registerId,
      coalesce(r.number, 0) as registerNumber, coalesce(r.name, '') as registerName, c.device_id as deviceId,
      coalesce(d.name, '') as deviceName, coalesce(h.seq, 0) as coversSeq,
      max(c.opened_at, coalesce((select max(completed_at) from sale where session_id = c.id), ''),
        coalesce((select max(at) from cash_movement where session_id = c.id), ''),
        coalesce((select max(at) from drawer_action where session_id = c.id), '')) as lastAt
    from cash_session c left join staff s on s.id = c.opened_by left join staff o on o.id = c.owner_id
      left join register r on r.id = c.register_id
      left join device d on d.id = c.device_id left join device_head h on h.device_id = c.device_id
    where c.branch_id = ? and c.closed_at is null
    order by c.register_id <> ?, r.number, c.opened_at`)
  return (): OtherDrawer[] => {
    const sellsFrom = sessions.open()?.sessionId
    return (readOpen.all(branchId, own) as DrawerRow[])
      .filter(({ sessionId }) => sessionId !== sellsFrom)
      .map(({ registerId, registerNumber, registerName, deviceId, deviceName, ...rest }) => {
        const { coversSeq, lastAt, ...session } = rest
        const place = { registerId, registerNumber, registerName, deviceId, deviceName }
        return { session, here: registerId === own, coversSeq, lastAt, ...place }
      })
  }
}

/** Whether a till of another register is at work, by what is known here. */
const isLive = ({ here, lastAt }: OtherDrawer, nowMs: number): boolean =>
  !here && nowMs - Date.parse(lastAt) < AT_WORK_MS

/** What is told of a drawer, or of its register, beside its figures. */
function createTallies(db: TillDatabase) {
  const readReadings = db
    .prepare(`select count(*) from drawer_action where session_id = ? and kind = 'x-report'`)
    .pluck()
  const readHandovers = db.prepare('select count(*) from drawer_handover where session_id = ?').pluck()
  const lastZ = db
    .prepare('select coalesce(max(z_number), 0) from cash_session where register_id = ?')
    .pluck()
  const readOther = db
    .prepare(`
      select coalesce(sum(s.total), 0) from cash_session c join sale s on s.session_id = c.id
      where c.register_id = ? and c.closed_at is null and c.id <> ?`)
    .pluck()
  const inOther = (registerId: string, sessionId: string) =>
    minor(readOther.get(registerId, sessionId) as number)
  const handovers = (sessionId: string) => readHandovers.get(sessionId) as number
  const readings = (sessionId: string) => readReadings.get(sessionId) as number
  return { lastZ, inOther, readings, handovers }
}

/** Finds drawers to close. */
export function createDrawersToClose(context: TillContext, { sessions, numbers }: Parts) {
  const { db } = context
  const figuresOwn = createFigures(context, context.registerId)
  const { lastZ, inOther, readings, handovers } = createTallies(db)
  const others = createOthers(context, sessions)
  /** A drawer of this register: its Z is this till's own. */
  const ofRegister = (session: OpenSession): DrawerToClose => ({
    session,
    place: context.place(),
    figures: () => figuresOwn(session.sessionId),
    nextZ: numbers.nextZ,
    readings: () => readings(session.sessionId),
    handovers: () => handovers(session.sessionId),
    inOtherDrawers: () => inOther(context.registerId, session.sessionId),
    elsewhere: null,
    live: false,
  })

  const ofOther = (drawer: OtherDrawer): DrawerToClose => {
    const { session } = drawer
    if (drawer.here) return ofRegister(session)
    const { registerId, registerNumber, registerName, deviceId, deviceName, coversSeq } = drawer
    const { sessionId } = session
    return {
      session,
      place: { ...context.place(), registerId, registerNumber, registerName, deviceName },
      figures: () => createFigures(context, registerId)(sessionId),
      nextZ: () => (lastZ.get(registerId) as number) + 1,
      readings: () => readings(sessionId),
      handovers: () => handovers(sessionId),
      inOtherDrawers: () => inOther(registerId, sessionId),
      elsewhere: { ofDeviceId: deviceId, coversSeq },
      live: isLive(drawer, context.now()),
    }
  }

  const own = (): DrawerToClose | null => {
    const session = sessions.open()
    return session && ofRegister(session)
  }

  return {
    own,
    /** The branch's open drawers beside the one that is sold from now, as far as they are known here. */
    others,
    /** An open drawer of the branch, or null when it is closed or not known. */
    find: (sessionId: string): DrawerToClose | null => {
      const mine = own()
      if (mine?.session.sessionId === sessionId) return mine
      const other = others().find(({ session }) => session.sessionId === sessionId)
      return other ? ofOther(other) : null
    },
  }
}

/**
 * Lists the branch's drawers that stand open beside the one that is sold from: of this register, whose owner may have
 * left, and of others, whose till may be dead. Refused: `locked`, `not-allowed`.
 */
export const createOtherDrawers =
  (
    { now, place }: TillContext,
    operators: Operators,
    drawers: Pick<ReturnType<typeof createDrawersToClose>, 'others'>,
  ) =>
  (): OtherDrawerView[] | Refusal => {
    const operator = operators.require('cash-session.close')
    if (isRefusal(operator)) return operator
    const nowMs = now()
    const { timeZone } = place()
    return drawers.others().map((drawer) => ({
      sessionId: drawer.session.sessionId,
      here: drawer.here,
      ownerName: drawer.session.ownerName,
      registerName: drawer.registerName,
      deviceName: drawer.deviceName,
      openedAt: drawer.session.openedAt,
      openedByName: drawer.session.openedByName,
      overnight: stoodOvernight(drawer.session.businessDate, nowMs, timeZone),
      lastAt: drawer.lastAt,
      live: isLive(drawer, nowMs),
    }))
  }
