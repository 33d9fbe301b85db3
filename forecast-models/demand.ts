/**
 * The demand of one product at one branch on a dense grid: one quantity a period, zeros included, no gaps.
 * Periods are the numbers of `periodOf`.
 */
export interface DemandSeries {
  /** Period number of `quantities[0]`. */
  firstPeriod: number
  /** Quantity of each period, at least 0. */
  quantities: Float64Array
}

/** A series with the running sums that make each feature a matter of two look-ups, whatever the origin. */
export interface PreparedSeries extends DemandSeries {
  /** Index of the first period with a sale; the series counts from there. -1 without any sale. */
  firstSale: number
  /** `cumulative[i]`: sum of the quantities before index i (length + 1 values). */
  cumulative: Float64Array
  /** `sales[i]`: number of periods with a sale before index i. */
  sales: Int32Array
  /** `lastSale[i]`: index of the last period with a sale up to and including i, or -1. */
  lastSale: Int32Array
  /** `absoluteChange[i]`: sum of |x_t - x_(t-1)| for t from `firstSale` + 1 up to and including i. */
  absoluteChange: Float64Array
}

/** Works out the running sums of a series. Throws a RangeError for a quantity that is negative or not finite. */
export function prepareSeries(series: DemandSeries): PreparedSeries {
  const x = series.quantities
  const cumulative = new Float64Array(x.length + 1)
  const sales = new Int32Array(x.length + 1)
  const lastSale = new Int32Array(x.length)
  const absoluteChange = new Float64Array(x.length)
  let firstSale = -1
  let last = -1
  for (let i = 0; i < x.length; i++) {
    const value = x[i] as number
    if (!(value >= 0 && value < Infinity)) {
      throw new RangeError(`Quantity ${value} at index ${i}: a quantity must be a number of at least 0.`)
    }
    if (value > 0) {
      if (firstSale < 0) firstSale = i
      last = i
    }
    cumulative[i + 1] = (cumulative[i] as number) + value
    sales[i + 1] = (sales[i] as number) + (value > 0 ? 1 : 0)
    lastSale[i] = last
    const change = firstSale >= 0 && i > firstSale ? Math.abs(value - (x[i - 1] as number)) : 0
    absoluteChange[i] = (i > 0 ? (absoluteChange[i - 1] as number) : 0) + change
  }
  return { ...series, firstSale, cumulative, sales, lastSale, absoluteChange }
}

/**
 * Spreads dated quantities over a dense grid from the first of them to `lastPeriod`; missing periods are 0.
 * Quantities of the same period are added; net returns (a sum below 0) count as 0; periods after
 * `lastPeriod` are left out.
 */
export function denseSeries(
  entries: Iterable<{ period: number; quantity: number }>,
  lastPeriod: number,
): DemandSeries {
  const kept = [...entries].filter((entry) => entry.period <= lastPeriod)
  let firstPeriod = lastPeriod + 1
  for (const { period } of kept) firstPeriod = Math.min(firstPeriod, period)
  const quantities = new Float64Array(lastPeriod - firstPeriod + 1)
  for (const { period, quantity } of kept) {
    const index = period - firstPeriod
    quantities[index] = (quantities[index] as number) + quantity
  }
  for (let i = 0; i < quantities.length; i++) quantities[i] = Math.max(0, quantities[i] as number)
  return { firstPeriod, quantities }
}
