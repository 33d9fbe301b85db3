import { parseArgs } from 'node:util'
import { wordBadOption } from '../../domain/command-line.ts'
import { TooLittleHistoryError } from '../training/train.ts'
import { DemandDataError, readPanel } from './data.ts'
import { MEASURES } from './measures.ts'
import { type BacktestResult, backtestOrigins, runBacktest, statisticalMethods, treeMethod } from './run.ts'

const HELP = `Rolling-origin backtest of the demand forecast.

  npm run forecast:backtest -- --data <folder> [options]

The folder holds meta.json (name, frequency "D" or "M", season, horizon, origins) and sales.csv.gz or sales.csv with
the columns series_id, store_id, item_id, group_id, date, quantity. At each origin our trees are trained anew on what
was known then, and compared with seasonal naive and a moving average on the same series.

  --data <folder>    the data set
  --origins <n>      number of origins (default: that of meta.json)
  --trees <n>        trees a model (default 150)
  --rows <n>         training rows a model (default 80000)
  --seed <n>         seed of the training (default 1)
  --json             print one JSON object, with the measures of each origin
  --help             this text
`

/** Runs the command; returns the exit code. Bad input gets one sentence on standard error. */
function main(args: string[]): number {
  try {
    const { values } = parseArgs({
      args,
      options: {
        data: { type: 'string' },
        origins: { type: 'string' },
        trees: { type: 'string' },
        rows: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      process.stdout.write(HELP)
      return 0
    }
    if (!values.data) throw new RangeError('--data <folder> is missing; see --help.')
    const given = {
      ...optional('trees', values.trees),
      ...optional('maxRows', values.rows, '--rows'),
      ...optional('seed', values.seed),
    }
    const { origins: count } = optional('origins', values.origins) as { origins?: number }
    const panel = readPanel(values.data)
    const origins = backtestOrigins(panel, count ?? panel.origins)
    const progress = (message: string) => process.stderr.write(`${message}\n`)
    const result = runBacktest(panel, [...statisticalMethods(panel), treeMethod(given)], origins, progress)
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : table(result))
    return 0
  } catch (error) {
    const misused = wordBadOption(error, 'npm run forecast:backtest')
    const expected =
      misused !== null ||
      error instanceof DemandDataError ||
      error instanceof TooLittleHistoryError ||
      error instanceof RangeError
    if (!expected) throw error
    process.stderr.write(`${misused ?? (error as Error).message}\n`)
    return 1
  }
}

function optional(name: string, text: string | undefined, option = `--${name}`): Record<string, number> {
  if (text === undefined) return {}
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new RangeError(`${option} must be a whole number above 0.`)
  return { [name]: Number(text) }
}

function table(result: BacktestResult): string {
  const { origins } = result
  const scored = origins.map((one) => one.scoredSeries)
  const rows = [
    ['method', ...MEASURES],
    ...result.methods.map(({ name, measures }) => [name, ...MEASURES.map((key) => measures[key].toFixed(4))]),
  ]
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length))) ?? []
  const lines = rows.map((row) => row.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('  '))
  return [
    `${result.data}: ${origins.length} origins from ${origins[0]?.origin} to ${origins.at(-1)?.origin}, ` +
      `${result.horizon} periods each, ${Math.min(...scored)} to ${Math.max(...scored)} series scored`,
    ...lines,
    '',
  ].join('\n')
}

process.exitCode = main(process.argv.slice(2))
