/** One character key as a wedge scanner or a person pressed it. */
export interface CharKey {
  /** What the layout made of it (`KeyboardEvent.key`). */
  char: string
  /** Where it is on the board (`KeyboardEvent.code`). */
  code: string
  shift: boolean
  /** Milliseconds, on any clock that only goes forward. */
  at: number
}

/** The separator of GS1 element strings (FNC1), which wedge scanners send as Ctrl+]. */
export const GROUP_SEPARATOR = '\x1d'

export const LIMITS = {
  /** A longer pause ends a burst: what was held back was typing. */
  gapMs: 40,
  /** How long a burst is waited for that no person could have typed: the workstation may be busy. */
  patientGapMs: 150,
  /** At this median pause nobody types; two keys that a person hits as one are merely shown a little later. */
  machineMedianMs: 15,
  /** Slower than this on average is typing; a fast typist needs 80 ms a character. */
  meanMs: 35,
  /** Shorter is typing: the shortest product code has 7 digits. */
  minLength: 6,
  /** A scanner's longest code; more is a key board with something lying on it. */
  maxLength: 512,
} as const

/** What is held back until it is known whether it is a scan. */
export type Held = readonly CharKey[]

/** What to do after a key: `held` goes on, `replay` is typing after all, `scan` is a whole code. */
export interface Step {
  held: Held
  replay: Held
  scan: string | null
}

/** Mean milliseconds between the characters held back; null for fewer than two. */
function meanMs(held: Held): number | null {
  const [first, last] = [held[0], held.at(-1)]
  return first && last && held.length > 1 ? (last.at - first.at) / (held.length - 1) : null
}

/** How long the next character of a burst is waited for. */
export function patienceMs(held: Held): number {
  const gaps = held.slice(1).map((key, i) => key.at - (held[i]?.at ?? 0))
  // The median, since one stutter says nothing about who is typing.
  const median = gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)]
  return median !== undefined && median <= LIMITS.machineMedianMs ? LIMITS.patientGapMs : LIMITS.gapMs
}

/** A character came. It is always held back; earlier ones may turn out to have been typing. */
export function onChar(held: Held, key: CharKey): Step {
  const last = held.at(-1)
  const goesOn = last !== undefined && key.at - last.at <= patienceMs(held) && held.length < LIMITS.maxLength
  return goesOn ? { held: [...held, key], replay: [], scan: null } : { held: [key], replay: held, scan: null }
}

/** Enter or Tab came: the end of a scan, or a key of its own after some typing. */
export function onSuffix(held: Held, at: number): Step {
  const last = held.at(-1)
  if (!last) return { held: [], replay: [], scan: null }
  const mean = meanMs(held) ?? Number.POSITIVE_INFINITY
  const isScan = held.length >= LIMITS.minLength && mean <= LIMITS.meanMs && at - last.at <= patienceMs(held)
  return isScan ? { held: [], replay: [], scan: readBurst(held) } : { held: [], replay: held, scan: null }
}

/** Any other key, or the pause after the last character: what was held back was typing. */
export function onBreak(held: Held): Step {
  return { held: [], replay: held, scan: null }
}

/** US layout: [plain, shifted] by key code, where it is not the letter or digit that the code names. */
const US: Readonly<Record<string, readonly [string, string]>> = {
  Minus: ['-', '_'],
  Equal: ['=', '+'],
  BracketLeft: ['[', '{'],
  BracketRight: [']', '}'],
  Backslash: ['\\', '|'],
  IntlBackslash: ['\\', '|'],
  Semicolon: [';', ':'],
  Quote: ["'", '"'],
  Backquote: ['`', '~'],
  Comma: [',', '<'],
  Period: ['.', '>'],
  Slash: ['/', '?'],
  Space: [' ', ' '],
}

const SHIFTED_DIGITS = ')!@#$%^&*('

/** What the key gives on a US board, which is what most scanners pretend to be. */
function usChar(key: CharKey): string {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(key.code)?.[1]
  if (digit !== undefined) {
    return key.shift && key.code.startsWith('Digit') ? (SHIFTED_DIGITS[Number(digit)] as string) : digit
  }
  const letter = /^Key([A-Z])$/.exec(key.code)?.[1]
  if (letter !== undefined) return key.shift ? letter : letter.toLowerCase()
  return US[key.code]?.[key.shift ? 1 : 0] ?? key.char
}

/**
 * The text of a burst. A scanner set to a US board on a French workstation presses the digit row without Shift,
 * which the layout turns into `&é"'(…`: then every key is read by its place instead. A scanner set to the
 * workstation's own layout presses Shift for digits, and what the layout gives is right.
 */
export function readBurst(held: Held): string {
  const misread = held.some((key) => /^Digit\d$/.test(key.code) && !key.shift && !/\d/.test(key.char))
  return held.map((key) => (key.char === GROUP_SEPARATOR || !misread ? key.char : usChar(key))).join('')
}
