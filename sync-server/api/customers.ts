import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { idSchema } from '../../domain/ids.ts'
import { FLOAT_LIMIT, minorSchema } from '../../domain/money.ts'
import { type Refusal, refuse } from '../../domain/refusals.ts'
import type { ServerDatabase } from '../database/pool.ts'
import { readJson } from '../http/body.ts'
import type { AppEnv } from '../http/env.ts'
import { type Guard, staffOf } from '../http/guard.ts'
import { granted, Refused } from '../http/refused.ts'
import { type CustomerTools, likeText, oneAtATime, recordDecision, type Trx } from './customer-decisions.ts'
import { unknownBranch } from './price-decisions.ts'

/** More are not read through: type another word. */
const FOUND = 50

const customerSchema = z.strictObject({
  name: z.string().trim().min(1).max(120),
  /** As on the card: scanned at a till, it must not be taken for a pack. */
  loyaltyNumber: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9-]{4,20}$/, '4 to 20 letters, digits or hyphens')
    .nullable(),
  /** Minor units; null: no account. */
  accountLimit: minorSchema.nonnegative().max(FLOAT_LIMIT).nullable(),
  active: z.boolean(),
})
type Wanted = z.infer<typeof customerSchema>

const paymentSchema = z.strictObject({
  /** Made by who asks, so that asking again pays once. */
  id: idSchema,
  branchId: idSchema,
  amount: minorSchema.positive().max(FLOAT_LIMIT),
})

const field = (name: string, reason: string) => refuse('field-not-readable', { field: name, reason })

/** By number or loyalty number, or by every word of the name; all for a blank text, the active ones first. */
const findCustomers = (db: ServerDatabase, text: string) =>
  db
    .selectFrom('customer as c')
    .leftJoin('account_balance as b', 'b.customer_id', 'c.id')
    .where((eb) => {
      const words = text.split(/\s+/).filter(Boolean)
      const named = eb.and(words.map((word) => eb('c.name', 'ilike', `%${likeText(word)}%`)))
      const number = /^\d{1,9}$/.test(text) ? [eb('c.number', '=', Number(text))] : []
      return eb.or([named, eb('c.loyalty_number', '=', text), ...number])
    })
    .orderBy('c.active', 'desc')
    .orderBy('c.name')
    .orderBy('c.number')
    .limit(FOUND)
    .select(({ fn, val }) => [
      'c.id',
      'c.number',
      'c.name',
      'c.loyalty_number as loyaltyNumber',
      'c.account_limit as accountLimit',
      'c.active',
      fn.coalesce('b.amount', val(0)).as('owed'),
    ])
    .execute()
    .then((rows) =>
      rows.map(({ owed, ...row }) => ({ ...row, owed: Number(owed), active: Boolean(row.active) })),
    )

const rowOf = ({ name, loyaltyNumber, accountLimit, active }: Wanted) => ({
  name,
  loyalty_number: loyaltyNumber,
  account_limit: accountLimit,
  active,
})

/** @returns what of it changed: the name of a field where the value is personal */
async function putCustomer(trx: Trx, id: string, wanted: Wanted, isNew: boolean): Promise<object | Refusal> {
  await oneAtATime(trx)
  const taken = await trx
    .selectFrom('customer')
    .where('loyalty_number', '=', wanted.loyaltyNumber)
    .where('id', '!=', id)
    .select('number')
    .executeTakeFirst()
  if (taken) return field('loyaltyNumber', `customer ${taken.number} has it`)
  const before = await trx.selectFrom('customer').selectAll().where('id', '=', id).executeTakeFirst()
  const row = rowOf(wanted)
  if (isNew) {
    const last = await trx
      .selectFrom('customer')
      .select(({ fn }) => fn.max('number').as('number'))
      .executeTakeFirst()
    await trx
      .insertInto('customer')
      .values({ id, number: Number(last?.number ?? 0) + 1, ...row })
      .execute()
  } else if (!before) return refuse('not-found', { what: 'customer' })
  else await trx.updateTable('customer').set(row).where('id', '=', id).execute()
  return {
    accountLimit: wanted.accountLimit,
    active: wanted.active,
    changed: (['name', 'loyalty_number'] as const).filter((column) => before?.[column] !== row[column]),
  }
}

/** What a customer has paid of what they owe, as a movement of the branch that was paid. Told twice, it counts once. */
async function pay(
  trx: Trx,
  customerId: string,
  { id, branchId, amount }: z.infer<typeof paymentSchema>,
  at: string,
): Promise<boolean | Refusal> {
  const unknown = await unknownBranch(trx, branchId)
  if (unknown) return unknown
  const held = await trx
    .selectFrom('account_balance')
    .select('amount')
    .where('customer_id', '=', customerId)
    .forUpdate()
    .executeTakeFirst()
  const known = await trx.selectFrom('account_movement').select('id').where('id', '=', id).executeTakeFirst()
  if (known) return false
  if (!held || held.amount < amount) return field('amount', 'it is more than is owed')
  const movement = { id, branch_id: branchId, kind: 'paid', amount: -amount, sale_id: null, at }
  await trx
    .insertInto('account_movement')
    .values({ ...movement, customer_id: customerId })
    .execute()
  await trx
    .updateTable('account_balance')
    .set((eb) => ({ amount: eb('amount', '-', amount) }))
    .where('customer_id', '=', customerId)
    .execute()
  return true
}

/**
 * Customers of the organisation: `POST /v1/customers/search` by number, loyalty number or name (a name belongs in no
 * address), for all who see the console. `POST /v1/customers`, `PUT …/:id` and `POST …/:id/payments`, by head office.
 */
export function customerRoutes(tools: CustomerTools, guard: Guard): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  const mayView = guard({ staff: 'console.view' })
  const maySet = guard({ staff: 'customer.set' })
  const idOf = (c: Context<AppEnv>) => {
    const id = idSchema.safeParse(c.req.param('id'))
    if (!id.success) throw new Refused(refuse('not-found', { what: 'customer' }))
    return id.data
  }
  const set = async (c: Context<AppEnv>, id: string, isNew: boolean) => {
    const wanted = await readJson(c, customerSchema)
    const { staffId } = staffOf(c.get('caller'))
    await tools.db.transaction().execute(async (trx) => {
      const content = granted(await putCustomer(trx, id, wanted, isNew))
      await recordDecision(tools, trx, { subject: 'customer', key: id, staffId, content })
    })
    c.get('log').info({ customerId: id, staffId, isNew }, 'customer set')
    return c.json({ id })
  }
  app.post('/customers/search', mayView, async (c) => {
    const { text } = await readJson(c, z.strictObject({ text: z.string().trim().max(100) }))
    c.header('cache-control', 'no-store')
    return c.json({ customers: await findCustomers(tools.db, text) })
  })
  app.post('/customers', maySet, (c) => set(c, tools.newId(), true))
  app.put('/customers/:id', maySet, (c) => set(c, idOf(c), false))
  app.post('/customers/:id/payments', maySet, async (c) => {
    const id = idOf(c)
    const payment = await readJson(c, paymentSchema)
    const { staffId } = staffOf(c.get('caller'))
    await tools.db.transaction().execute(async (trx) => {
      const at = new Date(tools.clock()).toISOString()
      if (!granted(await pay(trx, id, payment, at))) return
      const content = { paid: payment.amount, movementId: payment.id, branchId: payment.branchId }
      await recordDecision(tools, trx, { subject: 'customer', key: id, staffId, content })
    })
    c.get('log').info({ customerId: id, staffId, movementId: payment.id }, 'account paid')
    return c.json({ id })
  })
  return app
}
