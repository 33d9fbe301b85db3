import { parseArgs } from 'node:util'
import { z } from 'zod'
import { businessDateSchema } from '../../domain/business-date.ts'
import { BdpmRefusal } from '../../domain/catalogue/bdpm/faults.ts'
import { POSTGRES } from '../../migrations/dialect.ts'
import { migrateToLatest } from '../../migrations/migrate.ts'
import { openDatabase, openPool } from '../database/pool.ts'
import { readBdpmFolder } from './files.ts'
import { type ImportReport, importBdpm } from './import.ts'
import { locateDatabase } from './locate-database.ts'
import { reportText } from './report.ts'

const HELP = `Imports the French public medicines database (BDPM) as published.

  npm run import:bdpm -- --dir <folder> [options]

  --dir <folder>         holds CIS_bdpm.txt, CIS_CIP_bdpm.txt, CIS_CPD_bdpm.txt and CIS_GENER_bdpm.txt, and
                         CIS_COMPO_bdpm.txt (substances; may be missing), each also as .txt.gz
  --date <YYYY-MM-DD>    day from which new prices count; default: when the newest of the files was written
  --database-url <url>   a Postgres; default: DATABASE_URL, else the product's own
  --data-dir <folder>    where the product keeps its own Postgres; default: .data/server
  --json                 print the report as one JSON object
  --help

Works whether or not the product is running. Files with a fault change nothing; the same files again change nothing.
Exit status: 0 done, 1 refused or failed, 2 wrong arguments.`

interface Arguments {
  dir: string
  date: string | undefined
  databaseUrl: string | undefined
  dataDir: string
  json: boolean
}

class WrongArguments extends Error {}

const argumentsSchema = z.object({
  dir: z
    .string({ error: '--dir is missing: name the folder that holds the files' })
    .min(1, { error: '--dir is empty: name the folder that holds the files' }),
  date: businessDateSchema.optional(),
  'database-url': z.string().optional(),
  'data-dir': z.string().min(1),
  json: z.boolean(),
})

/** @returns null when help is asked for. @throws WrongArguments */
function readArguments(args: string[], env: NodeJS.ProcessEnv): Arguments | null {
  try {
    const { values } = parseArgs({
      args,
      options: {
        dir: { type: 'string' },
        date: { type: 'string' },
        'database-url': { type: 'string', default: env.DATABASE_URL || undefined },
        'data-dir': { type: 'string', default: '.data/server' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return null
    const parsed = argumentsSchema.parse(values)
    return { ...parsed, databaseUrl: parsed['database-url'], dataDir: parsed['data-dir'], date: parsed.date }
  } catch (error) {
    if (error instanceof z.ZodError) {
      const issue = error.issues[0]
      const text = issue?.path[0] === 'date' ? '--date must be a day that exists, YYYY-MM-DD' : issue?.message
      throw new WrongArguments(text)
    }
    throw new WrongArguments(error instanceof Error ? error.message : String(error))
  }
}

const say = (line: string) => process.stderr.write(`${line}\n`)

function showProgress(): (done: number, of: number) => void {
  let last = -1
  return (done, of) => {
    const tenth = Math.floor((done / of) * 10)
    if (tenth === last) return
    last = tenth
    say(`Writing: ${done.toLocaleString('en-US')} of ${of.toLocaleString('en-US')} products`)
  }
}

async function run(args: Arguments): Promise<ImportReport> {
  say(`Reading ${args.dir}`)
  const folder = await readBdpmFolder(args.dir)
  const located = await locateDatabase(args)
  if (located.how === 'started') say('The product is not running: its database is started for the import')
  const database = openDatabase(openPool(located.url, () => {}))
  try {
    await migrateToLatest(database, POSTGRES)
    return await importBdpm(database, folder, {
      sourceDate: args.date ?? folder.modifiedOn,
      now: () => new Date(),
      progress: showProgress(),
    })
  } finally {
    await database.destroy()
    await located.release()
  }
}

async function main(): Promise<number> {
  try {
    const args = readArguments(process.argv.slice(2), process.env)
    if (!args) {
      process.stdout.write(`${HELP}\n`)
      return 0
    }
    const report = await run(args)
    process.stdout.write(`${args.json ? JSON.stringify(report) : reportText(report)}\n`)
    return 0
  } catch (error) {
    if (error instanceof WrongArguments) {
      say(`${error.message}\nSee npm run import:bdpm -- --help`)
      return 2
    }
    const message = error instanceof Error ? error.message : String(error)
    say(error instanceof BdpmRefusal ? `Refused, nothing was changed:\n${message}` : `Failed: ${message}`)
    return 1
  }
}

process.exitCode = await main()
