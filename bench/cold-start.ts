import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TILL_NODE_FLAGS } from '../desktop/bridge/till-process.ts'
import { databaseFile } from '../desktop/till/data-folder.ts'
import { openTillDatabase } from '../desktop/till/store/database.ts'
import { seedTill, TEST_STAFF } from '../desktop/till/test-fixtures.ts'
import { minor } from '../domain/money.ts'
import { layHandsOn } from '../e2e/support/hands.ts'
import { launch, stopProcess } from '../scripts/stack/processes.ts'
import { realProducts } from './lib/catalogue.ts'
import { type Figure, figure, percentile } from './lib/figures.ts'

const ROWS = 1_000_000
const STARTS = 7
const DOLIPRANE = '3400935955838'
const BUILD = fileURLToPath(new URL('../scripts/build/desktop.ts', import.meta.url))
/** The till as it is installed: built, in one file. */
const MAIN = fileURLToPath(new URL('../.vite/build/till.mjs', import.meta.url))

/** The limit: a process that opens the file and finds the pack. */
const BARE = `const db = new (require('better-sqlite3'))(process.argv[1])
  db.prepare('select id from product where cip13 = ?').get('${DOLIPRANE}')`

/** A till's folder with the whole catalogue and a million rows of demand. */
async function bigTill(dir: string): Promise<void> {
  await seedTill(dir, await realProducts())
  const db = await openTillDatabase(databaseFile(dir))
  const fill = db.prepare(`insert into demand_daily (branch_id, product_id, business_date, origin, quantity)
    select (select id from branch), id, date('2025-01-01', ? || ' days'), 'synthetic', 3 from product`)
  const products = db.prepare('select count(*) from product').pluck().get() as number
  for (let day = 0; day * products < ROWS; day++) fill.run(day)
  db.close()
}

const start = (dir: string) =>
  launch({
    name: 'till',
    command: [process.execPath, ...TILL_NODE_FLAGS, MAIN, '--data', dir, '--port', '0'],
    env: { LOG_LEVEL: 'warn' },
    logFile: join(dir, 'till.log'),
  })

/** Opens the drawer, which stays open from one start to the next. */
async function openDrawer(dir: string): Promise<void> {
  const till = start(dir)
  const hands = await layHandsOn(await till.ready)
  await hands.do('operator.unlock', { pin: TEST_STAFF.pharmacist.pin })
  await hands.do('session.open', { float: minor(10_000) })
  hands.close()
  await stopProcess(till)
}

async function startToScan(dir: string): Promise<number> {
  const from = performance.now()
  const till = start(dir)
  const hands = await layHandsOn(await till.ready)
  await hands.do('operator.unlock', { pin: TEST_STAFF.pharmacist.pin })
  await hands.do('basket.scan', { raw: DOLIPRANE })
  const took = performance.now() - from
  hands.close()
  await stopProcess(till)
  return took
}

/** From the start of a till with a million rows to its first scanned line, PIN included, against opening the file. */
export async function coldStart(): Promise<Figure[]> {
  const dir = mkdtempSync(join(tmpdir(), 'pharmasaas-bench-'))
  execFileSync(process.execPath, [BUILD, 'till'])
  await bigTill(dir)
  await openDrawer(dir)
  const [starts, limits]: [number[], number[]] = [[], []]
  for (let i = 0; i < STARTS; i++) {
    const from = performance.now()
    execFileSync(process.execPath, ['-e', BARE, databaseFile(dir)])
    limits.push(performance.now() - from)
    starts.push(await startToScan(dir))
  }
  rmSync(dir, { recursive: true, force: true })
  const [p50, bare] = [percentile(starts, 0.5), percentile(limits, 0.5)]
  return [figure('cold-start', p50, bare, { text: '≤ 1 s over opening the file', met: p50 <= bare + 1000 })]
}
