import { businessDateAt } from '../../../domain/business-date.ts'
import { type Refusal, refuse } from '../../../domain/refusals.ts'
import { dateOf, periodOf } from '../../../forecast-models/calendar.ts'
import { denseSeries } from '../../../forecast-models/demand.ts'
import { featureSpec } from '../../../forecast-models/features.ts'
import { type Suggestion, suggestOrder } from '../../../forecast-models/replenishment.ts'
import type { Forecast } from '../../../forecast-models/scoring.ts'
import type { ForecastView } from '../../bridge/views.ts'
import type { TillDatabase } from '../store/database.ts'
import { createModelInUse, type RefreshResult } from './model-in-use.ts'
import { createModelStore, type Download } from './model-store.ts'
import { startScoringThread } from './scoring.ts'

/** Forecasts at the till, made from the replica with a model on this disk: the server need not be there. */
export interface Forecasting {
  /** Takes the newest registered model: from the disk, or by download. Asked twice at once, it runs once. */
  refresh(): Promise<RefreshResult>
  /** Forecast and suggested order of a product of this branch. Refused: `no-forecast`, `product-not-found`. */
  forecastProduct(productId: string): Promise<ForecastView | Refusal>
  stop(): Promise<void>
}

export interface ForecastingOptions {
  database: TillDatabase
  /** This branch, and its zone for what is "today". */
  place: () => { branchId: string; timeZone: string }
  download: Download
  /** Folder of the model files, of this till alone. */
  filesDir: string
  /** Milliseconds since the Unix epoch. */
  now: () => number
}

/** Days of history that are shown. */
const SHOWN_DAYS = 91

/** How the branch orders: wholesalers deliver the next day, and an order is looked at once a week. */
const ORDERING = { leadTimeDays: 1, reviewDays: 7, serviceLevel: 0.98 } as const

/** Reads as far back as features look. */
const MEMORY_DAYS = featureSpec('D', 'fr').memory

/** Starts forecasting: a thread of its own scores, and loads its model when it is first needed. */
export function createForecasting(options: ForecastingOptions): Forecasting {
  const { database, place, now } = options
  const thread = startScoringThread()
  const models = createModelInUse(createModelStore(database, options.download, options.filesDir), thread)
  const reader = createDemandReader(database)

  const forecastProduct = async (productId: string): Promise<ForecastView | Refusal> => {
    const { branchId, timeZone } = place()
    const product = reader.product(productId)
    if (!product) return refuse('product-not-found')
    const inUse = await models.get()
    if (!inUse) return refuse('no-forecast')
    const lastPeriod = periodOf('D', businessDateAt(now(), timeZone)) - 1
    const demand = reader.demand(branchId, productId, lastPeriod)
    const forecast = await thread.score(demand.series, lastPeriod)
    const onHand = reader.onHand(branchId, productId)
    const { leadTimeDays, reviewDays } = ORDERING
    return {
      product: { productId, name: product.name },
      history: shownHistory(demand.series, lastPeriod),
      forecast: datedForecast(forecast, inUse.spec.horizon, lastPeriod),
      onHand,
      suggestion: {
        ...suggestionView(suggestOrder({ forecast, onHand, onOrder: 0, ...ORDERING })),
        leadTimeDays,
        reviewDays,
      },
      model: { id: inUse.model.id, trainedAt: inUse.model.trainedAt },
      synthetic: demand.synthetic,
    }
  }

  return { refresh: models.refresh, forecastProduct, stop: () => thread.stop() }
}

function createDemandReader(db: TillDatabase) {
  const readProduct = db.prepare('select name from product where id = ?')
  const readDemand = db.prepare(
    `select business_date as date, origin, quantity from demand_daily
     where branch_id = ? and product_id = ? and business_date between ? and ?`,
  )
  const readOnHand = db.prepare('select quantity from stock_on_hand where branch_id = ? and product_id = ?')
  return {
    product: (productId: string) => readProduct.get(productId) as { name: string } | undefined,
    onHand: (branchId: string, productId: string) =>
      (readOnHand.get(branchId, productId) as { quantity: number } | undefined)?.quantity ?? 0,
    demand: (branchId: string, productId: string, lastPeriod: number) => {
      const from = dateOf('D', lastPeriod - MEMORY_DAYS + 1)
      const rows = readDemand.all(branchId, productId, from, dateOf('D', lastPeriod)) as {
        date: string
        origin: string
        quantity: number
      }[]
      const entries = rows.map(({ date, quantity }) => ({ period: periodOf('D', date), quantity }))
      return {
        series: denseSeries(entries, lastPeriod),
        synthetic: rows.some(({ origin }) => origin === 'synthetic'),
      }
    },
  }
}

function shownHistory(
  series: { firstPeriod: number; quantities: Float64Array },
  lastPeriod: number,
): ForecastView['history'] {
  return Array.from({ length: SHOWN_DAYS }, (_, i) => {
    const period = lastPeriod - SHOWN_DAYS + 1 + i
    return { date: dateOf('D', period), quantity: series.quantities[period - series.firstPeriod] ?? 0 }
  })
}

const hundredths = (value: number | undefined) => Math.round((value ?? 0) * 100) / 100

function datedForecast(forecast: Forecast, horizon: number, lastPeriod: number): ForecastView['forecast'] {
  return Array.from({ length: horizon }, (_, i) => ({
    date: dateOf('D', lastPeriod + 1 + i),
    mean: hundredths(forecast.mean[i]),
    q10: hundredths(forecast.q10[i]),
    q50: hundredths(forecast.q50[i]),
    q90: hundredths(forecast.q90[i]),
  }))
}

const suggestionView = ({ quantity, reason }: Suggestion) => ({
  quantity,
  expectedDemand: reason.expectedDemand,
  safetyStock: reason.safetyStock,
})
