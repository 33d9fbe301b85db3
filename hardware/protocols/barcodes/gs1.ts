import { hasValidCheckDigit } from './gtin.ts'

/** One application identifier and its value, in the order of the symbol. */
export type Gs1Element = { ai: string; value: string }

export type Gs1Refusal =
  | { reason: 'not-gs1' }
  | { reason: 'too-short'; ai: string }
  | { reason: 'wrong-characters'; ai: string }
  | { reason: 'wrong-check-digit'; ai: string }
  | { reason: 'repeated-with-another-value'; ai: string }

export type Gs1Result = { elements: Gs1Element[]; rest: string | null } | Gs1Refusal

const GS = '\u001d'

/** Values whose length is given by the first two digits of the AI; length without the AI. General Specifications 7.8.4. */
const FIXED_LENGTHS: Readonly<Record<string, number>> = {
  '00': 18,
  '01': 14,
  '02': 14,
  '03': 14,
  '04': 16,
  '11': 6,
  '12': 6,
  '13': 6,
  '14': 6,
  '15': 6,
  '16': 6,
  '17': 6,
  '18': 6,
  '19': 6,
  '20': 2,
}

/** AIs of a pharmacy's packs that end by a separator or the end of the symbol, and their longest value. */
const VARIABLE_LENGTHS: readonly (readonly [pattern: RegExp, aiLength: number, max: number])[] = [
  [/^(10|21|22)/, 2, 20],
  [/^(30|37)/, 2, 8],
  [/^(235|240|241|242|250|251|253|254)/, 3, 30],
  [/^71[0-7]/, 3, 20],
  [/^7003/, 4, 10],
  [/^7004/, 4, 4],
  [/^9[0-9]/, 2, 90],
]

/** Numeric values. The rest is character set 82 of the General Specifications. */
const NUMERIC = /^(0[0-4]|1[1-9]|20|3\d|41|7003|7004)/
const CHARACTERS_82 = /^[0-9A-Za-z!"%&'()*+,\-./_:;<=>?]+$/

/**
 * Splits a GS1 element string. Separators in front, behind a fixed-length value and at the end are accepted, since
 * scanners and printers produce all three. An AI not in the table ends the reading: it and what follows come back as
 * `rest`, and what was read before it stands.
 * @param text the symbol's data without AIM identifier; FNC1 as U+001D
 */
export function parseElementString(text: string): Gs1Result {
  const elements: Gs1Element[] = []
  let rest = text
  for (;;) {
    while (rest.startsWith(GS)) rest = rest.slice(1)
    if (rest === '') return elements.length > 0 ? { elements, rest: null } : { reason: 'not-gs1' }
    const shape = shapeOf(rest)
    if (shape === null) return elements.length > 0 ? { elements, rest } : { reason: 'not-gs1' }
    const { ai, length, max } = shape
    const behind = rest.slice(ai.length)
    const separator = behind.indexOf(GS)
    const end = length ?? (separator === -1 ? behind.length : separator)
    const value = behind.slice(0, end)
    const refusal = refuse(ai, value, length, max, elements)
    if (refusal !== null) return refusal
    elements.push({ ai, value })
    rest = behind.slice(end)
  }
}

function shapeOf(rest: string): { ai: string; length: number | null; max: number } | null {
  if (!/^\d\d/.test(rest)) return null
  const two = rest.slice(0, 2)
  const fixed = FIXED_LENGTHS[two]
  if (fixed !== undefined) return { ai: two, length: fixed, max: fixed }
  // 31nn to 36nn: measures of six digits; 41n: locations of thirteen.
  if (/^3[1-6]\d\d/.test(rest)) return { ai: rest.slice(0, 4), length: 6, max: 6 }
  if (/^41\d/.test(rest)) return { ai: rest.slice(0, 3), length: 13, max: 13 }
  const variable = VARIABLE_LENGTHS.find(([pattern]) => pattern.test(rest))
  return variable === undefined ? null : { ai: rest.slice(0, variable[1]), length: null, max: variable[2] }
}

function refuse(
  ai: string,
  value: string,
  length: number | null,
  max: number,
  before: readonly Gs1Element[],
): Gs1Refusal | null {
  if (value.length === 0 || (length !== null && value.length < length)) return { reason: 'too-short', ai }
  const wrong = NUMERIC.test(ai) ? !/^\d+$/.test(value) : !CHARACTERS_82.test(value)
  if (wrong || value.length > max) return { reason: 'wrong-characters', ai }
  if (/^0[0-3]$/.test(ai) && !hasValidCheckDigit(value)) return { reason: 'wrong-check-digit', ai }
  const same = before.find((element) => element.ai === ai)
  return same !== undefined && same.value !== value ? { reason: 'repeated-with-another-value', ai } : null
}

/**
 * An `YYMMDD` date as ISO date, or null when there is no such day. `DD` = 00 is the last day of the month. The century
 * is the one that puts the year within 50 years of the current one: General Specifications 7.12, so that in 2026 the
 * year 76 is 2076 and 77 is 1977.
 */
export function parseGs1Date(yymmdd: string, currentYear: number): string | null {
  if (!/^\d{6}$/.test(yymmdd)) return null
  const yy = Number(yymmdd.slice(0, 2))
  const month = Number(yymmdd.slice(2, 4))
  const day = Number(yymmdd.slice(4, 6))
  if (month < 1 || month > 12) return null
  const difference = yy - (currentYear % 100)
  let century = Math.floor(currentYear / 100)
  if (difference >= 51) century -= 1
  else if (difference <= -50) century += 1
  const year = century * 100 + yy
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate()
  if (day > lastDay) return null
  const two = (value: number) => String(value).padStart(2, '0')
  return `${year}-${two(month)}-${two(day === 0 ? lastDay : day)}`
}
