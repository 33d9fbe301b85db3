import { EMPTY_HEAD, type JournalHead } from '../../domain/journal/event.ts'
import { HELD_BY_TILLS, serverTable, tillTable } from '../../e2e/support/compare.ts'
import { databaseLedgers, tillLedger } from '../../sync-server/audit/sources.ts'
import { type DeviceLedger, verifyLedger } from '../../sync-server/audit/verify.ts'
import { openPool } from '../../sync-server/database/pool.ts'
import { serverFaults, tillFaults } from './checks.ts'
import { once, without } from './model.ts'
import { OPENING_STOCK } from './stage.ts'
import { wait } from './time.ts'
import { besideOf, historiesBeside, putAway, type World } from './world.ts'

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

/** What still differs between the server and the tills, in words; null when nothing does. */
async function whatDiffers(world: World): Promise<string | null> {
  const heads = await world.db.selectFrom('device_head').selectAll().execute()
  for (const { name, till } of world.counters) {
    const own = till.read(
      (db) => db.prepare('select seq, hash from journal order by seq desc limit 1').get() ?? EMPTY_HEAD,
    ) as JournalHead
    const arrived = own.seq === 0 || heads.some(({ seq, hash }) => seq === own.seq && hash === own.hash)
    if (!arrived)
      return `${name} has ${own.seq} events, heads at the server are ${heads.map(({ seq }) => seq)}`
  }
  for (const synced of ordered) {
    for (const branchId of new Set(world.counters.map((counter) => counter.branchId))) {
      const expected = await serverTable(world.db, branchId, synced)
      for (const { name, till } of world.counters.filter((counter) => counter.branchId === branchId)) {
        const difference = firstDifference(
          till.read((db) => tillTable(db, synced)),
          expected,
        )
        if (!difference) continue
        ordered.splice(ordered.indexOf(synced), 1)
        ordered.unshift(synced)
        return `${name}, ${synced.table}: ${difference}`
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

async function ledgerFaults(ledgers: AsyncIterable<DeviceLedger>, where: string): Promise<string[]> {
  const faults: string[] = []
  for await (const ledger of ledgers) {
    const [fault] = (await verifyLedger(ledger)).faults
    if (fault) faults.push(`the journal of ${ledger.deviceId} ${where} does not verify: ${fault}`)
  }
  return faults
}

const NOBODY = { facts: [] }

/** Facts that the server holds, under whichever name they came. */
async function arrivedFacts({ db }: World): Promise<Set<string>> {
  const own = await db.selectFrom('journal_event').select('hash').execute()
  const carried = await db.selectFrom('journal_carried').select('hash').execute()
  return new Set([...own, ...carried].map(({ hash }) => hash))
}

/** Waits until every replica is equal and every event has arrived. @returns null, or what differs when `until` has passed */
async function rest(world: World, until: number): Promise<string | null> {
  for (;;) {
    const differs = await whatDiffers(world).catch((error: Error) => error.message)
    if (!differs || performance.now() > until) return differs
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
  const facts = without(
    all,
    wereLost.filter(({ hash }) => !arrived.has(hash)),
  )
  const { shared } = world
  const faults = await serverFaults(world.db, { facts, openingStock: OPENING_STOCK, shared })
  for (const counter of world.counters) {
    const { name, till, told } = counter
    await till.standing()
    const own = till.read((db) => tillFaults(db, told, besideOf(world, counter)))
    faults.push(...own.map((fault) => `${name}: ${fault}`))
    if (told.facts.length > 0) faults.push(...(await ledgerFaults(tillLedger(till.file()), `at ${name}`)))
  }
  const pool = openPool(world.stage.cluster.url(world.database), () => {})
  faults.push(...(await ledgerFaults(databaseLedgers(pool), 'at the server')))
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
