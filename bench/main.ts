import { parseArgs } from 'node:util'
import { wordBadOption } from '../domain/command-line.ts'
import type { Figure } from './lib/figures.ts'

const HELP = `npm run bench -- [names…] [--json] [--large]

Measures the paths of DESIGN §7, each beside its limit in the same run.

  names     only these: sale-commit, search, scan-to-paint, soak, till-to-till, sale-to-console, console-open,
            ingest, tills-return, shape-latency, shape-burst, live-clients, write-throughput, snapshot,
            first-replica, sale-during-load, cold-start, catch-up, score, reconnect
  --json    one JSON object a line: {"name","value","unit","limit","ratio","goal"}
  --large   sale-commit, search and scan-to-paint also with a million products, snapshot with a million rows,
            write-throughput with 10,000 shapes, tills return with a whole day (slower to set up)
  --help    this text

soak and reconnect take some minutes, and are measured only when they are named.`

type Bench = (options: { large: boolean }) => Promise<Figure[]>

const BENCHES: Record<string, () => Promise<Bench>> = {
  'sale-commit': async () => (await import('./sale-commit.ts')).saleCommit,
  search: async () => (await import('./search.ts')).search,
  'scan-to-paint': async () => (await import('./scan-to-paint.ts')).scanToPaint,
  soak: async () => (await import('./soak.ts')).soak,
  'till-to-till': async () => (await import('./till-to-till.ts')).tillToTill,
  'sale-to-console': async () => (await import('./sale-to-console.ts')).saleToConsole,
  'console-open': async () => (await import('./console-open.ts')).consoleOpen,
  ingest: async () => (await import('./ingest.ts')).ingest,
  'shape-latency': async () => (await import('./shape-latency.ts')).shapeLatency,
  'shape-burst': async () => (await import('./shape-burst.ts')).shapeBurst,
  'live-clients': async () => (await import('./live-clients.ts')).liveClients,
  'write-throughput': async () => (await import('./write-throughput.ts')).writeThroughput,
  snapshot: async () => (await import('./snapshot.ts')).snapshot,
  'tills-return': async () => (await import('./tills-return.ts')).tillsReturn,
  'first-replica': async () => (await import('./first-replica.ts')).firstReplica,
  'sale-during-load': async () => (await import('./sale-during-load.ts')).saleDuringLoad,
  'cold-start': async () => (await import('./cold-start.ts')).coldStart,
  'catch-up': async () => (await import('./catch-up.ts')).catchUp,
  reconnect: async () => (await import('./reconnect.ts')).reconnect,
  score: async () => (await import('./score.ts')).score,
}

/** Minutes long: only when they are asked for. */
const LONG: readonly string[] = ['soak', 'reconnect']

const round = (value: number) => Number(value.toPrecision(4))

function print(figure: Figure, json: boolean): void {
  const { name, value, unit, limit, ratio, goal, met } = figure
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ name, value: round(value), unit, limit: round(limit), ratio: round(ratio), goal })}\n`,
    )
    return
  }
  const columns = [
    name.padEnd(26),
    `${round(value)} ${unit}`.padStart(12),
    `${round(limit)} ${unit}`.padStart(12),
    `${round(ratio)}×`.padStart(10),
    `  ${met ? 'met  ' : 'MISSED'} ${goal}`,
  ]
  process.stdout.write(`${columns.join('  ')}\n`)
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, large: { type: 'boolean' }, help: { type: 'boolean' } },
  })
  if (values.help) {
    process.stdout.write(`${HELP}\n`)
    return
  }
  const unknown = positionals.find((name) => !(name in BENCHES))
  if (unknown)
    throw new Error(`${unknown} is not a benchmark: choose from ${Object.keys(BENCHES).join(', ')}`)
  const json = values.json === true
  if (!json) {
    const head = ['name'.padEnd(26), 'value'.padStart(12), 'limit'.padStart(12), 'ratio'.padStart(10)]
    process.stdout.write(`${head.join('  ')}    goal\n`)
  }
  for (const [name, load] of Object.entries(BENCHES)) {
    if (positionals.length > 0 ? !positionals.includes(name) : LONG.includes(name)) continue
    const run = await load()
    for (const figure of await run({ large: values.large === true })) print(figure, json)
  }
}

main().then(
  () => process.exit(),
  (error: Error) => {
    process.stderr.write(`${wordBadOption(error, 'npm run bench') ?? error.message}\n`)
    process.exit(1)
  },
)
