import { type Kysely, sql } from 'kysely'
import type { TillDatabase } from '../../desktop/till/store/database.ts'
import type { ServerTables } from '../../migrations/schema.ts'
import type { Told } from './model.ts'

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

type Difference = { name: string; one: number; other: number }

const inWords = (what: string, { name, one, other }: Difference) => `${what} (${name}: ${one} and ${other})`

/** Whether a till's file shows a sale without its lines or tenders. Cheap: asked after every commit. */
export function tornSale(db: TillDatabase): string | null {
  for (const { what, query } of CONTRADICTIONS.slice(0, 2)) {
    const row = db.prepare(different(query)).get() as Difference | undefined
    if (row) return inWords(what, row)
  }
  return null
}

/** Whether a drawer shows anything but what was put into it. Cheap: asked after every commit. */
export function drawerFault(db: TillDatabase, told: Told): string | null {
  const readDrawer = db.prepare('select amount from drawer_balance where session_id = ?').pluck()
  for (const [session, amount] of told.drawers) {
    const shown = readDrawer.get(session) as number | undefined
    if (shown !== amount) return `drawer ${session} shows ${shown}, but ${amount} was put in`
  }
  return null
}

/** What in a till's file contradicts itself, or what the till has told. */
export function tillFaults(db: TillDatabase, told: Told, place: { registerId: string }): string[] {
  const faults = CONTRADICTIONS.flatMap(({ what, query }) =>
    (db.prepare(different(query)).all() as Difference[]).map((row) => inWords(what, row)),
  )
  const { events, top } = db.prepare('select count(*) as events, max(seq) as top from journal').get() as {
    events: number
    top: number | null
  }
  if (events !== told.events || (top ?? 0) !== told.events) {
    faults.push(`the journal holds ${events} events up to ${top}, but ${told.events} were acknowledged`)
  }
  const sales = db
    .prepare('select id, receipt_number, total from sale where register_id = ?')
    .all(place.registerId) as { id: string; receipt_number: number; total: number }[]
  faults.push(...saleFaults(sales, told))
  const drawer = drawerFault(db, told)
  if (drawer) faults.push(drawer)
  return faults
}

type SaleRow = { id: string; receipt_number: number; total: number }

/** Every acknowledged sale is there once with its number and total, and nothing else is. */
function saleFaults(rows: readonly SaleRow[], told: Told): string[] {
  const faults: string[] = []
  const held = new Map(rows.map((row) => [row.id, row]))
  if (held.size !== rows.length) faults.push('a sale is there twice')
  for (const { saleId, receiptNumber, total } of told.sales) {
    const row = held.get(saleId)
    if (!row) faults.push(`the sale of receipt ${receiptNumber} (${total}) is missing`)
    else if (row.receipt_number !== receiptNumber || row.total !== total) {
      faults.push(`receipt ${receiptNumber} over ${total} became ${row.receipt_number} over ${row.total}`)
    }
  }
  if (rows.length > told.sales.length)
    faults.push(`${rows.length} sales, but ${told.sales.length} were acknowledged`)
  const numbers = rows.map((row) => row.receipt_number).sort((a, b) => a - b)
  if (numbers.some((number, i) => number !== i + 1))
    faults.push(`receipts are numbered ${numbers.join(', ')}`)
  return faults
}

/** Exceptions that faults of the line and of machines may cause; any other is a finding. */
const EXPECTED_EXCEPTIONS = new Set(['stock-below-zero', 'price-differs'])

/** What in Postgres contradicts itself, or what the tills have told. */
export async function serverFaults(
  db: Kysely<ServerTables>,
  tills: readonly { name: string; registerId: string; branchId: string; told: Told }[],
  openingStock: number,
): Promise<string[]> {
  const faults: string[] = []
  for (const { what, query } of CONTRADICTIONS) {
    const { rows } = await sql.raw<Difference>(different(query)).execute(db)
    faults.push(...rows.map((row) => inWords(what, row)))
  }
  const sales = await db.selectFrom('sale').select(['id', 'register_id', 'receipt_number', 'total']).execute()
  const drawers = await db.selectFrom('drawer_balance').select(['session_id', 'amount']).execute()
  for (const { name, registerId, told } of tills) {
    const own = sales.filter((sale) => sale.register_id === registerId)
    faults.push(...saleFaults(own, told).map((fault) => `${name}: ${fault}`))
    for (const [session, amount] of told.drawers) {
      const held = drawers.find((drawer) => drawer.session_id === session)?.amount
      if (held !== amount) faults.push(`${name}: drawer ${session} holds ${held}, but ${amount} was put in`)
    }
  }
  const alarms = await db.selectFrom('journal_alarm').select(['device_id', 'seq']).execute()
  faults.push(...alarms.map(({ device_id, seq }) => `a second history of ${device_id} at ${seq}`))
  const exceptions = await db.selectFrom('event_exception').select(['code', 'detail']).execute()
  for (const { code, detail } of exceptions) {
    if (!EXPECTED_EXCEPTIONS.has(code)) faults.push(`exception ${code}: ${detail}`)
  }
  return [...faults, ...(await stockFaults(db, tills, openingStock))]
}

/** Stock is what the branch began with less what its tills have told to have sold. */
async function stockFaults(
  db: Kysely<ServerTables>,
  tills: readonly { branchId: string; told: Told }[],
  openingStock: number,
): Promise<string[]> {
  const sold = new Map<string, number>()
  for (const { branchId, told } of tills) {
    for (const { productId, quantity } of told.sales.flatMap((sale) => sale.packs)) {
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
