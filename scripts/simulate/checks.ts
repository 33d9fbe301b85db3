import { type Kysely, sql } from 'kysely'
import type { TillDatabase } from '../../desktop/till/store/database.ts'
import { CARRIED } from '../../domain/journal/carried.ts'
import type { ServerTables } from '../../migrations/schema.ts'
import { drawersOf, type Fact, salesIn, type Told, type ToldSale, without } from './model.ts'
import { type Difference, explainedByRot, isOfRot, raisedAt, untold } from './rot-checks.ts'
import { drawerDespiteRot, type InDrawers, mayBeLost, type Rotten, type Struck } from './rotten.ts'

/** Each names rows that contradict each other; none may be found in any database at any time. Both dialects read them. */
const CONTRADICTIONS: readonly { what: string; query: string }[] = [
  {
    what: 'a sale is not the sum of its lines',
    query: `select s.id as name, s.total as one, coalesce((select sum(l.gross) from sale_line l
      where l.sale_id = s.id), 0) as other from sale s`,
  },
  {
    what: 'a sale is not the sum of its tenders',
    query: `select s.id as name, s.total as one, coalesce((select sum(t.amount) from sale_tender t
      where t.sale_id = s.id), 0) as other from sale s`,
  },
  {
    what: 'a drawer is not the sum of its movements',
    query: `select d.session_id as name, d.amount as one, coalesce((select sum(m.amount) from cash_movement m
      where m.session_id = d.session_id), 0) as other from drawer_balance d`,
  },
  {
    what: 'cash moved in a drawer that has no balance',
    query: `select distinct m.session_id as name, 0 as one, 1 as other from cash_movement m
      where not exists (select 1 from drawer_balance d where d.session_id = m.session_id)`,
  },
  {
    what: 'stock is not the sum of its movements',
    query: `select h.product_id as name, h.quantity as one, coalesce((select sum(m.quantity)
      from stock_movement m where m.product_id = h.product_id and m.branch_id = h.branch_id), 0) as other
      from stock_on_hand h`,
  },
  {
    what: 'a register total is not the sum of its sales',
    query: `select r.register_id as name, r.gross_total as one, coalesce((select sum(s.total) from sale s
      where s.register_id = r.register_id), 0) as other from register_total r`,
  },
]

const different = (query: string) => `select name, one, other from (${query}) as compared where one <> other`

const inWords = (what: string, { name, one, other }: Difference) => `${what} (${name}: ${one} and ${other})`

/** What in a till's file contradicts itself, but for what rot has cost there. */
const contradictions = (db: TillDatabase, asked: typeof CONTRADICTIONS, rotten: Rotten): string[] =>
  asked.flatMap(({ what, query }) =>
    (db.prepare(different(query)).all() as Difference[])
      .filter((row) => !isOfRot(row, rotten))
      .map((row) => inWords(what, row)),
  )

/** Whether a till's file shows a sale without its lines or tenders. Cheap: asked after every commit. */
export const tornSale = (db: TillDatabase, rotten: Rotten): string | null =>
  contradictions(db, CONTRADICTIONS.slice(0, 2), rotten)[0] ?? null

/**
 * Whether a drawer shows anything but what was put into it. Cheap: asked after every commit.
 */
export function drawerFault(db: TillDatabase, { facts }: Told, beside: InDrawers): string | null {
  const isWhole = mayBeLost(beside.rotten.events).length === 0
  const readDrawer = db.prepare('select amount from drawer_balance where session_id = ?').pluck()
  for (const [session, amount] of drawersOf(facts)) {
    const shown = readDrawer.get(session) as number | undefined
    if (shown === amount && isWhole) continue
    const may = drawerDespiteRot(session, facts, beside)
    if (shown === undefined || !may.has(shown))
      return `drawer ${session} shows ${shown}, but ${[...may].join(' or ')} was put in`
  }
  return null
}

/** Where a till's own register stands, and what others have done. */
export interface Beside extends InDrawers {
  registerId: string
  /** Whether more than one history was written at the register. */
  shared: boolean
  /** Whether its rows are still being loaded: sums then come before the facts that they are sums of. */
  loading: boolean
}

/** What in a till's file contradicts itself, or what the till has told. */
export function tillFaults(db: TillDatabase, told: Told, beside: Beside): string[] {
  const { registerId, shared, loading, others, rotten } = beside
  const asked = loading ? CONTRADICTIONS.slice(0, 2) : CONTRADICTIONS
  const faults = contradictions(db, asked, rotten)
  faults.push(...journalFaults(db, told, rotten))
  const lost = mayBeLost(rotten.events)
  const own = salesIn(without(told.facts, lost))
  const ids = own.map(({ saleId }) => saleId)
  const rows = db
    .prepare(
      `select id, register_id, receipt_number, total from sale
       where register_id = ? or id in (select value from json_each(?))`,
    )
    .all(registerId, JSON.stringify(ids)) as SaleRow[]
  faults.push(...saleFaults(rows, own, [...others.flatMap(salesIn), ...salesIn(lost)]))
  const here = rows.filter((row) => row.register_id === registerId)
  if (!shared) faults.push(...numberFaults(here, salesIn(lost), registerId))
  const drawer = drawerFault(db, told, beside)
  if (drawer) faults.push(drawer)
  return faults
}

/** A till's journals, present and past, hold exactly the facts that were acknowledged, and the present one has no gap. */
function journalFaults(db: TillDatabase, { facts }: Told, rotten: Rotten): string[] {
  const faults: string[] = []
  const { events, top } = db.prepare('select count(*) as events, max(seq) as top from journal').get() as {
    events: number
    top: number | null
  }
  if ((top ?? 0) !== events) faults.push(`the journal holds ${events} events up to ${top}`)
  const held = db
    .prepare(`select hash from journal where type <> @carried union select hash from journal_past
      where type <> @carried union
      select coalesce(json_extract(body, '$.payload.event.hash'), json_extract(body, '$.payload.damaged.hash')) from
      (select body from journal where type = @carried union all select body from journal_past where type = @carried)`)
    .all({ carried: CARRIED.type }) as { hash: string }[]
  // A hash that rotted beside its event names it still; one that a successor carries is the event's own.
  const named = new Map(rotten.events.map(({ column, hash }) => [column, hash]))
  const hashes = new Set(held.map(({ hash }) => named.get(hash) ?? hash))
  const missing = facts.filter(({ hash }) => !hashes.has(hash))
  if (missing.length > 0) faults.push(`${missing.length} acknowledged events are missing in the journal`)
  if (hashes.size > facts.length)
    faults.push(`the journal holds ${hashes.size} events, but ${facts.length} were acknowledged`)
  return faults
}

type SaleRow = { id: string; register_id: string; receipt_number: number; total: number }

/** Every acknowledged sale is there once with its number and total, and nothing is that nobody has told of. */
function saleFaults(
  rows: readonly SaleRow[],
  own: readonly ToldSale[],
  others: readonly ToldSale[],
): string[] {
  const faults: string[] = []
  const held = new Map(rows.map((row) => [row.id, row]))
  if (held.size !== rows.length) faults.push('a sale is there twice')
  for (const { saleId, registerId, receiptNumber, total } of own) {
    const row = held.get(saleId)
    if (!row) faults.push(`the sale of receipt ${receiptNumber} (${total}) is missing`)
    else if (row.receipt_number !== receiptNumber || row.total !== total || row.register_id !== registerId) {
      faults.push(`receipt ${receiptNumber} over ${total} became ${row.receipt_number} over ${row.total}`)
    }
  }
  const known = new Set([...own, ...others].map(({ saleId }) => saleId))
  const unknown = rows.filter(({ id }) => !known.has(id))
  if (unknown.length > 0)
    faults.push(`${unknown.length} of ${rows.length} sales are there that were never acknowledged`)
  return faults
}

/**
 * A register's receipts are numbered from 1 without a gap.
 * @param lost sales that may be missing among them; their numbers are not given again
 */
function numberFaults(rows: readonly SaleRow[], lost: readonly ToldSale[], registerId: string): string[] {
  const ids = new Set(rows.map(({ id }) => id))
  const missing = lost.filter((sale) => sale.registerId === registerId && !ids.has(sale.saleId))
  const numbers = [
    ...rows.map((row) => row.receipt_number),
    ...missing.map(({ receiptNumber }) => receiptNumber),
  ].sort((a, b) => a - b)
  return numbers.some((number, i) => number !== i + 1) ? [`receipts are numbered ${numbers.join(', ')}`] : []
}

/** Exceptions that faults of the line and of machines may cause; any other is a finding. */
const EXPECTED_EXCEPTIONS = new Set(['stock-below-zero', 'price-differs', 'refund-exceeds-sale'])

/** Those that follow when one till has had two histories. */
const OF_TWO_HISTORIES = new Set([
  'device-restored',
  'device-copied',
  'receipt-duplicate',
  'receipt-gap',
  'session-closed',
  'journal-forked',
])

/** What must be at the server. */
export interface Expected {
  /** Each once. */
  facts: readonly Fact[]
  openingStock: number
  /** Registers at which more than one history was written. */
  shared: ReadonlySet<string>
  /** Events that rotted. */
  struck: readonly Struck[]
  /** Facts on the tills' disks, whole or not: a lost disk tells nobody what had rotted on it. */
  held: readonly Fact[]
}

/** What in Postgres contradicts itself, or what the tills have told. */
export async function serverFaults(db: Kysely<ServerTables>, expected: Expected): Promise<string[]> {
  const { facts, shared, struck } = expected
  const lost = salesIn(without(mayBeLost(struck), facts))
  const faults: string[] = []
  for (const { what, query } of CONTRADICTIONS) {
    const { rows } = await sql.raw<Difference>(different(query)).execute(db)
    faults.push(...rows.map((row) => inWords(what, row)))
  }
  const sales = await db.selectFrom('sale').select(['id', 'register_id', 'receipt_number', 'total']).execute()
  faults.push(...saleFaults(sales, salesIn(facts), []))
  for (const register of new Set(sales.map(({ register_id }) => register_id))) {
    if (shared.has(register)) continue
    const here = sales.filter(({ register_id }) => register_id === register)
    faults.push(...numberFaults(here, lost, register))
  }
  const drawers = await db.selectFrom('drawer_balance').select(['session_id', 'amount']).execute()
  for (const [session, amount] of drawersOf(facts)) {
    const held = drawers.find((drawer) => drawer.session_id === session)?.amount
    if (held !== amount) faults.push(`drawer ${session} holds ${held}, but ${amount} was put in`)
  }
  const alarms = await db.selectFrom('journal_alarm').select(['device_id', 'seq']).execute()
  if (shared.size === 0)
    faults.push(...alarms.map(({ device_id, seq }) => `a second history of ${device_id} at ${seq}`))
  const exceptions = await raisedAt(db)
  const ofRot = explainedByRot(exceptions, struck)
  for (const exception of exceptions) {
    const { code, detail } = exception
    const isExpected = EXPECTED_EXCEPTIONS.has(code) || (shared.size > 0 && OF_TWO_HISTORIES.has(code))
    if (!isExpected && !ofRot.has(exception)) faults.push(`exception ${code}: ${detail}`)
  }
  const passedOver = await db.selectFrom('journal_passed_over').select(['device_id', 'paths']).execute()
  faults.push(
    ...passedOver.map(
      ({ device_id, paths }) => `${paths} of ${device_id}, of the same release, was passed over`,
    ),
  )
  faults.push(...untold(exceptions, expected))
  return [...faults, ...(await stockFaults(db, expected))]
}

/** Stock is what the branch began with less what its tills have told to have sold. */
async function stockFaults(
  db: Kysely<ServerTables>,
  { facts, openingStock }: Pick<Expected, 'facts' | 'openingStock'>,
): Promise<string[]> {
  const sold = new Map<string, number>()
  for (const { branchId, packs } of facts) {
    for (const { productId, quantity } of packs) {
      const key = `${branchId} ${productId}`
      sold.set(key, (sold.get(key) ?? 0) + quantity)
    }
  }
  const rows = await db.selectFrom('stock_on_hand').selectAll().execute()
  return rows.flatMap(({ branch_id, product_id, quantity }) => {
    const expected = openingStock - (sold.get(`${branch_id} ${product_id}`) ?? 0)
    return quantity === expected
      ? []
      : [`stock of ${product_id} is ${quantity}, but ${expected} must be left at ${branch_id}`]
  })
}
