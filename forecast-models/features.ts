import { type CalendarName, type Frequency, holidaysOf, partsOf } from './calendar.ts'
import type { PreparedSeries } from './demand.ts'

/**
 * Raised whenever the meaning or the order of a feature changes. A till scores a model only if it computes
 * the version the model was trained with.
 */
export const FEATURE_VERSION = 1

/** Written where a feature has no value yet (a series too young for it); all true values are at least 0. */
const MISSING = -1

/** What the features of one frequency look at. All lengths are in periods. */
export interface FeatureSpec {
  version: number
  frequency: Frequency
  calendar: CalendarName
  /** Steps ahead that are forecast: 1 … horizon. */
  horizon: number
  /** Length of the season (a week of days, a year of months). */
  season: number
  /** The last `lags` values are features of their own. */
  lags: number
  /** Lengths of the rolling windows, ascending. */
  windows: readonly [number, number, number]
  /** Length of a year that keeps the season in step (52 whole weeks, or 12 months). */
  year: number
  /** Nothing older than this many periods is looked at, so that a till needs no longer history. */
  memory: number
  /** Feature names in the order of the columns. */
  names: readonly string[]
}

/** The features for one frequency; `horizon` defaults to 28 days or 6 months. */
export function featureSpec(
  frequency: Frequency,
  calendar: CalendarName,
  horizon = frequency === 'D' ? 28 : 6,
): FeatureSpec {
  const daily = frequency === 'D'
  const lags = daily ? 28 : 12
  const windows = daily ? ([7, 28, 91] as const) : ([3, 6, 12] as const)
  return {
    version: FEATURE_VERSION,
    frequency,
    calendar,
    horizon,
    season: daily ? 7 : 12,
    lags,
    windows,
    year: daily ? 364 : 12,
    memory: daily ? 1092 : 120,
    names: [...originNames(lags, windows), ...STEP_NAMES],
  }
}

function originNames(lags: number, windows: readonly number[]): string[] {
  return [
    ...Array.from({ length: lags }, (_, i) => `lag_${i + 1}`),
    ...windows.flatMap((length) => [`mean_${length}`, `std_${length}`, `zero_share_${length}`]),
    'max_long',
    'median_long',
    'mean_year',
    'mean_all',
    'log_scale',
    'history_length',
    'periods_since_sale',
    'mean_gap',
  ]
}

const STEP_NAMES = [
  'step',
  'weekday',
  'month',
  'day',
  'day_of_year',
  'holiday',
  'holiday_before',
  'holiday_after',
  'season_last',
  'season_mean_4',
  'season_mean_13',
  'season_zero_share_4',
  'year_ago',
  'year_ago_ratio',
] as const

/** The features of a series that are the same for all steps from one origin. */
export interface OriginFeatures {
  /** Index of the last known period. */
  origin: number
  /** Index of the first period that is looked at. */
  first: number
  /** Level the quantities are divided by, in units a period; forecasts are multiplied by it again. Above 0. */
  scale: number
  /** The columns before the step columns. */
  values: Float32Array
  /** The season's columns of each phase of the season, NaN until a step of that phase has asked for them. */
  seasons: Float32Array
}

/** Columns of one phase of the season. */
const SEASON_COLUMNS = 4

/**
 * The features of a series as known at an origin. Quantities are divided by the series' scale: the mean of
 * the longest window, drawn towards the mean of the whole memory and never below a quarter of it, so that an
 * item asleep does not blow up when it wakes.
 * @param origin index of the last known period; nothing after it is read
 * @returns undefined when the series has no sale up to the origin
 */
export function originFeatures(
  spec: FeatureSpec,
  series: PreparedSeries,
  origin: number,
): OriginFeatures | undefined {
  const { quantities: x, cumulative, sales, firstSale } = series
  if (firstSale < 0 || firstSale > origin) return undefined
  const first = Math.max(firstSale, origin + 1 - spec.memory)
  const length = origin + 1 - first
  const sumOf = (last: number) =>
    (cumulative[origin + 1] as number) - (cumulative[origin + 1 - last] as number)
  const meanAll = sumOf(length) / length
  const long = Math.min(spec.windows[2], length)
  const drawn = (sumOf(long) + spec.season * meanAll) / (long + spec.season)
  const scale = Math.max(drawn, meanAll / 4) || 1

  const values = new Float32Array(spec.names.length - STEP_NAMES.length)
  let column = 0
  for (let lag = 0; lag < spec.lags; lag++) {
    values[column++] = lag < length ? (x[origin - lag] as number) / scale : MISSING
  }
  for (const window of spec.windows) {
    const n = Math.min(window, length)
    const mean = sumOf(n) / n
    values[column++] = mean / scale
    values[column++] = deviation(x, origin + 1 - n, origin + 1, mean) / scale
    values[column++] = 1 - salesIn(sales, origin + 1 - n, origin + 1) / n
  }
  const { most, median } = mostAndMedian(series, origin + 1 - long, origin + 1)
  values[column++] = most / scale
  values[column++] = median / scale
  const yearLength = Math.min(spec.year, length)
  values[column++] = sumOf(yearLength) / yearLength / scale
  values[column++] = meanAll / scale
  values[column++] = Math.log(scale)
  values[column++] = length
  const lastSale = series.lastSale[origin] as number
  const since = Math.min(origin - lastSale, length)
  values[column++] = since
  values[column++] = length / Math.max(1, salesIn(sales, first, origin + 1))
  const seasons = new Float32Array(spec.season * SEASON_COLUMNS).fill(Number.NaN)
  return { origin, first, scale: Math.fround(scale), values, seasons }
}

/** The highest value and the median of a stretch. Where most periods saw no sale, as usual, nothing need be sorted. */
function mostAndMedian({ quantities: x, sales }: PreparedSeries, from: number, to: number) {
  const length = to - from
  if (length - salesIn(sales, from, to) <= length >> 1) {
    const sorted = x.slice(from, to).sort()
    const middle = (sorted[(length - 1) >> 1] as number) + (sorted[length >> 1] as number)
    return { most: sorted[length - 1] as number, median: middle / 2 }
  }
  let most = 0
  for (let i = from; i < to; i++) most = Math.max(most, x[i] as number)
  return { most, median: 0 }
}

/** The date columns of a period, each worked out once. */
export type DateColumns = (period: number) => Float32Array

/** The date columns under a specification's calendar: weekday, month, day, day of year, three holiday flags. */
export function dateColumns(spec: FeatureSpec): DateColumns {
  const holidays = holidaysOf(spec.frequency === 'D' ? spec.calendar : 'none')
  const known = new Map<number, Float32Array>()
  return (period) => {
    let columns = known.get(period)
    if (!columns) {
      const { weekday, month, day, dayOfYear } = partsOf(spec.frequency, period)
      const flags = [period, period - 1, period + 1].map((date) => (holidays(date) ? 1 : 0))
      columns = Float32Array.of(weekday, month, day, dayOfYear, ...flags)
      known.set(period, columns)
    }
    return columns
  }
}

/**
 * Writes the feature row for one step ahead of an origin: the only way to a row, in training and in scoring.
 * @param step 1 … spec.horizon
 * @param target row to fill, `spec.names.length` columns from `offset`
 */
export function writeFeatureRow(
  spec: FeatureSpec,
  dates: DateColumns,
  series: PreparedSeries,
  known: OriginFeatures,
  step: number,
  target: Float32Array,
  offset: number,
): void {
  target.set(known.values, offset)
  let column = offset + known.values.length
  target[column++] = step
  const ofDate = dates(series.firstPeriod + known.origin + step)
  target.set(ofDate, column)
  column += ofDate.length
  column = writeSeason(spec, series, known, step, target, column)
  writeYearAgo(spec, series, known, step, target, column)
}

/** Last value, means of 4 and 13 values, and share of zeros among 4, of the target's own weekday (month). */
function writeSeason(
  spec: FeatureSpec,
  series: PreparedSeries,
  known: OriginFeatures,
  step: number,
  target: Float32Array,
  column: number,
): number {
  const { seasons } = known
  const at = ((step - 1) % spec.season) * SEASON_COLUMNS
  if (Number.isNaN(seasons[at])) {
    const latest = known.origin + step - spec.season * Math.ceil(step / spec.season)
    readSeason(spec, series, known, latest, at)
  }
  for (let i = 0; i < SEASON_COLUMNS; i++) target[column + i] = seasons[at + i] as number
  return column + SEASON_COLUMNS
}

/** @param latest index of the last known period of this phase @param at where its columns begin */
function readSeason(
  spec: FeatureSpec,
  series: PreparedSeries,
  { first, scale, seasons }: OriginFeatures,
  latest: number,
  at: number,
): void {
  const x = series.quantities
  let sum = 0
  let sumOf4 = 0
  let zeros = 0
  let count = 0
  for (let i = latest; i >= first && count < 13; i -= spec.season) {
    const value = x[i] as number
    sum += value
    count++
    if (count <= 4) {
      sumOf4 = sum
      if (value === 0) zeros++
    }
  }
  const of4 = Math.min(4, count)
  seasons[at] = count > 0 ? (x[latest] as number) / scale : MISSING
  seasons[at + 1] = count > 0 ? sumOf4 / of4 / scale : MISSING
  seasons[at + 2] = count > 0 ? sum / count / scale : MISSING
  seasons[at + 3] = count > 0 ? zeros / of4 : MISSING
}

/** The week (month) around the target's date a year before, and its ratio to the level at the origin then. */
function writeYearAgo(
  spec: FeatureSpec,
  series: PreparedSeries,
  { origin, first, scale }: OriginFeatures,
  step: number,
  target: Float32Array,
  column: number,
): void {
  const half = spec.frequency === 'D' ? 3 : 0
  const centre = origin + step - spec.year
  const from = centre - half
  if (from < first) {
    target[column] = MISSING
    target[column + 1] = MISSING
    return
  }
  const to = Math.min(centre + half, origin) + 1
  const levelTo = origin - spec.year + 1
  const levelFrom = Math.max(first, levelTo - spec.windows[1])
  const mean = meanOf(series, from, to)
  const level = levelTo > levelFrom ? meanOf(series, levelFrom, levelTo) : 0
  target[column] = mean / scale
  target[column + 1] = level > 0 ? Math.min(mean / level, 20) : MISSING
}

function meanOf({ cumulative }: PreparedSeries, from: number, to: number): number {
  return ((cumulative[to] as number) - (cumulative[from] as number)) / (to - from)
}

function deviation(x: Float64Array, from: number, to: number, mean: number): number {
  let squares = 0
  for (let i = from; i < to; i++) squares += ((x[i] as number) - mean) ** 2
  return Math.sqrt(squares / (to - from))
}

function salesIn(sales: Int32Array, from: number, to: number): number {
  return (sales[to] as number) - (sales[from] as number)
}
