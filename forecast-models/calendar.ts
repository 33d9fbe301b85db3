const DAY_MS = 86_400_000

/** Daily or monthly demand. */
export type Frequency = 'D' | 'M'

/** Which public holidays the features know; written into the model, so that training and scoring agree. */
export type CalendarName = 'fr' | 'none'

/** Whether the day (number of days since 1970-01-01) is a public holiday. */
export type Holidays = (day: number) => boolean

/** What the features need to know of one period. Weekday 0 is Monday; a month counts as its first day. */
export interface PeriodParts {
  weekday: number
  month: number
  day: number
  dayOfYear: number
}

/** The period number of an ISO date: days since 1970-01-01, or months since January 1970. */
export function periodOf(frequency: Frequency, date: string): number {
  if (frequency === 'D') return Math.round(Date.parse(`${date}T00:00:00Z`) / DAY_MS)
  return (Number(date.slice(0, 4)) - 1970) * 12 + Number(date.slice(5, 7)) - 1
}

/** The ISO date of a period (a month's first day): the inverse of `periodOf`. */
export function dateOf(frequency: Frequency, period: number): string {
  if (frequency === 'D') return new Date(period * DAY_MS).toISOString().slice(0, 10)
  const year = 1970 + Math.floor(period / 12)
  const month = period - (year - 1970) * 12 + 1
  return `${year}-${String(month).padStart(2, '0')}-01`
}

/** Weekday, month, day and day of the year of a period. */
export function partsOf(frequency: Frequency, period: number): PeriodParts {
  const day = frequency === 'D' ? period : periodOf('D', dateOf('M', period))
  const date = new Date(day * DAY_MS)
  return {
    weekday: (((day + 3) % 7) + 7) % 7,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    dayOfYear: day - Math.round(Date.UTC(date.getUTCFullYear(), 0, 1) / DAY_MS) + 1,
  }
}

/** The day number of Easter Sunday in the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8). */
export function easterSunday(year: number): number {
  const a = year % 19
  const b = Math.floor(year / 100)
  const c = year % 100
  const d = Math.floor(b / 4)
  const g = Math.floor((8 * b + 13) / 25)
  const h = (19 * a + b - d - g + 15) % 30
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7
  const m = Math.floor((a + 11 * h + 22 * l) / 451)
  const n = h + l - 7 * m + 114
  return Math.round(Date.UTC(year, Math.floor(n / 31) - 1, (n % 31) + 1) / DAY_MS)
}

/** The public holidays of mainland France (Code du travail, art. L3133-1), as day numbers of one year. */
export function frenchHolidays(year: number): number[] {
  const fixed = [
    [0, 1],
    [4, 1],
    [4, 8],
    [6, 14],
    [7, 15],
    [10, 1],
    [10, 11],
    [11, 25],
  ].map(([month, day]) => Math.round(Date.UTC(year, month ?? 0, day) / DAY_MS))
  const easter = easterSunday(year)
  return [...fixed, easter + 1, easter + 39, easter + 50].sort((a, b) => a - b)
}

/** The holidays of a calendar, each year worked out once. */
export function holidaysOf(calendar: CalendarName): Holidays {
  if (calendar === 'none') return () => false
  const years = new Map<number, Set<number>>()
  return (day) => {
    const year = new Date(day * DAY_MS).getUTCFullYear()
    let days = years.get(year)
    if (!days) {
      days = new Set(frenchHolidays(year))
      years.set(year, days)
    }
    return days.has(day)
  }
}
