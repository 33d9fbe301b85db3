import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { makeWorkerUtils, runOnce } from 'graphile-worker'
import ort from 'onnxruntime-node'
import type { Pool } from 'pg'
import { v7 } from 'uuid'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { prepareSeries } from '../../../forecast-models/demand.ts'
import { readModelMetadata } from '../../../forecast-models/onnx/metadata.ts'
import { scoringBatch } from '../../../forecast-models/scoring.ts'
import { POSTGRES } from '../../../migrations/dialect.ts'
import { migrateToLatest } from '../../../migrations/migrate.ts'
import { syntheticHistory } from '../../../scripts/demo/history.ts'
import { openDatabase, openPool } from '../../database/pool.ts'
import { startTestPostgres } from '../../database/test-postgres.ts'
import { readDemand } from './read-demand.ts'
import { FORECAST_CRONTAB, FORECAST_TRAIN, FORECAST_TRAIN_SPEC, forecastTasks } from './tasks.ts'
import { modelKey, type TrainingContext, trainForecastModel } from './train.ts'

const NOW = Date.parse('2026-11-25T08:00:00Z')
const BRANCHES = [v7(), v7()]
const PRODUCTS = Array.from({ length: 60 }, (_, i) => ({
  id: v7(),
  cip13: String(3400930000000 + i),
  name: i % 3 === 0 ? `DOLIPRANE ${i}` : `PRODUIT ${i}`,
  price: 500,
  reimbursement_bp: 6500,
  status: 'active',
}))

let postgres: Awaited<ReturnType<typeof startTestPostgres>>
let pool: Pool
let folder: string
let context: TrainingContext
const logged: Record<string, unknown>[] = []

beforeAll(async () => {
  postgres = await startTestPostgres()
  pool = openPool(postgres.url, () => {})
  await migrateToLatest(openDatabase(pool), POSTGRES)
  for (const id of BRANCHES) {
    await pool.query(
      `insert into branch (id, name, time_zone, currency, address, city, vat_number)
       values ($1, 'Pharmacie', 'Europe/Paris', 'EUR', '', '', '')`,
      [id],
    )
  }
})
afterAll(async () => {
  await pool.end()
  await postgres.stop()
})

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'models-'))
  logged.length = 0
  context = {
    pool,
    files: {
      put: async (key, bytes) => {
        const file = join(folder, key)
        await mkdir(dirname(file), { recursive: true })
        await writeFile(file, bytes)
      },
    },
    now: () => NOW,
    newId: v7,
    log: (detail) => logged.push(detail),
    size: { maxRows: 6000, trees: 30 },
  }
})
afterEach(async () => {
  rmSync(folder, { recursive: true })
  await pool.query('truncate demand_daily, forecast_model')
})

async function seedYear(from = '2025-11-25', to = '2026-11-24') {
  const branches = BRANCHES.map((id) => ({ id }))
  const rows = [...syntheticHistory({ seed: 4, products: PRODUCTS, branches, from, to })]
  await pool.query(
    `insert into demand_daily (branch_id, product_id, business_date, origin, quantity)
     select * from unnest($1::uuid[], $2::uuid[], $3::date[], $4::text[], $5::bigint[])`,
    [
      rows.map((row) => row.branchId),
      rows.map((row) => row.productId),
      rows.map((row) => row.date),
      rows.map((row) => row.origin),
      rows.map((row) => row.quantity),
    ],
  )
  return rows
}

const models = async () => (await pool.query('select * from forecast_model order by trained_at')).rows

describe('reading demand', () => {
  it('adds both origins up and leaves out the day that is not over', async () => {
    await pool.query(
      `insert into demand_daily (branch_id, product_id, business_date, origin, quantity) values
         ($1, $2, '2026-11-20', 'synthetic', 3), ($1, $2, '2026-11-20', 'journal', 2),
         ($1, $2, '2026-11-22', 'journal', 1), ($1, $2, '2026-11-25', 'journal', 9)`,
      [BRANCHES[0], PRODUCTS[0]?.id],
    )
    const { series, rows } = await readDemand(pool, NOW)
    expect(series.map((one) => [...one.quantities])).toEqual([[5, 0, 1]])
    expect(rows).toEqual({ synthetic: 1, journal: 2 })
  })
})

describe('training', () => {
  it('stores and registers a model that runs, and that beats seasonal naive on the held-out days', async () => {
    await seedYear()
    const result = await trainForecastModel(context)
    if (!result.trained) throw new Error(result.reason)
    const bytes = readFileSync(join(folder, modelKey(result.modelId)))
    const [row] = await models()
    expect(row).toMatchObject({
      id: result.modelId,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      bytes: bytes.length,
      horizon_days: 28,
      trained_at: '2026-11-25T08:00:00.000Z',
    })
    const { holdout, demandRows } = JSON.parse(row.metrics)
    expect(demandRows.journal).toBeUndefined()
    expect(demandRows.synthetic).toBeGreaterThan(1000)
    expect(holdout.origin).toBe('2026-10-27')
    expect(holdout.methods.trees.spl).toBeLessThan(holdout.methods.seasonal_naive.spl)

    const { metadata, spec } = readModelMetadata(bytes)
    expect(metadata.note).toMatch(/synthetic/)
    const { series, lastPeriod } = await readDemand(pool, NOW)
    const batch = scoringBatch(spec, series.map(prepareSeries), lastPeriod)
    const session = await ort.InferenceSession.create(bytes)
    const { mean } = await session.run({
      features: new ort.Tensor('float32', batch.features, [batch.rows, batch.width]),
      scale: new ort.Tensor('float32', batch.scale, [batch.rows, 1]),
    })
    expect(mean?.dims).toEqual([series.length * 28, 1])
    expect(logged).toMatchObject([{ event: 'forecast-model-trained', modelId: result.modelId }])
  })

  it('keeps the server free while it trains', async () => {
    await seedYear()
    let longest = 0
    let last = performance.now()
    const ticking = setInterval(() => {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }, 5)
    const started = performance.now()
    await trainForecastModel(context)
    clearInterval(ticking)
    expect(longest).toBeLessThan((performance.now() - started) / 2)
  })

  it('registers nothing when there is too little history', async () => {
    expect(await trainForecastModel(context)).toMatchObject({ trained: false })
    await seedYear('2026-11-20')
    expect(await trainForecastModel(context)).toMatchObject({ trained: false, reason: /Too little history/ })
    expect(await models()).toEqual([])
    expect(readdirSync(folder)).toEqual([])
  })

  it('registers nothing when the file cannot be stored, or when it is ended', async () => {
    await seedYear()
    const put = () => Promise.reject(new Error('the store is full'))
    await expect(trainForecastModel({ ...context, files: { put } })).rejects.toThrow('the store is full')
    const controller = new AbortController()
    const training = trainForecastModel({ ...context, signal: controller.signal })
    controller.abort(new Error('shutting down'))
    await expect(training).rejects.toThrow('shutting down')
    expect(await models()).toEqual([])
  })
})

describe('the task', () => {
  it('trains once when queued twice', async () => {
    await seedYear()
    const utils = await makeWorkerUtils({ pgPool: pool })
    await utils.migrate()
    await utils.addJob(FORECAST_TRAIN, {}, FORECAST_TRAIN_SPEC)
    await utils.addJob(FORECAST_TRAIN, {}, FORECAST_TRAIN_SPEC)
    await runOnce({ pgPool: pool, taskList: forecastTasks(context), crontab: FORECAST_CRONTAB })
    await utils.release()
    expect(await models()).toHaveLength(1)
    expect(logged.map(({ event }) => event)).toEqual(['forecast-model-trained'])
  })
})
