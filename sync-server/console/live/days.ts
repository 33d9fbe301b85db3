import { addDays, type BusinessDate, businessDateAt } from '../../../domain/business-date.ts'
import type { CashSessionRow } from '../../../domain/cash-session/rows.ts'
import type { SeenSale } from '../../../migrations/synced-tables.ts'
import type { Wanted } from './follow-shape.ts'

/** The business days that are followed. */
export interface Days {
  /** Those that are today somewhere: one, or two while midnight lies between branches. */
  today: readonly BusinessDate[]
  /** These and the day before each, the newest first: tills that were cut off overnight are heard in the morning. */
  all: readonly BusinessDate[]
}

/** @param nowMs the server's time @param zones of the branches */
export function daysAt(nowMs: number, zones: readonly string[]): Days {
  const today = [...new Set(zones.map((zone) => businessDateAt(nowMs, zone)))].sort().reverse()
  const all = [...new Set(today.flatMap((date) => [date, addDays(date, -1)]))].sort().reverse()
  return { today, all }
}

/** What the followed days hold, and whether today is whole. */
export interface DaysView {
  /** Newest first. */
  sales: readonly SeenSale[]
  sessions: readonly CashSessionRow[]
  salesLoaded: boolean
  sessionsLoaded: boolean
}

/** Follows something, telling all its rows whenever they have changed. @returns how to stop */
export type Follow = <Row>(wanted: Wanted, onRows: (rows: readonly Row[]) => void) => () => void

interface Day {
  sales: readonly SeenSale[] | null
  sessions: readonly CashSessionRow[] | null
  stop(): void
}

const newestFirst = (a: SeenSale, b: SeenSale): number =>
  a.completed_at === b.completed_at
    ? b.receipt_number - a.receipt_number
    : a.completed_at < b.completed_at
      ? 1
      : -1

/** Follows the sales and drawers of some days, each by itself, so that a new day costs no more than its own rows. */
export function followDays(follow: Follow, onView: (view: DaysView) => void) {
  const days = new Map<BusinessDate, Day>()
  let today: readonly BusinessDate[] = []
  const tell = () => {
    const held = [...days.values()]
    const now = today.map((date) => days.get(date))
    onView({
      sales: held.flatMap(({ sales }) => sales ?? []).sort(newestFirst),
      sessions: held.flatMap(({ sessions }) => sessions ?? []),
      salesLoaded: now.every((day) => day?.sales),
      sessionsLoaded: now.every((day) => day?.sessions),
    })
  }
  const begin = (date: BusinessDate) => {
    const part = `day:${date}` as const
    const day: Day = { sales: null, sessions: null, stop: () => {} }
    days.set(date, day)
    const stops = [
      follow<SeenSale>({ table: 'sale', part }, (sales) => {
        day.sales = sales
        tell()
      }),
      follow<CashSessionRow>({ table: 'cash_session', part }, (sessions) => {
        day.sessions = sessions
        tell()
      }),
    ]
    day.stop = () => {
      for (const stop of stops) stop()
    }
  }
  return {
    /** From now on these are followed; the others are let go. */
    hold: (wanted: Days) => {
      today = wanted.today
      const gone = [...days.keys()].filter((date) => !wanted.all.includes(date))
      for (const date of gone) {
        days.get(date)?.stop()
        days.delete(date)
      }
      for (const date of wanted.all) if (!days.has(date)) begin(date)
      if (gone.length > 0) tell()
    },
    stop: () => {
      for (const day of days.values()) day.stop()
    },
  }
}
