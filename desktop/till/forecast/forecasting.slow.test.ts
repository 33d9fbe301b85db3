import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { isRefusal } from '../../../domain/refusals.ts'
import { dateOf, periodOf } from '../../../forecast-models/calendar.ts'
import { prepareSeries } from '../../../forecast-models/demand.ts'
import { FEATURE_VERSION, featureSpec } from '../../../forecast-models/features.ts'
import { exportOnnx } from '../../../forecast-models/onnx/export.ts'
import { createRandom, drawPoisson } from '../../../forecast-models/random.ts'
import { forecastsOf, runInProcess, scoringBatch } from '../../../forecast-models/scoring.ts'
import { type ForecastModel, trainModel, trainOptions } from '../../../forecast-models/training/train.ts'
import { openTillDatabase, type TillDatabase } from '../store/database.ts'
import { TEST_PRODUCTS } from '../test-products.ts'
import { createForecasting, type Forecasting } from './forecasting.ts'

const BRANCH = '0190a000-0000-7000-8000-000000000001'
const FIRST_MODEL = '0190a000-0000-7000-8000-0000000000a1'
const SECOND_MODEL = '0190a000-0000-7000-8000-0000000000a2'
const [SOLD, UNSOLD] = TEST_PRODUCTS.map((product) => product.id) as [string, string]
const NOW = Date.parse('2026-11-25T09:30:00Z')
const lastPeriod = periodOf('D', '2026-11-24')
const spec = featureSpec('D', 'fr')

/** A year of one product: about six a day, closed on Sundays. */
const quantities = (() => {
  const random = createRandom(9)
  return Float64Array.from({ length: 365 }, (_, i) =>
    (lastPeriod - 364 + i + 3) % 7 === 6 ? 0 : drawPoisson(random, 6),
  )
})()
const series = prepareSeries({ firstPeriod: lastPeriod - 364, quantities })

let model: ForecastModel
let first: Uint8Array
let second: Uint8Array
let server: Server
let served: { status: number; body: Uint8Array }
let downloads: string[]

beforeAll(async () => {
  model = trainModel(spec, [series], trainOptions(spec, lastPeriod, { maxRows: 2000, trees: 12 }))
  first = exportOnnx(model, { trainedAt: '2026-11-23T02:00:00.000Z', note: 'test' })
  second = exportOnnx(model, { trainedAt: '2026-11-24T02:00:00.000Z', note: 'test' })
  server = createServer((request, response) => {
    downloads.push(String(request.url))
    response.writeHead(served.status).end(served.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

let folder: string
let database: TillDatabase
let forecasting: Forecasting

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'till-forecast-'))
  database = await openTillDatabase(join(folder, 'till.sqlite'))
  downloads = []
  served = { status: 200, body: first }
  seed()
  forecasting = start()
})
afterEach(async () => {
  await forecasting.stop()
  database.close()
  rmSync(folder, { recursive: true })
})

const modelsDir = () => join(folder, 'models')

function start(baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`) {
  return createForecasting({
    database,
    place: () => ({ branchId: BRANCH, timeZone: 'Europe/Paris' }),
    download: (path, init) => fetch(baseUrl + path, init),
    filesDir: modelsDir(),
    now: () => NOW,
  })
}

function insert(table: string, row: object) {
  const names = Object.keys(row)
  database.prepare(`insert into ${table} (${names}) values (${names.map((name) => `@${name}`)})`).run(row)
}

function seed() {
  for (const product of TEST_PRODUCTS.slice(0, 2)) insert('product', product)
  insert('stock_on_hand', { branch_id: BRANCH, product_id: SOLD, quantity: 10 })
  quantities.forEach((quantity, i) => {
    if (quantity === 0) return
    const day = { branch_id: BRANCH, product_id: SOLD, business_date: dateOf('D', lastPeriod - 364 + i) }
    // The last day comes from both origins: they are added up.
    if (i < 364) insert('demand_daily', { ...day, origin: 'synthetic', quantity })
    else {
      insert('demand_daily', { ...day, origin: 'synthetic', quantity: quantity - 1 })
      insert('demand_daily', { ...day, origin: 'journal', quantity: 1 })
    }
  })
  // Another branch, and today: neither is part of the history.
  insert('demand_daily', {
    branch_id: '0190a000-0000-7000-8000-000000000002',
    product_id: SOLD,
    business_date: '2026-11-24',
    origin: 'journal',
    quantity: 900,
  })
  insert('demand_daily', {
    branch_id: BRANCH,
    product_id: SOLD,
    business_date: '2026-11-25',
    origin: 'journal',
    quantity: 900,
  })
}

function register(id: string, bytes: Uint8Array, trainedAt: string, sha256?: string) {
  insert('forecast_model', {
    id,
    name: 'demand',
    sha256: sha256 ?? createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    feature_version: FEATURE_VERSION,
    horizon_days: 28,
    trained_at: trainedAt,
    metrics: '{}',
  })
}

async function forecast(productId = SOLD) {
  const view = await forecasting.forecastProduct(productId)
  if (isRefusal(view)) throw new Error(view.refused)
  return view
}

describe('forecasting at the till', () => {
  it('downloads the model, and forecasts what the trees say, with a suggestion', async () => {
    register(FIRST_MODEL, first, '2026-11-23T02:00:00.000Z')
    expect(await forecasting.refresh()).toEqual({ state: 'updated', modelId: FIRST_MODEL })
    expect(downloads).toEqual([`/v1/models/${FIRST_MODEL}`])
    const view = await forecast()
    const batch = scoringBatch(spec, [series], lastPeriod)
    const expected = forecastsOf(spec, batch, runInProcess(model, batch))[0]
    expect(view.forecast).toHaveLength(28)
    expect(view.forecast[0]?.date).toBe('2026-11-25')
    view.forecast.forEach((day, i) => {
      expect(day.mean).toBeCloseTo(expected?.mean[i] ?? Number.NaN, 1)
      expect(day.q90).toBeCloseTo(expected?.q90[i] ?? Number.NaN, 1)
      expect(day.q10 <= day.q50 && day.q50 <= day.q90).toBe(true)
    })
    expect(view.history).toHaveLength(91)
    expect(view.history.at(-1)).toEqual({ date: '2026-11-24', quantity: quantities[364] })
    expect(view).toMatchObject({ onHand: 10, synthetic: true, model: { id: FIRST_MODEL } })
    const { expectedDemand, safetyStock, quantity } = view.suggestion
    expect(expectedDemand).toBeGreaterThan(30)
    expect(quantity).toBe(expectedDemand + safetyStock - 10)
  })

  it('works with the server down, from the file on the disk, after a restart', async () => {
    register(FIRST_MODEL, first, '2026-11-23T02:00:00.000Z')
    await forecasting.refresh()
    const before = await forecast()
    await forecasting.stop()
    forecasting = start('http://127.0.0.1:1')
    expect(await forecast()).toEqual(before)
    register(SECOND_MODEL, second, '2026-11-24T02:00:00.000Z')
    expect(await forecasting.refresh()).toMatchObject({ state: 'failed', fault: 'download-failed' })
    expect(await forecast()).toEqual(before)
  })

  it('refuses bytes that are not the registered ones, keeps the old model, and takes the right ones later', async () => {
    register(FIRST_MODEL, first, '2026-11-23T02:00:00.000Z')
    await forecasting.refresh()
    register(SECOND_MODEL, second, '2026-11-24T02:00:00.000Z')
    const altered = second.slice()
    altered[1000] = (altered[1000] ?? 0) ^ 1
    served = { status: 200, body: altered }
    expect(await forecasting.refresh()).toMatchObject({ state: 'failed', fault: 'hash-mismatch' })
    expect(readdirSync(modelsDir())).toEqual([`${FIRST_MODEL}.onnx`])
    expect((await forecast()).model.id).toBe(FIRST_MODEL)
    served = { status: 200, body: second }
    expect(await forecasting.refresh()).toEqual({ state: 'updated', modelId: SECOND_MODEL })
    expect((await forecast()).model.id).toBe(SECOND_MODEL)
    expect(await forecasting.refresh()).toEqual({ state: 'current', modelId: SECOND_MODEL })
  })

  it.each([
    ['an error', () => ({ status: 503, body: first })],
    ['half a file', () => ({ status: 200, body: first.subarray(0, 900) })],
    ['more than was registered', () => ({ status: 200, body: Buffer.concat([first, first]) })],
  ])('keeps nothing of %s', async (_, answer) => {
    served = answer()
    register(FIRST_MODEL, first, '2026-11-23T02:00:00.000Z')
    expect(await forecasting.refresh()).toMatchObject({ state: 'failed', fault: 'download-failed' })
    expect(await forecasting.forecastProduct(SOLD)).toEqual({ refused: 'no-forecast' })
  })

  it('does not use a file that was damaged on the disk, and downloads it again', async () => {
    register(FIRST_MODEL, first, '2026-11-23T02:00:00.000Z')
    await forecasting.refresh()
    await forecasting.stop()
    writeFileSync(join(modelsDir(), `${FIRST_MODEL}.onnx`), 'rubbish')
    forecasting = start()
    expect(await forecasting.forecastProduct(SOLD)).toEqual({ refused: 'no-forecast' })
    expect(await forecasting.refresh()).toMatchObject({ state: 'updated' })
    expect(downloads).toHaveLength(2)
  })

  it('does not use a file that is registered but is no model', async () => {
    const rubbish = new TextEncoder().encode('not a model')
    served = { status: 200, body: rubbish }
    register(FIRST_MODEL, rubbish, '2026-11-23T02:00:00.000Z')
    expect(await forecasting.refresh()).toMatchObject({ state: 'failed', fault: 'unusable' })
  })

  it('forecasts nothing for what was never sold, and orders none', async () => {
    register(FIRST_MODEL, first, '2026-11-23T02:00:00.000Z')
    await forecasting.refresh()
    const view = await forecast(UNSOLD)
    expect(view.forecast.every((day) => day.mean === 0 && day.q90 === 0)).toBe(true)
    expect(view).toMatchObject({ onHand: 0, synthetic: false, suggestion: { quantity: 0 } })
  })

  it('says so when there is no model or no such product', async () => {
    expect(await forecasting.refresh()).toEqual({ state: 'none-registered' })
    expect(await forecasting.forecastProduct(SOLD)).toEqual({ refused: 'no-forecast' })
    expect(await forecasting.forecastProduct(FIRST_MODEL)).toEqual({ refused: 'product-not-found' })
  })

  it('downloads once when asked twice', async () => {
    register(FIRST_MODEL, first, '2026-11-23T02:00:00.000Z')
    await Promise.all([forecasting.refresh(), forecasting.refresh()])
    expect(downloads).toHaveLength(1)
  })

  it('leaves the till free while it loads a model and scores', async () => {
    register(FIRST_MODEL, first, '2026-11-23T02:00:00.000Z')
    let turns = 0
    const ticking = setInterval(() => turns++, 1)
    const loading = forecasting.refresh()
    await loading
    await Promise.all(Array.from({ length: 30 }, () => forecast()))
    clearInterval(ticking)
    expect(turns).toBeGreaterThan(10)
  })
})
