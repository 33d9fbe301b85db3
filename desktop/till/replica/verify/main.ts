import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import Database from 'better-sqlite3'
import { wordBadOption } from '../../../../domain/command-line.ts'
import { SYNCED_TABLES } from '../../../../migrations/synced-tables.ts'
import { databaseFile, lockFile } from '../../data-folder.ts'
import { createAuthorizedFetch } from '../../device/authorized-fetch.ts'
import { type DeviceIdentity, IdentitySealed, readIdentity } from '../../device/identity.ts'
import { createLineFetch } from '../../device/line.ts'
import { FolderInUse, lockFolder } from '../../folder-lock.ts'
import { openJournal } from '../../journal/journal.ts'
import { createChanges } from '../../store/changes.ts'
import { openTillDatabase, type TillDatabase } from '../../store/database.ts'
import { startSync } from '../sync.ts'
import { askServer, CannotAsk } from './ask.ts'
import { exitCode, wordReport } from './report.ts'
import { NotHeard, verifyReplica } from './verify.ts'

const HELP = `Compares a till's replica with the server, names the rows that differ, and writes over those. A table of which more
than 500 rows differ is fetched anew.

  npm run replica -- verify --data <dir> --server <url> [--dry-run] [--table <name>]…

  --data <dir>      folder of the till's data
  --server <url>    the sync server, as the till is started with
  --table <name>    only this table; may be given several times
  --dry-run         compare, and change nothing
  --json            one JSON object a table, with every row's key
  --help            this text

The till may be running or not. A stopped one is brought up to date first, which also sends what it had not sent yet.
Its own sales are never lost: what the server does not have yet is laid over its rows again.

Ends with 0 when every table is equal (now), 1 when one differs, 2 when it could not be run, and 3 when a table was
still moving: ask again when the branch is quieter.
`

/** The command cannot be carried out; the message is one sentence for whoever gave it. */
class CannotRun extends Error {
  override name = 'CannotRun'
}

const TABLES = SYNCED_TABLES.flatMap((synced) => (synced.till ? [synced.table as string] : []))

interface Arguments {
  dataDir: string
  serverUrl: string
  tables: readonly string[]
  dryRun: boolean
  json: boolean
}

function readArguments(argv: readonly string[]): Arguments | 'help' {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      server: { type: 'string' },
      table: { type: 'string', multiple: true, default: [] },
      'dry-run': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  if (positionals.join(' ') !== 'verify') throw new CannotRun('Say what to do: verify. See --help.')
  const { data, server } = values
  if (!data) throw new CannotRun("--data is missing: name the till's data folder.")
  if (!existsSync(databaseFile(data))) throw new CannotRun(`There is no till in ${data}: see --data.`)
  const protocol = URL.parse(server ?? '')?.protocol ?? ''
  if (!server || !['http:', 'https:'].includes(protocol)) {
    throw new CannotRun('--server must be the address of the sync server, such as http://127.0.0.1:4500.')
  }
  const unknown = values.table.find((table) => !TABLES.includes(table))
  if (unknown) throw new CannotRun(`${unknown} is no table of a till: choose from ${TABLES.join(', ')}.`)
  const tables = values.table.length > 0 ? values.table : TABLES
  return { dataDir: data, serverUrl: server, tables, dryRun: values['dry-run'], json: values.json }
}

async function identify(dataDir: string): Promise<DeviceIdentity> {
  const identity = await readIdentity(dataDir).catch((error) => {
    throw error instanceof IdentitySealed ? new CannotRun(error.message) : error
  })
  if (!identity)
    throw new CannotRun(`The till in ${dataDir} was never enrolled: there is nothing to compare.`)
  return identity
}

/** Opens the file beside the till that runs on it. */
function openBeside(dataDir: string): TillDatabase {
  const db = new Database(databaseFile(dataDir), { fileMustExist: true })
  db.pragma('busy_timeout = 5000')
  db.pragma('synchronous = FULL')
  return db
}

/** The till's file, with something that syncs it: the till that runs on it, or we. */
async function openTill(args: Arguments, identity: DeviceIdentity) {
  const { dataDir, serverUrl } = args
  let unlock: () => void
  try {
    unlock = lockFolder(lockFile(dataDir))
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error
    const db = openBeside(dataDir)
    return { db, journal: openJournal(db, identity), running: true, close: async () => db.close() }
  }
  const db = await openTillDatabase(databaseFile(dataDir))
  const journal = openJournal(db, identity)
  const tools = { fetch: createLineFetch(), now: Date.now, random: Math.random, log: () => undefined }
  const sync = startSync({ serverUrl, identity, db, journal, changes: createChanges(), ...tools })
  const close = async () => {
    await sync.stop()
    db.close()
    unlock()
  }
  return { db, journal, running: false, close }
}

async function run(args: Arguments): Promise<number> {
  const identity = await identify(args.dataDir)
  const authorized = createAuthorizedFetch(identity, { fetch, now: Date.now })
  const till = await openTill(args, identity)
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  try {
    say(till.running ? 'The till is running.' : 'The till is stopped: it is brought up to date meanwhile.')
    const reports = await verifyReplica({
      db: till.db,
      device: { deviceId: identity.deviceId, journal: till.journal },
      there: askServer({ serverUrl: args.serverUrl, fetch: authorized }),
      tables: args.tables,
      dryRun: args.dryRun,
      say,
    })
    const lines = reports.map((report) => `${JSON.stringify(report)}\n`)
    process.stdout.write(args.json ? lines.join('') : wordReport(reports))
    return exitCode(reports)
  } finally {
    await till.close()
  }
}

/** @returns the exit code */
async function main(): Promise<number> {
  try {
    const args = readArguments(process.argv.slice(2))
    if (args !== 'help') return await run(args)
    process.stdout.write(HELP)
    return 0
  } catch (error) {
    const cause = error as Error
    const told = [CannotRun, CannotAsk, NotHeard].some((kind) => error instanceof kind)
    const misused = wordBadOption(error, 'npm run replica')
    process.stderr.write(`${misused ?? (told ? cause.message : (cause.stack ?? cause.message))}\n`)
    return 2
  }
}

const code = await main()
// The shapes' client leaves timers behind that would keep this process for a minute.
process.stdout.write('', () => process.exit(code))
