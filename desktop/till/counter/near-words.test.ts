import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lettersOf, nearCodes, slipsBetween } from './near-words.ts'

const word = fc.string({ unit: fc.constantFrom(...'abcdeilmnoprst'), minLength: 4, maxLength: 14 })

/** The same count, by trying every slip one after another: slow, and right at a glance. */
function withinSlips(typed: string, beginning: string, most: number): boolean {
  if (beginning.startsWith(typed) && typed === beginning) return true
  if (most === 0) return typed === beginning
  for (let i = 0; i <= typed.length; i++) {
    const [head, tail] = [typed.slice(0, i), typed.slice(i)]
    const tries = [head + tail.slice(1)]
    if (tail.length > 1) tries.push(`${head}${tail[1]}${tail[0]}${tail.slice(2)}`)
    for (const letter of new Set(beginning)) tries.push(head + letter + tail, head + letter + tail.slice(1))
    if (tries.some((each) => withinSlips(each, beginning, most - 1))) return true
  }
  return false
}

describe('slips between what was typed and a word', () => {
  it.each([
    ['dolipran', 'doliprane', 0],
    ['dolirpane', 'doliprane', 1],
    ['dolipramme', 'doliprane', 2],
    ['amoxiciline', 'amoxicilline', 1],
    ['amoxycilin', 'amoxicilline', 2],
    ['paracetmol', 'paracetamol', 1],
    ['levotirox', 'levothyrox', 2],
    ['voltaren', 'ventoline', 3],
  ])('%s → %s: %i', (typed, of, slips) => expect(slipsBetween(typed, of, 2)).toBe(slips))

  it('agrees with trying every slip', () => {
    fc.assert(
      fc.property(word, word, (typed, of) => {
        const short = typed.slice(0, 5)
        const beginnings = Array.from({ length: of.length + 1 }, (_, i) => of.slice(0, i))
        const one = beginnings.some((beginning) => withinSlips(short, beginning, 1))
        return slipsBetween(short, of, 1) <= 1 === one
      }),
      { numRuns: 300 },
    )
  })

  it('forgives any one slip in the beginning of a word, and the quick look at its letters lets it through', () => {
    fc.assert(
      fc.property(word, fc.nat(), fc.constantFrom('drop', 'double', 'swap', 'x'), (of, at, slip) => {
        const i = at % (of.length - 1)
        const [head, tail] = [of.slice(0, i), of.slice(i)]
        const typed = {
          drop: head + tail.slice(1),
          double: head + tail[0] + tail,
          swap: `${head}${tail[1]}${tail[0]}${tail.slice(2)}`,
          x: `${head}x${tail.slice(1)}`,
        }[slip]
        const missing = lettersOf(typed) & ~lettersOf(of)
        return slipsBetween(typed, of, 2) <= 1 && (missing & (missing - 1)) === 0
      }),
    )
  })
})

it('names the codes one slip away', () => {
  expect(nearCodes('121')).toEqual(expect.arrayContaining(['211', '112', '131', '021', '129']))
  expect(nearCodes('121')).not.toContain('121')
  expect(nearCodes('121')).not.toContain('212')
})
