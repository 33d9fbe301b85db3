import type { ClientBase } from 'pg'
import type { Mutation } from '../../domain/journal/mutation.ts'
import type { DeviceCaller } from '../auth/caller.ts'
import { arrayLiteral, prepared } from '../database/bulk.ts'
import { together } from '../database/pool.ts'
import { FACT_TABLES, factsOf, type Known, type ProjectedEvent, sessionClaims } from './judge.ts'

const insertsOf = <T extends Mutation['table']>(mutations: readonly Mutation[], table: T) =>
  mutations.filter(
    (m): m is Extract<Mutation, { op: 'insert'; table: T }> => m.op === 'insert' && m.table === table,
  )

async function loadStaff(client: ClientBase, ids: readonly string[]): Promise<Known['staff']> {
  const { rows } = await client.query<{ id: string; role: string; active: boolean }>(
    prepared('select id, role, active from staff where id = any($1::uuid[])', [arrayLiteral(ids)]),
  )
  return new Map(rows.map(({ id, role, active }) => [id, { role, active }]))
}

async function loadRegisters(client: ClientBase, device: DeviceCaller): Promise<Set<string>> {
  if (device.registerId) return new Set([device.registerId])
  const { rows } = await client.query<{ id: string }>('select id from register where branch_id = $1', [
    device.branchId,
  ])
  return new Set(rows.map(({ id }) => id))
}

async function loadSessions(client: ClientBase, ids: readonly string[]): Promise<Known['sessions']> {
  if (ids.length === 0) return new Map()
  const { rows } = await client.query<{ id: string; register: string; branch: string; closed: boolean }>(
    prepared(
      `select id, register_id as register, branch_id as branch, closed_at is not null as closed
       from cash_session where id = any($1::uuid[])`,
      [arrayLiteral(ids)],
    ),
  )
  return new Map(rows.map(({ id, ...held }) => [id, held]))
}

async function loadFacts(client: ClientBase, mutations: readonly Mutation[]): Promise<Known['facts']> {
  const facts = factsOf(mutations)
  if (facts.length === 0) return new Set()
  const ids = FACT_TABLES.map((table) =>
    arrayLiteral(facts.filter((fact) => fact.startsWith(`${table}|`)).map((fact) => fact.split('|')[1])),
  )
  const each = FACT_TABLES.map(
    (table, i) => `select '${table}|' || id as fact from ${table} where id = any($${i + 1}::uuid[])`,
  )
  const { rows } = await client.query<{ fact: string }>(prepared(each.join(' union all '), ids))
  return new Set(rows.map(({ fact }) => fact))
}

async function loadPrices(client: ClientBase, mutations: readonly Mutation[]): Promise<Known['prices']> {
  const dates = new Map(insertsOf(mutations, 'sale').map(({ row }) => [row.id, row.business_date]))
  const sold = new Map<string, { product: string; date: string }>()
  for (const { row } of insertsOf(mutations, 'sale_line')) {
    const date = dates.get(row.sale_id) ?? ''
    sold.set(`${row.product_id}|${date}`, { product: row.product_id, date })
  }
  if (sold.size === 0) return new Map()
  const pairs = [...sold.values()]
  // Years before 1 are dates to ISO 8601 but not to Postgres; they are compared as text, and match nothing.
  const { rows } = await client.query<{ key: string; now: number | null; then: number | null }>(
    prepared(
      `select sold.product || '|' || sold.date as key, product.price as now,
       (select price from product_price history
        where history.product_id = product.id and history.valid_from::text <= sold.date
        order by valid_from desc, import_id desc limit 1) as then
     from unnest($1::uuid[], $2::text[]) as sold(product, date) join product on product.id = sold.product`,
      [arrayLiteral(pairs.map(({ product }) => product)), arrayLiteral(pairs.map(({ date }) => date))],
    ),
  )
  return new Map(rows.map(({ key, now, then }) => [key, new Set(then === null ? [now] : [now, then])]))
}

async function loadReceipts(client: ClientBase, mutations: readonly Mutation[]) {
  const sales = insertsOf(mutations, 'sale').map(({ row }) => row)
  if (sales.length === 0) return { lastReceipt: new Map<string, number>(), receipts: new Set<string>() }
  const registers = [...new Set(sales.map((sale) => sale.register_id))]
  const numbers = [...new Set(sales.map((sale) => sale.receipt_number))]
  const [last, taken] = await together([
    client.query<{ register: string; last: number }>(
      prepared(
        `select wanted.register, (select max(receipt_number) from sale where register_id = wanted.register) as last
         from unnest($1::uuid[]) as wanted(register)`,
        [arrayLiteral(registers)],
      ),
    ),
    client.query<{ key: string }>(
      prepared(
        `select register_id || '|' || receipt_number as key from sale
         where register_id = any($1::uuid[]) and receipt_number = any($2::bigint[])`,
        [arrayLiteral(registers), arrayLiteral(numbers)],
      ),
    ),
  ])
  return {
    lastReceipt: new Map(last.rows.map(({ register, last }) => [register, last ?? 0])),
    receipts: new Set(taken.rows.map(({ key }) => key)),
  }
}

/** Loads what a batch is judged by, in a fixed small number of queries however long the batch is, sent together. */
export async function loadKnown(
  client: ClientBase,
  device: DeviceCaller,
  projected: readonly ProjectedEvent[],
): Promise<Known> {
  const mutations = projected.flatMap(({ projection }) =>
    'mutations' in projection ? projection.mutations : [],
  )
  const actors = [...new Set(projected.map(({ event }) => event.actor.staffId))]
  const [staff, registers, sessions, facts, prices, receipts] = await together([
    loadStaff(client, actors),
    loadRegisters(client, device),
    loadSessions(client, sessionClaims(mutations)),
    loadFacts(client, mutations),
    loadPrices(client, mutations),
    loadReceipts(client, mutations),
  ])
  return { staff, registers, sessions, facts, prices, ...receipts }
}

/** Packs on hand per `branch|product` of every stock sum that mutations add to. */
export async function loadOnHand(
  client: ClientBase,
  mutations: readonly Mutation[],
): Promise<Map<string, number>> {
  const keys = new Map(
    mutations.flatMap((m) =>
      m.op === 'add' && m.table === 'stock_on_hand'
        ? [[`${m.key.branch_id}|${m.key.product_id}`, m.key] as const]
        : [],
    ),
  )
  if (keys.size === 0) return new Map()
  const { rows } = await client.query<{ key: string; quantity: number }>(
    prepared(
      `select branch_id || '|' || product_id as key, quantity from stock_on_hand
     join unnest($1::uuid[], $2::uuid[]) as moved(branch, product)
       on branch_id = moved.branch and product_id = moved.product`,
      [
        arrayLiteral([...keys.values()].map((key) => key.branch_id)),
        arrayLiteral([...keys.values()].map((key) => key.product_id)),
      ],
    ),
  )
  return new Map(rows.map(({ key, quantity }) => [key, quantity]))
}
