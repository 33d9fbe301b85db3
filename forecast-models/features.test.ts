import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { periodOf } from './calendar.ts'
import { denseSeries, prepareSeries } from './demand.ts'
import { dateColumns, featureSpec, originFeatures, writeFeatureRow } from './features.ts'

const spec = featureSpec('D', 'fr')
const monday = periodOf('D', '2026-01-05')

function rowOf(quantities: number[], origin: number, step: number, firstPeriod = monday) {
  const series = prepareSeries({ firstPeriod, quantities: Float64Array.from(quantities) })
  const known = originFeatures(spec, series, origin)
  if (!known) return undefined
  const row = new Float32Array(spec.names.length)
  writeFeatureRow(spec, dateColumns(spec), series, known, step, row, 0)
  const named: Record<string, number> = { scale: known.scale }
  for (const [i, name] of spec.names.entries()) named[name] = row[i] as number
  return named
}

describe('denseSeries', () => {
  it('fills gaps with 0, adds up a period, cuts net returns and what lies after the end', () => {
    const entries = [
      { period: 12, quantity: 2 },
      { period: 10, quantity: 1 },
      { period: 12, quantity: 3 },
      { period: 11, quantity: -4 },
      { period: 99, quantity: 9 },
    ]
    expect(denseSeries(entries, 14)).toEqual({ firstPeriod: 10, quantities: Float64Array.of(1, 0, 5, 0, 0) })
  })

  it('is empty without entries', () => {
    expect(denseSeries([], 5).quantities).toHaveLength(0)
  })
})

describe('features', () => {
  it('are worked out by hand for a fortnight of the same week', () => {
    const week = [4, 2, 0, 2, 4, 2, 0]
    const row = rowOf([...week, ...week], 13, 1)
    // 28 sold in 14 days: every mean is 2, and so is the scale.
    expect(row).toMatchObject({ scale: 2, lag_1: 0, lag_3: 2, lag_14: 2, lag_15: -1, mean_7: 1, mean_91: 1 })
    expect(row).toMatchObject({
      step: 1,
      weekday: 0,
      month: 1,
      day: 19,
      periods_since_sale: 1,
      history_length: 14,
    })
    expect(row).toMatchObject({ season_last: 2, season_mean_4: 2, season_zero_share_4: 0, year_ago: -1 })
    expect(row?.zero_share_7).toBeCloseTo(2 / 7, 6)
    // (4+0+4+0+4+0+4) / 7 = 16/7 is the variance of the week around its mean of 2.
    expect(row?.std_7).toBeCloseTo(Math.sqrt(16 / 7) / 2, 6)
    expect(row?.mean_gap).toBeCloseTo(14 / 10, 6)
  })

  it('take the target weekday from known weeks only', () => {
    const row = rowOf(
      Array.from({ length: 21 }, (_, i) => i + 1),
      20,
      8,
    )
    // Eight days ahead is a Monday; the last known Monday is day 15 of the series, worth 15.
    expect(row?.season_last).toBeCloseTo(15 / (row?.scale as number), 5)
  })

  it('see the week around the same day a year before', () => {
    const quantities = Array.from({ length: 400 }, (_, i) => (i >= 33 && i <= 39 ? 7 : 1))
    const row = rowOf(quantities, 399, 1)
    // 400 - 364 = 36: days 33 to 39 sold 7 each; the level then is days 8 to 35.
    expect(row?.year_ago).toBeCloseTo(7 / (row?.scale as number), 5)
    expect(row?.year_ago_ratio).toBeCloseTo(7 / ((25 + 3 * 7) / 28), 5)
  })

  it('flag public holidays and the days around them', () => {
    const firstPeriod = periodOf('D', '2026-07-01')
    const sold = Array.from({ length: 12 }, () => 1)
    expect(rowOf(sold, 11, 2, firstPeriod)).toMatchObject({ holiday: 1, holiday_before: 0, holiday_after: 0 })
    expect(rowOf(sold, 11, 1, firstPeriod)).toMatchObject({ holiday: 0, holiday_before: 0, holiday_after: 1 })
    expect(rowOf(sold, 11, 3, firstPeriod)).toMatchObject({ holiday: 0, holiday_before: 1, holiday_after: 0 })
  })

  it('do not exist before the first sale', () => {
    expect(rowOf([0, 0, 0, 1], 2, 1)).toBeUndefined()
    expect(rowOf([0, 0, 0, 0], 3, 1)).toBeUndefined()
  })

  it('read nothing after the origin and nothing beyond the memory, and are finite', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(30), { minLength: 40, maxLength: 500 }),
        fc.integer({ min: 1, max: 28 }),
        fc.nat(1000),
        (quantities, step, seed) => {
          const origin = 10 + (seed % (quantities.length - 10))
          const future = quantities.map((quantity, i) => (i > origin ? quantity + 17 : quantity))
          const row = rowOf(quantities, origin, step)
          expect(rowOf(future, origin, step)).toEqual(row)
          expect(rowOf(quantities.slice(0, origin + 1), origin, step)).toEqual(row)
          if (row) for (const value of Object.values(row)) expect(Number.isFinite(value)).toBe(true)
        },
      ),
    )
  })

  it('refuse a quantity below 0', () => {
    expect(() => prepareSeries({ firstPeriod: 0, quantities: Float64Array.of(1, -1) })).toThrow(/index 1/)
  })
})
