/** `time` "09:12", `day` "25 Nov 2026", `moment` both, `clock` with seconds. */
export type InstantStyle = 'time' | 'day' | 'moment' | 'clock'

const OPTIONS: Record<InstantStyle, Intl.DateTimeFormatOptions> = {
  time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  clock: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  day: { day: 'numeric', month: 'short', year: 'numeric' },
  moment: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
}

const formatters = new Map<string, Intl.DateTimeFormat>()

/**
 * An instant on a branch's wall clock.
 * @param instant ISO 8601 in UTC
 * @param timeZone IANA zone such as `Europe/Paris`
 */
export function formatInstant(
  instant: string,
  locale: string,
  timeZone: string,
  style: InstantStyle,
): string {
  const key = `${locale}|${timeZone}|${style}`
  let made = formatters.get(key)
  if (!made) {
    made = new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, { ...OPTIONS[style], timeZone })
    formatters.set(key, made)
  }
  return made.format(new Date(instant))
}

/** A calendar day `YYYY-MM-DD`, which has no time zone, "25 Nov". */
export function formatDate(date: string, locale: string): string {
  return new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, {
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  }).format(new Date(`${date}T00:00:00Z`))
}

/** How old a fact is. `live` under 5 s. */
export type Age =
  | { unit: 'live' }
  | { unit: 'seconds'; count: number }
  | { unit: 'minutes'; count: number }
  | { unit: 'hours'; count: number }
  | { unit: 'days'; count: number }

/** The age of a fact. @param ageMs milliseconds since it; less than zero (a clock that is off) counts as live */
export function ageOf(ageMs: number): Age {
  const seconds = Math.floor(ageMs / 1000)
  if (seconds < 5) return { unit: 'live' }
  if (seconds < 60) return { unit: 'seconds', count: seconds }
  if (seconds < 3600) return { unit: 'minutes', count: Math.floor(seconds / 60) }
  if (seconds < 86_400) return { unit: 'hours', count: Math.floor(seconds / 3600) }
  return { unit: 'days', count: Math.floor(seconds / 86_400) }
}
