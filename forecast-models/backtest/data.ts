import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { wordFileTrouble } from '../../domain/command-line.ts'
import { dateOf, type Frequency, periodOf } from '../calendar.ts'
import { denseSeries, type PreparedSeries, prepareSeries } from '../demand.ts'

/** A data set on one grid: every series runs from its first row to the grid's last period. */
export interface DemandPanel {
  name: string
  frequency: Frequency
  season: number
  horizon: number
  origins: number
  firstPeriod: number
  lastPeriod: number
  ids: string[]
  series: PreparedSeries[]
}

/** Data that cannot be read; the message is one sentence that says where and why. */
export class DemandDataError extends Error {
  override readonly name = 'DemandDataError'
}

const metaSchema = z.object({
  name: z.string().min(1),
  frequency: z.enum(['D', 'M']),
  season: z.int().positive(),
  horizon: z.int().positive(),
  origins: z.int().positive(),
})

const dateSchema = z.iso.date()
const QUANTITY = /^\d+(\.\d+)?([eE][+-]?\d+)?$/
const COLUMNS = ['series_id', 'store_id', 'item_id', 'group_id', 'date', 'quantity']

/**
 * Reads a folder of `meta.json` and `sales.csv.gz` (or `sales.csv`).
 * Throws a DemandDataError naming file, line and reason.
 */
export function readPanel(folder: string): DemandPanel {
  const meta = readMeta(join(folder, 'meta.json'))
  const { file, text } = readSales(folder)
  const { rows, firstPeriod, lastPeriod } = parseSales(file, text, meta.frequency)
  const ids = [...rows.keys()]
  const series = [...rows.values()].map((entries) =>
    prepareSeries(
      denseSeries(
        [...entries].map(([period, quantity]) => ({ period, quantity })),
        lastPeriod,
      ),
    ),
  )
  return { ...meta, firstPeriod, lastPeriod, ids, series }
}

function readMeta(file: string): z.infer<typeof metaSchema> {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new DemandDataError(`${file} cannot be read: ${reasonOf(error)}.`)
  }
  const parsed = metaSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new DemandDataError(`${file}: field "${issue?.path.join('.')}": ${issue?.message}.`)
}

function readSales(folder: string): { file: string; text: string } {
  const packed = join(folder, 'sales.csv.gz')
  const plain = join(folder, 'sales.csv')
  try {
    return { file: packed, text: gunzipSync(readFileSync(packed)).toString('utf8') }
  } catch (error) {
    if (!isMissing(error)) throw new DemandDataError(`${packed} cannot be read: ${reasonOf(error)}.`)
  }
  try {
    return { file: plain, text: readFileSync(plain, 'utf8') }
  } catch (error) {
    if (!isMissing(error)) throw new DemandDataError(`${plain} cannot be read: ${reasonOf(error)}.`)
    throw new DemandDataError(`${folder} holds neither sales.csv.gz nor sales.csv.`)
  }
}

/** Quantities by period, for each series in order of appearance. */
type SeriesRows = Map<string, Map<number, number>>

function parseSales(
  file: string,
  text: string,
  frequency: Frequency,
): { rows: SeriesRows; firstPeriod: number; lastPeriod: number } {
  const lines = text.split('\n')
  const header = headerOf(file, lines[0] ?? '')
  const rows: SeriesRows = new Map()
  const periods = new Map<string, number>()
  for (let i = 1; i < lines.length; i++) {
    const line = (lines[i] as string).trimEnd()
    if (line === '') continue
    const refuse = (reason: string) => new DemandDataError(`${file}, line ${i + 1}: ${reason}.`)
    const fields = line.split(',')
    if (fields.length !== header.length) {
      throw refuse(`${fields.length} fields where the header has ${header.length}`)
    }
    const id = fields[header.id] as string
    const date = fields[header.date] as string
    const quantity = fields[header.quantity] as string
    const period = periods.get(date) ?? parsePeriod(date, frequency)
    if (id === '') throw refuse('"series_id" is empty')
    if (period === undefined) throw refuse(`"date" is "${date}", not a ${wanted(frequency)}`)
    if (!QUANTITY.test(quantity)) throw refuse(`"quantity" is "${quantity}", not a number of at least 0`)
    periods.set(date, period)
    const entries = rows.get(id) ?? new Map<number, number>()
    if (entries.has(period)) throw refuse(`series "${id}" has ${date} twice`)
    rows.set(id, entries.set(period, Number(quantity)))
  }
  if (rows.size === 0) throw new DemandDataError(`${file} holds no rows.`)
  const sorted = [...periods.values()].sort((a, b) => a - b)
  return { rows, firstPeriod: sorted[0] as number, lastPeriod: sorted.at(-1) as number }
}

/** The number of columns, and the places of those that are used. */
function headerOf(file: string, line: string) {
  const header = line
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(',')
  for (const name of COLUMNS) {
    if (!header.includes(name)) throw new DemandDataError(`${file}, line 1: column "${name}" is missing.`)
  }
  return {
    length: header.length,
    id: header.indexOf('series_id'),
    date: header.indexOf('date'),
    quantity: header.indexOf('quantity'),
  }
}

function parsePeriod(date: string, frequency: Frequency): number | undefined {
  if (!dateSchema.safeParse(date).success) return undefined
  const period = periodOf(frequency, date)
  return dateOf(frequency, period) === date ? period : undefined
}

const wanted = (frequency: Frequency) =>
  frequency === 'D' ? 'day as YYYY-MM-DD' : 'first day of a month as YYYY-MM-01'

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

const reasonOf = (error: unknown) => wordFileTrouble(error).replace(/\.$/, '')
