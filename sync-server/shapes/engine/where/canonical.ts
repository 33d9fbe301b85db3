const DAY_MS = 86_400_000

/** Integer types and their bounds. */
const INTEGERS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int2: [-32768n, 32767n],
  int4: [-2147483648n, 2147483647n],
  int8: [-9223372036854775808n, 9223372036854775807n],
}

/**
 * A number's text such that equal numbers have equal texts (`1.50` and `+1.5` are `1.5`); null when it is not a
 * plain decimal. `NaN` and the infinities are kept as Postgres prints them.
 */
export function canonicalNumber(text: string): string | null {
  if (text === 'NaN' || text === 'Infinity' || text === '-Infinity') return text
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text)
  if (!match || (!match[2] && !match[3])) return null
  const whole = (match[2] ?? '').replace(/^0+/, '') || '0'
  const fraction = (match[3] ?? '').replace(/0+$/, '')
  const digits = fraction ? `${whole}.${fraction}` : whole
  return match[1] === '-' && digits !== '0' ? `-${digits}` : digits
}

function canonicalInteger(text: string, type: string): string | null {
  const bounds = INTEGERS[type]
  if (!bounds || !/^[+-]?\d{1,30}$/.test(text)) return null
  const value = BigInt(text.replace(/^\+/, ''))
  return value >= bounds[0] && value <= bounds[1] ? String(value) : null
}

function canonicalUuid(text: string): string | null {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)
    ? text.toLowerCase()
    : null
}

/** Electric takes these texts; the replication stream writes t and f. */
const BOOLEANS: ReadonlyMap<string, string> = new Map([
  ['true', 't'],
  ['t', 't'],
  ['false', 'f'],
  ['f', 'f'],
])

function trimFraction(fraction: string | undefined): string {
  const digits = (fraction ?? '').replace(/0+$/, '')
  return digits ? `.${digits}` : ''
}

function validDate(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`)
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text)
}

const CLOCK = String.raw`([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,6}))?`
const TIME = new RegExp(`^${CLOCK}$`)
const STAMP = new RegExp(String.raw`^(\d{4}-\d\d-\d\d)[ T](${CLOCK})(Z|[+-]\d\d(?::?[0-5]\d)?)?$`)

function canonicalTime(text: string): string | null {
  const match = TIME.exec(text)
  return match ? `${match[1]}:${match[2]}:${match[3]}${trimFraction(match[4])}` : null
}

function zoneMinutes(zone: string): number {
  if (zone === 'Z') return 0
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return zone.startsWith('-') ? -minutes : minutes
}

function canonicalStamp(text: string, zoned: boolean): string | null {
  const match = STAMP.exec(text)
  const [, date, , hours, minutes, seconds, fraction, zone] = match ?? []
  if (!date || !hours || !minutes || !seconds || !validDate(date)) return null
  if (zoned !== (zone !== undefined)) return null
  const local = Date.parse(`${date}T${hours}:${minutes}:${seconds}Z`)
  const utc = new Date(local - zoneMinutes(zone ?? 'Z') * 60_000)
  if (Math.abs(utc.getTime()) > 8_000_000 * DAY_MS || utc.getUTCFullYear() < 1) return null
  const [day, clock] = utc.toISOString().split('T')
  return `${day} ${clock?.slice(0, 8)}${trimFraction(fraction)}${zoned ? '+00' : ''}`
}

/**
 * The canonical text of a value of a Postgres type: equal values (by the type's `=`) have equal texts. Null when
 * the text is not of that type, or when the type cannot be filtered on (see `isFilterable`).
 */
export function canonicalText(text: string, type: string): string | null {
  switch (type) {
    case 'int2':
    case 'int4':
    case 'int8':
      return canonicalInteger(text, type)
    case 'numeric':
      return canonicalNumber(text)
    case 'text':
    case 'varchar':
      return text
    case 'bpchar':
      return text.replace(/ +$/, '')
    case 'bool':
      return BOOLEANS.get(text) ?? null
    case 'uuid':
      return canonicalUuid(text)
    case 'date':
      return /^\d{4}-\d\d-\d\d$/.test(text) && validDate(text) ? text : null
    case 'time':
      return canonicalTime(text)
    case 'timestamp':
      return canonicalStamp(text, false)
    case 'timestamptz':
      return canonicalStamp(text, true)
    default:
      return null
  }
}

/** Types whose output text, as the replication stream writes it, is already canonical. */
const PRINTED_CANONICALLY: ReadonlySet<string> = new Set([
  'int2',
  'int4',
  'int8',
  'text',
  'varchar',
  'bool',
  'uuid',
  'date',
  'time',
  'timestamp',
  'timestamptz',
])

/** Types that a `where` of this engine can compare by. */
export function isFilterable(type: string): boolean {
  return PRINTED_CANONICALLY.has(type) || type === 'numeric' || type === 'bpchar'
}

/** The canonical text of a value that Postgres has printed. */
export function canonicalOutput(text: string, type: string): string {
  return PRINTED_CANONICALLY.has(type) ? text : (canonicalText(text, type) ?? text)
}
