import { hash } from '@node-rs/argon2'
import type { Kysely } from 'kysely'
import { v5 } from 'uuid'
import { addDays, type BusinessDate } from '../../domain/business-date.ts'
import type { ServerTables } from '../../migrations/schema.ts'
import { syntheticHistory } from './history.ts'
import {
  DEMO_BRANCHES,
  DEMO_CUSTOMERS,
  DEMO_REGISTERS,
  DEMO_STAFF,
  DEMO_VOUCHERS,
  MARKET,
} from './organisation.ts'

/** Tills replicate these transactions: they stay small. */
const ROWS_A_TRANSACTION = 1000

const HISTORY_DAYS = 365
const HISTORY_SEED = 20_260_101

/** Namespace of the demo's opening stock movements, so that loading again makes no second ones. */
const OPENING_STOCK = '019aa000-0000-7000-8999-000000000001'

type Db = Kysely<ServerTables>

/** Branches, registers and people with their PINs (argon2id). Loading again changes nothing. */
export async function loadOrganisation(db: Db): Promise<void> {
  const pins = await Promise.all(
    DEMO_STAFF.map(async ({ id, branchId, pin }) =>
      pin && branchId ? [{ staff_id: id, branch_id: branchId, pin_hash: await hash(pin) }] : [],
    ),
  )
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('branch')
      .values([...DEMO_BRANCHES])
      .onConflict((c) => c.doNothing())
      .execute()
    await trx
      .insertInto('register')
      .values([...DEMO_REGISTERS])
      .onConflict((c) => c.doNothing())
      .execute()
    await trx
      .insertInto('staff')
      .values(
        DEMO_STAFF.map(({ id, branchId, name, role }) => ({
          id,
          branch_id: branchId,
          name,
          role,
          active: true,
        })),
      )
      .onConflict((c) => c.doNothing())
      .execute()
    await trx
      .insertInto('staff_pin')
      .values(pins.flat())
      .onConflict((c) => c.doNothing())
      .execute()
  })
}

/** Customers, and vouchers with the movements that issued them. Loading again changes nothing. */
export async function loadCustomers(db: Db, at: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('customer')
      .values(DEMO_CUSTOMERS)
      .onConflict((c) => c.doNothing())
      .execute()
    for (const { id, code, amount, expires_on, active } of DEMO_VOUCHERS) {
      const made = await trx
        .insertInto('voucher')
        .values({ code, expires_on, active })
        .onConflict((c) => c.doNothing())
        .returning('code')
        .execute()
      if (made.length === 0) continue
      const issued = { id, branch_id: MARKET.id, kind: 'issued', amount, sale_id: null, at, code }
      await trx.insertInto('voucher_movement').values(issued).execute()
      await trx.insertInto('voucher_balance').values({ code, amount }).execute()
    }
  })
}

async function inSlices<T>(rows: Iterable<T>, write: (slice: T[]) => Promise<unknown>): Promise<number> {
  let slice: T[] = []
  let count = 0
  for (const row of rows) {
    slice.push(row)
    count += 1
    if (slice.length < ROWS_A_TRANSACTION) continue
    await write(slice)
    slice = []
  }
  if (slice.length > 0) await write(slice)
  return count
}

/**
 * A year of synthetic demand up to yesterday for the assortment of each branch, labelled `synthetic`, and the stock
 * that such demand calls for. The same catalogue and day give the same rows; loading again changes nothing.
 * @returns rows of history and of opening stock
 */
export async function loadHistory(db: Db, today: BusinessDate): Promise<{ history: number; stock: number }> {
  const products = await db
    .selectFrom('product')
    .select(['id', 'cip13', 'name', 'price', 'reimbursement_bp', 'status'])
    .orderBy('cip13')
    .execute()
  const sold = new Map<string, { branchId: string; productId: string; packs: number }>()
  const rows = syntheticHistory({
    seed: HISTORY_SEED,
    products,
    branches: DEMO_BRANCHES,
    from: addDays(today, -HISTORY_DAYS),
    to: addDays(today, -1),
  })
  const counted = function* () {
    for (const row of rows) {
      const key = `${row.branchId} ${row.productId}`
      const known = sold.get(key) ?? { branchId: row.branchId, productId: row.productId, packs: 0 }
      known.packs += row.quantity
      sold.set(key, known)
      yield row
    }
  }
  const history = await inSlices(counted(), (slice) =>
    db
      .insertInto('demand_daily')
      .values(
        slice.map(({ branchId, productId, date, origin, quantity }) => ({
          branch_id: branchId,
          product_id: productId,
          business_date: date,
          origin,
          quantity,
        })),
      )
      .onConflict((c) => c.doNothing())
      .execute(),
  )
  const stock = await inSlices(sold.values(), (slice) => openStock(db, slice, today))
  return { history, stock }
}

/** Three weeks of average demand, at least two packs: a movement of its own, and the sum it makes. */
async function openStock(
  db: Db,
  sold: readonly { branchId: string; productId: string; packs: number }[],
  today: BusinessDate,
): Promise<void> {
  const rows = sold.map(({ branchId, productId, packs }) => ({
    id: v5(`${branchId} ${productId}`, OPENING_STOCK),
    branch_id: branchId,
    product_id: productId,
    quantity: Math.max(2, Math.round((packs * 21) / HISTORY_DAYS)),
  }))
  await db.transaction().execute(async (trx) => {
    const made = await trx
      .insertInto('stock_movement')
      .values(
        rows.map((row) => ({
          ...row,
          kind: 'opening',
          sale_id: null,
          business_date: today,
          at: `${today}T00:00:00.000Z`,
        })),
      )
      .onConflict((c) => c.doNothing())
      .returning('id')
      .execute()
    const fresh = new Set(made.map(({ id }) => id))
    const sums = rows.filter(({ id }) => fresh.has(id)).map(({ id: _, ...sum }) => sum)
    if (sums.length === 0) return
    await trx
      .insertInto('stock_on_hand')
      .values(sums)
      .onConflict((c) =>
        c.columns(['branch_id', 'product_id']).doUpdateSet((eb) => ({
          quantity: eb('stock_on_hand.quantity', '+', eb.ref('excluded.quantity')),
        })),
      )
      .execute()
  })
}
