import type { ClientBase } from 'pg'
import { carriedBy } from '../../domain/journal/carried.ts'
import { publicKeyFromRaw } from '../../domain/journal/chain.ts'
import type { JournalEvent } from '../../domain/journal/event.ts'
import type { Mutation } from '../../domain/journal/mutation.ts'
import type { DeviceCaller } from '../auth/caller.ts'
import { arrayLiteral, prepared } from '../database/bulk.ts'
import { together } from '../database/pool.ts'
import { FACT_TABLES, factsOf, type Known, type ProjectedEvent, sessionClaims } from './judge.ts'
import { loadPaidSales } from './judge-given-back.ts'
import { loadParked } from './judge-parked.ts'
import { approversOf, loadPricing } from './judge-prices.ts'
import { loadSoldLines } from './judge-refunds.ts'
import { lockJournal } from './ledger.ts'

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

async function loadOrigins(
  client: ClientBase,
  device: DeviceCaller,
  ids: readonly string[],
): Promise<Known['origins']> {
  const origins: Known['origins'] = new Map()
  if (ids.length === 0) return origins
  const { rows } = await client.query<{ id: string; key: string; register: string | null }>(
    prepared(
      `select id, public_key as key, register_id as register from device
       where id = any($1::uuid[]) and branch_id = $2`,
      [arrayLiteral(ids), device.branchId],
    ),
  )
  for (const { id, key, register } of rows) {
    const registers = await loadRegisters(client, { ...device, registerId: register })
    origins.set(id, { publicKey: publicKeyFromRaw(key), registers })
  }
  return origins
}

/** Which facts came before under another name: brought by another device, or those brought now by their own. */
async function loadTaken(
  client: ClientBase,
  projected: readonly ProjectedEvent[],
  carried: readonly JournalEvent[],
): Promise<Known['taken']> {
  const hashes = [...projected.map(({ event }) => event), ...carried].map(({ hash }) => hash)
  const brought = 'select hash from journal_carried where hash = any($1::text[])'
  const signed = `select stored.hash from unnest($2::uuid[], $3::bigint[], $4::text[]) as carried(device, seq, hash)
    join journal_event stored
      on stored.device_id = carried.device and stored.seq = carried.seq and stored.hash = carried.hash`
  const { rows } = await client.query<{ hash: string }>(
    carried.length === 0
      ? prepared(brought, [arrayLiteral(hashes)])
      : prepared(`${brought} union ${signed}`, [
          arrayLiteral(hashes),
          arrayLiteral(carried.map(({ deviceId }) => deviceId)),
          arrayLiteral(carried.map(({ seq }) => seq)),
          arrayLiteral(carried.map(({ hash }) => hash)),
        ]),
  )
  return new Set(rows.map(({ hash }) => hash))
}

/** Which facts of a device its successor said that it would bring. */
async function loadOffered(
  client: ClientBase,
  projected: readonly ProjectedEvent[],
): Promise<Known['offered']> {
  const { rows } = await client.query<{ hash: string }>(
    prepared('select hash from succession_offer where hash = any($1::text[])', [
      arrayLiteral(projected.map(({ event }) => event.hash)),
    ]),
  )
  return new Set(rows.map(({ hash }) => hash))
}

/**
 * Loads what a batch is judged by, in a fixed small number of queries however long the batch is, sent together. Devices
 * whose events are carried are locked first: else a fact could come under both names at once, and neither would see the
 * other.
 */
export async function loadKnown(
  client: ClientBase,
  device: DeviceCaller,
  projected: readonly ProjectedEvent[],
): Promise<Known> {
  const mutations = projected.flatMap(({ projection }) =>
    'mutations' in projection ? projection.mutations : [],
  )
  const carried = projected.flatMap(({ event }) => carriedBy(event) ?? [])
  const others = new Set(carried.map(({ deviceId }) => deviceId))
  const people = [
    ...projected.map(({ event }) => (carriedBy(event) ?? event).actor.staffId),
    ...approversOf(mutations),
  ]
  for (const id of [...others].sort()) if (id !== device.deviceId) await lockJournal(client, id)
  const [
    staff,
    registers,
    sessions,
    facts,
    prices,
    receipts,
    origins,
    taken,
    offered,
    sold,
    paid,
    parked,
    pricing,
  ] = await together([
    loadStaff(client, [...new Set(people)]),
    loadRegisters(client, device),
    loadSessions(client, sessionClaims(mutations)),
    loadFacts(client, mutations),
    loadPrices(client, mutations),
    loadReceipts(client, mutations),
    loadOrigins(client, device, [...others]),
    loadTaken(client, projected, carried),
    loadOffered(client, projected),
    loadSoldLines(client, mutations),
    loadPaidSales(client, mutations),
    loadParked(client, mutations),
    loadPricing(client, device.branchId, mutations),
  ])
  return {
    staff,
    registers,
    sessions,
    facts,
    prices,
    ...receipts,
    origins,
    taken,
    offered,
    sold,
    paid,
    parked,
    pricing,
  }
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
