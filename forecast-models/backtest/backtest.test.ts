import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { dateOf } from '../calendar.ts'
import { prepareSeries } from '../demand.ts'
import { readPanel } from './data.ts'
import { Scorer, scalesAt, scoringRule } from './measures.ts'
import { backtestOrigins, runBacktest, statisticalMethods } from './run.ts'
import { movingAverage, seasonalNaive, statisticalForecast } from './statistical.ts'
import { folderOf, HEADER, META, removeFolders, year } from './test-data.ts'

afterAll(removeFolders)

describe('measures', () => {
  it('are worked out by hand for one pair', () => {
    // Ten days 0, 2, 0, 2 …: every change is 2, every change over 7 days too.
    const series = prepareSeries({
      firstPeriod: 0,
      quantities: Float64Array.of(2, 0, 2, 0, 2, 0, 2, 0, 2, 0),
    })
    const scales = scalesAt(series, 9, 7, { minPeriods: 10, soldWithin: 5 })
    expect(scales).toEqual({ square: 4, absolute: 2, season: 2 })
    const scorer = new Scorer()
    const forecast = {
      mean: Float64Array.of(3, 1),
      q10: Float64Array.of(1, 1),
      q50: Float64Array.of(2, 1),
      q90: Float64Array.of(4, 2),
    }
    scorer.add('a', Float64Array.of(5, 0), forecast, { square: 4, absolute: 2, season: 2 })
    const measures = scorer.measures()
    // q10: (0.1×4 + 0.9×1)/2 = 0.65; q50: (0.5×3 + 0.5×1)/2 = 1; q90: (0.9×1 + 0.1×2)/2 = 0.55; each by 2.
    expect(measures.spl_q10).toBeCloseTo(0.325, 12)
    expect(measures.spl_q50).toBeCloseTo(0.5, 12)
    expect(measures.spl_q90).toBeCloseTo(0.275, 12)
    expect(measures.spl).toBeCloseTo(1.1 / 3, 12)
    expect(measures.rmsse).toBeCloseTo(Math.sqrt((4 + 1) / 2 / 4), 12)
    expect(measures).toMatchObject({ mase: 0.75, mase_q50: 1, wape: 0.6, wape_volume: 0.6, bias: -0.2 })
    expect(measures).toMatchObject({ coverage80: 0, below_q10: 0.5, above_q90: 0.5 })
  })

  it('leave out what is young, asleep or constant', () => {
    const rule = scoringRule('D')
    const of = (length: number, quantity: (day: number) => number) =>
      prepareSeries({ firstPeriod: 0, quantities: Float64Array.from({ length }, (_, day) => quantity(day)) })
    expect(
      scalesAt(
        of(91, (day) => 1 + (day % 4)),
        90,
        7,
        rule,
      ),
    ).toBeDefined()
    expect(
      scalesAt(
        of(91, (day) => (day > 0 ? 1 + (day % 4) : 0)),
        90,
        7,
        rule,
      ),
    ).toBeUndefined()
    expect(
      scalesAt(
        of(91, () => 1),
        90,
        7,
        rule,
      ),
    ).toBeUndefined()
    expect(
      scalesAt(
        of(500, (day) => (day < 137 ? 1 + (day % 4) : 0)),
        499,
        7,
        rule,
      ),
    ).toBeDefined()
    expect(
      scalesAt(
        of(500, (day) => (day < 136 ? 1 + (day % 4) : 0)),
        499,
        7,
        rule,
      ),
    ).toBeUndefined()
  })
})

describe('statistical methods', () => {
  const week = [5, 1, 2, 3, 4, 0, 0]
  const series = prepareSeries({
    firstPeriod: 0,
    quantities: Float64Array.from({ length: 210 }, (_, day) => week[day % 7] as number),
  })

  it('repeat the season, with no spread where there was no error', () => {
    const { mean, q10, q90 } = statisticalForecast(seasonalNaive(7), series, 209, 28, 364)
    expect([...mean]).toEqual([...week, ...week, ...week, ...week])
    expect(q10).toEqual(mean)
    expect(q90).toEqual(mean)
  })

  it('average four weeks, with the spread of the week', () => {
    const { mean, q10, q50, q90 } = statisticalForecast(movingAverage(28), series, 209, 28, 140)
    expect(mean[27]).toBeCloseTo(15 / 7, 12)
    // Twenty weeks of errors: 10 % lie among the zeros, 90 % among the fives, the middle at 2.
    expect(q10[3]).toBeCloseTo(0, 12)
    expect(q50[3]).toBeCloseTo(2, 12)
    expect(q90[3]).toBeCloseTo(5, 12)
  })
})

describe('reading data', () => {
  it('spreads series over the grid', () => {
    const panel = readPanel(
      folderOf(
        META,
        `${HEADER},price\na,s,i,g,2025-01-02,1.5,9\nb,s,j,g,2025-01-01,2,9\n\nb,s,j,g,2025-01-04,1,9\n`,
      ),
    )
    expect(panel.ids).toEqual(['a', 'b'])
    expect(panel.series.map((one) => [...one.quantities])).toEqual([
      [1.5, 0, 0],
      [2, 0, 0, 1],
    ])
    expect(dateOf('D', panel.lastPeriod)).toBe('2025-01-04')
  })

  it.each([
    ['no quantity', `${HEADER}\na,s,i,g,2025-01-01,\n`, /line 2: "quantity" is ""/],
    ['a negative quantity', `${HEADER}\na,s,i,g,2025-01-01,-1\n`, /line 2: "quantity" is "-1"/],
    ['an impossible date', `${HEADER}\na,s,i,g,2025-02-30,1\n`, /line 2: "date" is "2025-02-30"/],
    ['a missing field', `${HEADER}\na,s,i,g,2025-01-01,1\na,s\n`, /line 3: 2 fields where the header has 6/],
    [
      'a date twice',
      `${HEADER}\na,s,i,g,2025-01-01,1\na,s,i,g,2025-01-01,1\n`,
      /line 3: series "a" has 2025-01-01 twice/,
    ],
    ['a missing column', 'series_id,date,quantity\n', /line 1: column "store_id" is missing/],
    ['no rows', `${HEADER}\n`, /holds no rows/],
  ])('refuses %s with file and line', (_, csv, message) => {
    expect(() => readPanel(folderOf(META, csv, false))).toThrow(message)
  })

  it('refuses a bad or missing meta.json by field', () => {
    expect(() => readPanel(folderOf({ ...META, frequency: 'W' }, HEADER))).toThrow(
      /meta.json: field "frequency"/,
    )
    expect(() => readPanel(folderOf('{', HEADER))).toThrow(/meta.json cannot be read/)
    expect(() => readPanel(join(tmpdir(), 'no-such-folder'))).toThrow(
      /meta.json cannot be read: there is no such/,
    )
  })
})

describe('backtest', () => {
  it('ends one horizon before the data, without overlap', () => {
    const panel = readPanel(folderOf(META, year(2)))
    expect(backtestOrigins(panel, 2).map((origin) => panel.lastPeriod - origin)).toEqual([56, 28])
    expect(() => backtestOrigins(panel, 11)).toThrow(/11 origins of 28 periods need more than the 300/)
  })

  it('scores every method on the same pairs, with bands that cover about what they promise', () => {
    const panel = readPanel(folderOf(META, year(6)))
    const { methods, origins } = runBacktest(panel, statisticalMethods(panel), backtestOrigins(panel, 2))
    expect(origins.map((one) => one.scoredSeries)).toEqual([6, 6])
    expect(methods.map((method) => method.name)).toEqual(['seasonal_naive', 'moving_average_28'])
    for (const { measures } of methods) expect(Math.abs(measures.coverage80 - 0.8)).toBeLessThan(0.15)
  })
})
