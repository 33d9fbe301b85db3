import { sql } from 'kysely'
import { EMPTY_HEAD, type JournalHead } from '../../domain/journal/event.ts'
import { PROJECTED_KEYS } from '../../domain/journal/tables.ts'
import { HELD_BY_TILLS, serverTable, tillTable } from '../../e2e/support/compare.ts'
import { databaseLedgers, tillLedger } from '../../sync-server/audit/sources.ts'
import { type DeviceLedger, verifyLedger } from '../../sync-server/audit/verify.ts'
import { openPool } from '../../sync-server/database/pool.ts'
import { serverFaults, tillFaults } from './checks.ts'
import { once, without } from './model.ts'
import { isRotOf, provenOf } from './rot-checks.ts'
import { mayBeLost, type Struck } from './rotten.ts'
import { OPENING_STOCK } from './stage.ts'
import { wait } from './time.ts'
import { besideOf, type Counter, historiesBeside, putAway, type World } from './world.ts'

/** How long everything may take to be the same everywhere once nothing is broken any more, on a busy machine, ms. */
const QUIET_MS = 300_000

/** Between two looks, the product's own ms. */
const LOOK_MS = 300

const STARTS = 5

/** Mends everything that is broken; clocks stay wrong, for sync works at any clock. */
export async function mendAll(world: World): Promise<void> {
  await world.stage.cluster.start()
  for (let attempt = 1; !world.office.running(); attempt += 1) {
    await world.office.start().catch((error: Error) => {
      world.log.push(`the server did not start: ${error.message}`)
      if (attempt === STARTS) throw new Error(`the server does not start any more: ${error.message}`)
    })
  }
  for (const { till, line } of world.counters) {
    line.delay(0)
    line.restore()
    till.limitDisk(null)
    await till.start()
  }
  world.connectLines()
}

/** Tables by name, the one that differed last before all others: a look that finds a difference costs no more than that. */
const ordered = [...HELD_BY_TILLS]

/** What still differs between the server and the tills. */
interface Unlike {
  words: string
  /** Whose rows differ, when all has arrived. */
  rowsOf: Counter | null
}

/** Tills with two histories that have the same register still, for they have not heard of each other. */
function inOneDrawer({ apart, counters }: World): string | null {
  const together = apart.find(
    (pair) =>
      pair.every((counter) => counters.includes(counter)) &&
      new Set(pair.map(({ till }) => till.registerId())).size === 1,
  )
  return together ? `${together.map(({ name }) => name).join(' and ')} sell from one drawer` : null
}

/** What still differs between the server and the tills; null when nothing does. */
async function whatDiffers(world: World): Promise<Unlike | null> {
  const heads = await world.db.selectFrom('device_head').selectAll().execute()
  for (const { name, till } of world.counters) {
    const own = till.read(
      (db) => db.prepare('select seq, hash from journal order by seq desc limit 1').get() ?? EMPTY_HEAD,
    ) as JournalHead
    const last = world.struck.find(({ column }) => column === own.hash)?.hash ?? own.hash
    const arrived = own.seq === 0 || heads.some(({ seq, hash }) => seq === own.seq && hash === last)
    const words = `${name} has ${own.seq} events, heads at the server are ${heads.map(({ seq }) => seq)}`
    if (!arrived) return { words, rowsOf: null }
  }
  const together = inOneDrawer(world)
  if (together) return { words: together, rowsOf: null }
  for (const synced of ordered) {
    for (const branchId of new Set(world.counters.map((counter) => counter.branchId))) {
      const expected = await serverTable(world.db, branchId, synced)
      for (const counter of world.counters.filter((each) => each.branchId === branchId)) {
        const { name, till } = counter
        const difference = firstDifference(
          till.read((db) => tillTable(db, synced)),
          expected,
        )
        if (!difference) continue
        ordered.splice(ordered.indexOf(synced), 1)
        ordered.unshift(synced)
        return { words: `${name}, ${synced.table}: ${difference}`, rowsOf: counter }
      }
    }
  }
  return null
}

function firstDifference(held: readonly object[], expected: readonly object[]): string | null {
  if (JSON.stringify(held) === JSON.stringify(expected)) return null
  const texts = new Set(held.map((row) => JSON.stringify(row)))
  const wanted = new Set(expected.map((row) => JSON.stringify(row)))
  const missing = [...wanted].find((row) => !texts.has(row))
  const extra = [...texts].find((row) => !wanted.has(row))
  return `${held.length} rows of ${expected.length}; holds ${extra ?? 'nothing else'}, lacks ${missing ?? 'nothing'}`
}

async function ledgerFaults(
  ledgers: AsyncIterable<DeviceLedger>,
  where: string,
  struck: readonly Struck[],
): Promise<string[]> {
  const faults: string[] = []
  for await (const ledger of ledgers) {
    const isOfRot = isRotOf(ledger, struck)
    const fault = (await verifyLedger(ledger)).faults.find((each) => !isOfRot(each))
    if (fault) faults.push(`the journal of ${ledger.deviceId} ${where} does not verify: ${fault}`)
  }
  return faults
}

const NOBODY = { facts: [] }

/** Facts that the server holds, under whichever name they came, in the order in which they were committed there. */
async function arrivedFacts({ db }: World): Promise<Set<string>> {
  const { rows } = await sql<{ hash: string }>`select hash from (
    select hash, device_id, seq, xmin from journal_event
    union all select hash, device_id, seq, xmin from journal_carried) as arrived
    order by pg_xact_commit_timestamp(xmin), device_id, seq`.execute(db)
  return new Set(rows.map(({ hash }) => hash))
}

/** Tables that an event which rotted may have left rows in, or changed the sums of. */
const OF_EVENTS: readonly string[] = Object.keys(PROJECTED_KEYS)

/** Where something has rotted, IT compares the till with the server: no table may differ but those of what rotted. */
async function verifyRotten(world: World, { name, till, rotten }: Counter): Promise<void> {
  const { events, tables } = rotten
  if (tables.size === 0 && mayBeLost(events).length === 0) return
  const reports = await till.verify().catch((error: Error) => {
    world.log.push(`verify of ${name}: ${error.message}`)
    return []
  })
  for (const { table, found, outcome } of reports) {
    if (found === null) continue
    world.log.push(`verify of ${name}: ${table} ${outcome}`)
    const isOfRot = tables.has(table) || (events.length > 0 && OF_EVENTS.includes(table))
    if (!isOfRot)
      world.findings.push(`${name}: ${table} differs from the server's, and nothing in it has rotted`)
  }
}

/** Waits until every replica is equal and every event has arrived. @returns null, or what differs when `until` has passed */
async function rest(world: World, until: number): Promise<string | null> {
  let before = ''
  for (;;) {
    const differs = await whatDiffers(world).catch((error: Error) => ({ words: error.message, rowsOf: null }))
    if (!differs || performance.now() > until) return differs?.words ?? null
    if (differs.rowsOf && differs.words === before) await verifyRotten(world, differs.rowsOf)
    before = differs.words
    await wait(LOOK_MS)
  }
}

/** Who the tills are, once none of them is being exchanged for one of another identity. */
async function identities(world: World): Promise<string> {
  const registers: string[] = []
  for (const { till } of world.counters) {
    await till.standing()
    registers.push(till.registerId())
  }
  return registers.join(' ')
}

/** Checks every promise in a world at rest. */
async function faultsAtRest(world: World, arrived: ReadonlySet<string>): Promise<string[]> {
  const all = once(historiesBeside(world, { told: NOBODY }).flat())
  const wereLost = without(world.lost.flat(), [
    ...world.counters.flatMap(({ told }) => told.facts),
    ...world.kept,
  ])
  const { shared, struck } = world
  const proven = await provenOf(world.db, struck)
  const rotted = without(
    mayBeLost(struck),
    proven.map(({ fact }) => fact),
  )
  const facts = without(
    all,
    [...wereLost, ...rotted].filter(({ hash }) => !arrived.has(hash)),
  )
  const faults = await serverFaults(world.db, {
    facts,
    openingStock: OPENING_STOCK,
    shared,
    struck,
    held: world.counters.flatMap(({ told }) => told.facts),
  })
  for (const counter of world.counters) {
    const { name, till, told } = counter
    await till.standing()
    const own = till.read((db) => tillFaults(db, told, besideOf(world, counter)))
    faults.push(...own.map((fault) => `${name}: ${fault}`))
    if (told.facts.length > 0)
      faults.push(...(await ledgerFaults(tillLedger(till.file()), `at ${name}`, struck)))
  }
  const pool = openPool(world.stage.cluster.url(world.database), () => {})
  faults.push(...(await ledgerFaults(databaseLedgers(pool), 'at the server', struck)))
  await pool.end()
  return faults
}

/**
 * Lets a mended world come to rest.
 * @returns what did not hold then: a replica that never became equal, a contradiction, a broken journal
 */
export async function settle(world: World): Promise<string[]> {
  await mendAll(world)
  const until = performance.now() + QUIET_MS
  for (;;) {
    const differs = await rest(world, until)
    if (differs) return [`no rest within ${QUIET_MS / 1000} s: ${differs}`]
    const before = await identities(world)
    const arrived = await arrivedFacts(world)
    const faults = await faultsAtRest(world, arrived)
    // A till may learn only now that its disk has a twin, and becomes another one while it is being looked at.
    if ((await identities(world)) !== before && performance.now() < until) continue
    if (faults.length === 0) await putAway(world, arrived)
    return faults
  }
}
