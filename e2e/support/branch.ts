import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { chmod, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { TILL_NODE_FLAGS } from '../../desktop/bridge/till-process.ts'
import { databaseFile } from '../../desktop/till/data-folder.ts'
import { POSTGRES } from '../../migrations/dialect.ts'
import { migrateToLatest } from '../../migrations/migrate.ts'
import { loadOrganisation } from '../../scripts/demo/load.ts'
import { MARKET } from '../../scripts/demo/organisation.ts'
import { CATALOGUE_DATE, enrolmentCode } from '../../scripts/stack/demo.ts'
import { type Launched, launch, stopProcess } from '../../scripts/stack/processes.ts'
import { readBdpmFolder } from '../../sync-server/catalogue/files.ts'
import { importBdpm } from '../../sync-server/catalogue/import.ts'
import { openDatabase, openPool } from '../../sync-server/database/pool.ts'
import { startTestPostgres } from '../../sync-server/database/test-postgres.ts'
import { SERVER_NODE_FLAGS } from '../../sync-server/server-process.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** What a branch has behind it when its server first starts: about eleven rows a sale. */
export interface Past {
  /** Sales of three lines each. */
  sales: number
  /** Days of demand of each product, in whole products: rows. */
  demand: number
}

/** A till of the branch as its own process. */
export interface BranchTill {
  name: string
  databaseFile: string
  /** Starts it. @returns its page's address, token included */
  start(): Promise<string>
  stop(): Promise<void>
  /** Power cut: the process is gone at once. */
  kill(): Promise<void>
  /** The most memory it has held since its start, MB. */
  peakMemory(): number
  /** Processor time it has taken since its start, ms. */
  cpuTime(): number
}

/** A server over a Postgres that was filled before, as its own process. */
export interface Branch {
  databaseUrl: string
  /** Enrols the nth till of the branch; it is not running yet. */
  addTill(index: number): Promise<BranchTill>
  close(): Promise<void>
}

/** A sale's rows as ingest writes them, many at once: `$1` sales of the branch, numbered from `$2`. */
const SALES_SQL = `
  with catalogue as (select id, cip13, name, row_number() over (order by cip13) as n from product),
  many as (select count(*) as count from catalogue),
  made as (
    select uuidv7() as id, number, date '2026-01-01' + (number % 300)::int as day,
      timestamptz '2026-01-01 08:00:00Z' + number * interval '1 minute' as at
    from generate_series($2::bigint, $2::bigint + $1::bigint - 1) as number),
  lines as (
    select made.id as sale_id, uuidv7() as id, uuidv7() as movement_id, line_no, catalogue.id as product_id, cip13,
      name, day, at
    from made cross join generate_series(1, 3) as line_no cross join many
    join catalogue on catalogue.n = 1 + (made.number * 7919 + line_no * 104729) % many.count),
  sales as (
    insert into sale (id, branch_id, register_id, device_id, seq, session_id, cashier_id, receipt_number,
      business_date, completed_at, currency, total, event_hash)
    select id, $3, $4, $5, number, $6, $7, number, day, at, 'EUR', 900, repeat('a', 64) from made),
  sale_lines as (
    insert into sale_line (id, sale_id, branch_id, line_no, product_id, cip13, name, quantity, unit_price, gross,
      vat_rate_bp)
    select id, sale_id, $3, line_no, product_id, cip13, name, 1, 300, 300, 210 from lines),
  taxes as (
    insert into sale_tax (sale_id, branch_id, vat_rate_bp, net, tax, gross)
    select id, $3, 210, 881, 19, 900 from made),
  tenders as (
    insert into sale_tender (id, sale_id, branch_id, kind, amount, given, change_given)
    select uuidv7(), id, $3, 'card', 900, 900, 0 from made),
  movements as (
    insert into stock_movement (id, branch_id, product_id, kind, quantity, sale_id, business_date, at)
    select movement_id, $3, product_id, 'sale', -1, sale_id, day, at from lines),
  stock as (
    insert into stock_on_hand (branch_id, product_id, quantity)
    select $3, product_id, -count(*) from lines group by product_id
    on conflict (branch_id, product_id) do update set quantity = stock_on_hand.quantity + excluded.quantity)
  insert into register_total (register_id, branch_id, sale_count, gross_total)
  select $4, $3, $1::bigint, 900 * $1::bigint
  on conflict (register_id) do update set sale_count = register_total.sale_count + excluded.sale_count,
    gross_total = register_total.gross_total + excluded.gross_total`

const uuid = (n: number) => `019aa000-0000-7000-8777-${String(n).padStart(12, '0')}`

/** Sales of a neighbour's till, `perTransaction` of them in each transaction, numbered from `first`. */
export async function addSales(
  databaseUrl: string,
  { count, first, perTransaction }: { count: number; first: number; perTransaction: number },
): Promise<void> {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  const ids = [MARKET.id, uuid(1), uuid(2), uuid(3), uuid(4)]
  const name = 'bench-sales'
  for (let made = 0; made < count; made += perTransaction) {
    const values = [Math.min(perTransaction, count - made), first + made, ...ids]
    await client.query({ name, text: SALES_SQL, values })
  }
  await client.end()
}

async function addDemand(databaseUrl: string, rows: number): Promise<void> {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  await client.query(
    `insert into demand_daily (branch_id, product_id, business_date, origin, quantity)
     select $1, id, date '2025-01-01' + day, 'synthetic', 1 + day % 5
     from product cross join generate_series(0, $2::int / (select count(*)::int from product)) as day
     limit $2`,
    [MARKET.id, rows],
  )
  await client.end()
}

async function fill(databaseUrl: string, past: Past): Promise<void> {
  const db = openDatabase(openPool(databaseUrl, () => {}))
  await migrateToLatest(db, POSTGRES)
  await loadOrganisation(db)
  const folder = await readBdpmFolder(join(root, 'data/bdpm'))
  await importBdpm(db, folder, { sourceDate: CATALOGUE_DATE, now: () => new Date() })
  await db.destroy()
  await addSales(databaseUrl, { count: past.sales, first: 1, perTransaction: 20_000 })
  await addDemand(databaseUrl, past.demand)
  const client = new pg.Client(databaseUrl)
  await client.connect()
  await client.query('analyze')
  await client.end()
}

/** The most memory a process has held, MB, as Linux counts it. */
function peakOf(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024
}

/** Ticks of Linux' process times, a second. */
const TICKS = 100

/** Processor time of a process, its threads and what it asked of the system, ms. */
function cpuOf(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS
}

async function addTill(serverUrl: string, dir: string, index: number): Promise<BranchTill> {
  const dataDir = join(dir, `till-${index + 1}`)
  mkdirSync(dataDir)
  const code = await enrolmentCode(serverUrl, dataDir, index)
  let running: Launched | null = null
  return {
    name: `till ${index + 1}`,
    databaseFile: databaseFile(dataDir),
    start: async () => {
      running = launch({
        name: `till ${index + 1}`,
        command: [
          ...[process.execPath, ...TILL_NODE_FLAGS, join(root, 'desktop/till/main.ts')],
          ...['--data', dataDir, '--server', serverUrl, '--port', '0'],
          ...(code ? ['--enrol', code] : []),
        ],
        env: { LOG_LEVEL: 'warn' },
        logFile: join(dir, `till-${index + 1}.log`),
      })
      return running.ready
    },
    stop: async () => {
      if (running) await stopProcess(running)
    },
    kill: async () => {
      running?.child.kill('SIGKILL')
      await running?.ended
    },
    peakMemory: () => peakOf(running?.child.pid),
    cpuTime: () => cpuOf(running?.child.pid),
  }
}

/** A branch with a past, its server as its own process. The past is there before the server's log begins. */
export async function openBranch(past: Past): Promise<Branch> {
  const dir = mkdtempSync(join(tmpdir(), 'pharmasaas-bench-'))
  await chmod(dir, 0o755)
  const postgres = await startTestPostgres()
  await fill(postgres.url, past)
  const server = launch({
    name: 'sync server',
    command: [process.execPath, ...SERVER_NODE_FLAGS, join(root, 'sync-server/main.ts')],
    env: { PORT: '0', DATA_DIR: join(dir, 'server'), DATABASE_URL: postgres.url, LOG_LEVEL: 'warn' },
    logFile: join(dir, 'server.log'),
  })
  const serverUrl = await server.ready
  const tills: BranchTill[] = []
  return {
    databaseUrl: postgres.url,
    addTill: async (index) => {
      const till = await addTill(serverUrl, dir, index)
      tills.push(till)
      return till
    },
    close: async () => {
      await Promise.all(tills.map((till) => till.stop()))
      await stopProcess(server)
      await postgres.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
