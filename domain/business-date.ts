import { z } from 'zod'

/** A calendar day of a branch, `YYYY-MM-DD`, that exists. */
export const businessDateSchema = z.iso.date()
export type BusinessDate = z.infer<typeof businessDateSchema>

/** The earlier and the later of two days. */
export const earlierOf = (a: BusinessDate, b: BusinessDate): BusinessDate => [a, b].sort()[0] as BusinessDate
export const laterOf = (a: BusinessDate, b: BusinessDate): BusinessDate => [a, b].sort()[1] as BusinessDate

/** An instant in UTC with milliseconds, `YYYY-MM-DDTHH:mm:ss.sssZ`: the only form facts use. */
export const instantSchema = z.iso.datetime({ precision: 3 })
export type Instant = z.infer<typeof instantSchema>

/**
 * The calendar day on the branch's wall clock at an instant.
 * @param instantMs milliseconds since the Unix epoch
 * @param timeZone IANA zone such as `Europe/Paris`
 */
export function businessDateAt(instantMs: number, timeZone: string): BusinessDate {
  return formatterOf(timeZone).format(instantMs)
}

const formatters = new Map<string, Intl.DateTimeFormat>()

/** Making a formatter costs more than a whole sale may; en-CA writes a date as ISO 8601 does. */
function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
  formatters.set(timeZone, made)
  return made
}

/**
 * The hour of the branch's wall clock that an instant lies in, as a name that sorts and that no two hours share: the hour
 * that daylight saving repeats is two, told apart by their distance from UTC.
 * @param instantMs milliseconds since the Unix epoch
 * @param timeZone IANA zone
 */
export function wallHourAt(instantMs: number, timeZone: string): string {
  let made = hours.get(timeZone)
  if (!made) {
    made = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'longOffset',
    })
    hours.set(timeZone, made)
  }
  const part = Object.fromEntries(made.formatToParts(instantMs).map(({ type, value }) => [type, value]))
  return `${part.year}-${part.month}-${part.day}T${part.hour} ${part.timeZoneName}`
}

const hours = new Map<string, Intl.DateTimeFormat>()

/** The date `days` calendar days after `date`. */
export function addDays(date: BusinessDate, days: number): BusinessDate {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}
