import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type CharKey,
  GROUP_SEPARATOR,
  type Held,
  LIMITS,
  onBreak,
  onChar,
  onSuffix,
  readBurst,
} from './burst.ts'

const AZERTY_DIGITS = 'à&é"\'(-è_ç'

const usKey = (char: string, at: number): CharKey => ({
  char,
  code: /\d/.test(char) ? `Digit${char}` : `Key${char.toUpperCase()}`,
  shift: /[A-Z]/.test(char),
  at,
})

/** Feeds characters at the given gaps, then a suffix, as the listener does. */
function feed(text: string, gaps: readonly number[], suffixGap: number) {
  let held: Held = []
  let at = 0
  const typed: CharKey[] = []
  for (const [i, char] of [...text].entries()) {
    at += gaps[i] ?? 0
    const step = onChar(held, usKey(char, at))
    held = step.held
    typed.push(...step.replay)
  }
  const end = onSuffix(held, at + suffixGap)
  return { scan: end.scan, typed: [...typed, ...end.replay].map((key) => key.char).join('') }
}

const code = fc.stringMatching(/^[0-9A-Za-z]{6,60}$/)

describe('a burst', () => {
  test('at scanner speed with a suffix is one scan, and nothing of it is typed', () => {
    fc.assert(
      fc.property(code, fc.integer({ min: 0, max: LIMITS.meanMs }), (text, gap) => {
        expect(feed(text, Array(text.length).fill(gap), gap)).toEqual({ scan: text, typed: '' })
      }),
    )
  })

  test('never loses or doubles a character: what is no scan is typed in full', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[0-9A-Za-z]{1,60}$/),
        fc.array(fc.integer({ min: 0, max: 120 }), { minLength: 60, maxLength: 60 }),
        fc.integer({ min: 0, max: 120 }),
        (text, gaps, suffixGap) => {
          const { scan, typed } = feed(text, gaps, suffixGap)
          expect(typed + (scan ?? '')).toBe(text)
        },
      ),
    )
  })

  test('at typing speed is typing', () => {
    fc.assert(
      fc.property(code, fc.integer({ min: LIMITS.gapMs + 1, max: 400 }), (text, gap) => {
        expect(feed(text, Array(text.length).fill(gap), gap)).toEqual({ scan: null, typed: text })
      }),
    )
  })

  test.each([
    ['too short', '12345', 5, 5],
    ['too slow on average', '3400935955838', 38, 5],
    ['followed by a late Enter', '3400935955838', 5, LIMITS.patientGapMs + 1],
    ['followed by a late Enter, not surely a machine', '3400935955838', 20, LIMITS.gapMs + 1],
  ])('that is %s is typing', (_why, text, gap, suffixGap) => {
    expect(feed(text, Array(text.length).fill(gap), suffixGap)).toEqual({ scan: null, typed: text })
  })

  test('outlasts a stutter of a busy workstation', () => {
    const gaps = [0, 4, 4, 120, 4, 4, 4, 90, 4, 4, 4, 4, 4]
    expect(feed('3400935955838', gaps, 100)).toEqual({ scan: '3400935955838', typed: '' })
  })

  test('after some typing is a scan of its own', () => {
    const gaps = [0, 200, 200, 300, ...Array(12).fill(10)]
    expect(feed('dol3400935955838', gaps, 10)).toEqual({ scan: '3400935955838', typed: 'dol' })
  })

  test('stays bounded when something lies on the keyboard', () => {
    let held: Held = []
    for (let i = 0; i < 2000; i++) held = onChar(held, usKey('1', i)).held
    expect(held.length).toBeLessThanOrEqual(LIMITS.maxLength)
  })

  test('that another key breaks is typing', () => {
    const held = [usKey('1', 0), usKey('2', 5)]
    expect(onBreak(held)).toEqual({ held: [], replay: held, scan: null })
  })
})

describe('layouts', () => {
  test('a US scanner on a French workstation is read by key places', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{6,30}$/), (text) => {
        const keys = [...text].map((digit, at) => ({
          char: AZERTY_DIGITS[Number(digit)] as string,
          code: `Digit${digit}`,
          shift: false,
          at,
        }))
        expect(readBurst(keys)).toBe(text)
      }),
    )
  })

  test('so are the letters of a GS1 code, and its separators stay', () => {
    const keys: CharKey[] = [
      { char: 'à', code: 'Digit0', shift: false, at: 0 },
      { char: '&', code: 'Digit1', shift: false, at: 1 },
      { char: 'Q', code: 'KeyA', shift: true, at: 2 },
      { char: GROUP_SEPARATOR, code: 'BracketRight', shift: false, at: 3 },
      { char: 'è', code: 'Digit7', shift: false, at: 4 },
    ]
    expect(readBurst(keys)).toBe(`01A${GROUP_SEPARATOR}7`)
  })

  test('a scanner set to the French layout is read as it comes', () => {
    const keys = [...'340093'].map((char, at) => ({ char, code: `Digit${char}`, shift: true, at }))
    expect(readBurst([...keys, { char: 'a', code: 'KeyQ', shift: false, at: 9 }])).toBe('340093a')
  })

  test('the number block counts as digits', () => {
    const keys = [...'340093'].map((char, at) => ({ char, code: `Numpad${char}`, shift: false, at }))
    expect(readBurst(keys)).toBe('340093')
  })
})
