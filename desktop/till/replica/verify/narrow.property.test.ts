import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createTableSum, hashOf, type TableSum } from '../../../../migrations/checksum.ts'
import { ROW_DIGITS } from '../../../../migrations/checksum-parts.ts'
import { findDiffering, type PartSums } from './narrow.ts'

type Side = Map<string, { place: string; sum: TableSum }>

const sumOf = (values: readonly unknown[]): TableSum => {
  const sum = createTableSum()
  sum.add(values)
  return sum.end()
}

const rowOf = (key: string, value: string) => ({ place: hashOf([key]), sum: sumOf([key, value]) })

/** Enough for three levels, as a million rows in a table have. */
const ROWS: Side = new Map(Array.from({ length: 12_000 }, (_, i) => [`row ${i}`, rowOf(`row ${i}`, 'sound')]))
const KEYS = [...ROWS.keys()]

/** Sums of a side's parts. @param asked is told of each question */
const partsOf = (side: Side, asked: (parts: PartSums) => void = () => {}) => {
  return (within: readonly string[], digits: number): PartSums => {
    const parts = new Map<string, TableSum>()
    const wanted = new Set(within)
    const outer = within[0]?.length ?? 0
    for (const { place, sum } of side.values()) {
      if (!wanted.has(place.slice(0, outer))) continue
      const part = place.slice(0, digits)
      const before = parts.get(part) ?? { rows: 0, sum: '0' }
      parts.set(part, { rows: before.rows + 1, sum: String(BigInt(before.sum) + BigInt(sum.sum)) })
    }
    asked(parts)
    return parts
  }
}

const fault = fc.record({
  at: fc.nat({ max: KEYS.length - 1 }),
  kind: fc.constantFrom('rotten', 'missing', 'extra'),
  text: fc.string({ maxLength: 3 }),
})

it('finds exactly the rows that rotted, are missing or are too many, in at most three questions', async () => {
  const property = fc.asyncProperty(fc.array(fault, { maxLength: 120 }), async (faults) => {
    const here: Side = new Map(ROWS)
    const wrong = new Set<string>()
    for (const { at, kind, text } of faults) {
      const key = KEYS[at] ?? ''
      const one = kind === 'extra' ? `${key} ${text}!` : key
      wrong.add(hashOf([one]).slice(0, ROW_DIGITS))
      if (kind === 'missing') here.delete(one)
      else here.set(one, rowOf(one, `rotten ${text}`))
    }
    let questions = 0
    let largest = 0
    const there = partsOf(ROWS, ({ size }) => {
      questions += 1
      largest = Math.max(largest, size)
    })
    const found = await findDiffering(partsOf(here), there, Math.max(here.size, ROWS.size))
    expect(new Set(found)).toEqual(wrong)
    expect(found).toHaveLength(wrong.size)
    expect(questions).toBeLessThanOrEqual(3)
    expect(largest).toBeLessThanOrEqual(12_000)
  })
  await fc.assert(property, { numRuns: 20 })
})

it('asks for few sums where one row of many rotted', async () => {
  const here: Side = new Map(ROWS).set('row 7', rowOf('row 7', 'rotten'))
  const sizes: number[] = []
  const found = await findDiffering(
    partsOf(here),
    partsOf(ROWS, ({ size }) => sizes.push(size)),
    1_000_000,
  )
  expect(found).toEqual([hashOf(['row 7']).slice(0, ROW_DIGITS)])
  // 256 parts of the table, and the rows of one of them.
  expect(sizes[0]).toBe(256)
  expect(sizes).toHaveLength(2)
  expect(sizes[1]).toBeLessThan(100)
})

it('names no rows where more than a few hundred differ', async () => {
  const some = new Map([...ROWS].slice(0, 11_499))
  expect(await findDiffering(partsOf(some), partsOf(ROWS), 12_000)).toBeNull()
  expect(await findDiffering(partsOf(new Map()), partsOf(ROWS), 12_000)).toBeNull()
})
