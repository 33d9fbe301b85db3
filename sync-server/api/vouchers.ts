import { randomInt } from 'node:crypto'
import { Hono } from 'hono'
import { z } from 'zod'
import { businessDateAt, businessDateSchema } from '../../domain/business-date.ts'
import { makeVoucherCode } from '../../domain/customer/voucher-code.ts'
import { idSchema } from '../../domain/ids.ts'
import { minorSchema } from '../../domain/money.ts'
import { type Refusal, refuse } from '../../domain/refusals.ts'
import type { ServerDatabase } from '../database/pool.ts'
import { readJson } from '../http/body.ts'
import type { AppEnv } from '../http/env.ts'
import { type Guard, staffOf } from '../http/guard.ts'
import { granted, Refused } from '../http/refused.ts'
import { type CustomerTools, likeText, recordDecision, type Trx } from './customer-decisions.ts'

/** The newest that are shown; older ones are found by their code. */
const FOUND = 50

/** The most a voucher is issued for, minor units: one zero too many is a mistake. */
const WORTH_AT_MOST = 1_000_000

const issueSchema = z.strictObject({
  /** Made by who asks, so that asking again issues one. */
  id: idSchema,
  /** The branch that it is issued for, which has been paid for it. */
  branchId: idSchema,
  amount: minorSchema.positive().max(WORTH_AT_MOST),
  expiresOn: businessDateSchema.nullable(),
})

const changeSchema = z.strictObject({ active: z.boolean(), expiresOn: businessDateSchema.nullable() })

const notFound = () => new Refused(refuse('not-found', { what: 'voucher' }))

/** What vouchers are worth, the newest first. */
const findVouchers = (db: ServerDatabase, text: string) =>
  db
    .selectFrom('voucher as v')
    .leftJoin('voucher_balance as b', 'b.code', 'v.code')
    .leftJoin('voucher_movement as m', (join) =>
      join.onRef('m.code', '=', 'v.code').on('m.kind', '=', 'issued'),
    )
    .$if(text !== '', (query) => query.where('v.code', 'like', `${likeText(text)}%`))
    .orderBy('m.at', (order) => order.desc().nullsLast())
    .orderBy('v.code')
    .limit(FOUND)
    .select(({ fn, val }) => [
      'v.code',
      'v.expires_on as expiresOn',
      'v.active',
      fn.coalesce('b.amount', val(0)).as('worth'),
      'm.at as issuedAt',
      'm.amount as issued',
    ])
    .execute()
    .then((rows) =>
      rows.map(({ active, worth, ...row }) => ({ ...row, active: Boolean(active), worth: Number(worth) })),
    )

/** What moved on a voucher, the newest first, with the receipt it was of; a branch manager sees their own branch's. */
const readMovements = (db: ServerDatabase, code: string, branchId: string | null) =>
  db
    .selectFrom('voucher_movement as m')
    .leftJoin('sale as s', 's.id', 'm.sale_id')
    .where('m.code', '=', code)
    .$if(branchId !== null, (query) => query.where('m.branch_id', '=', branchId as string))
    .orderBy('m.at', 'desc')
    .orderBy('m.id', 'desc')
    .select(['m.id', 'm.kind', 'm.amount', 'm.at', 'm.branch_id as branchId', 's.receipt_number as receipt'])
    .execute()

type Issue = z.infer<typeof issueSchema>

/** @returns the voucher's code; asked again under the same id, the same one, and `fresh` false */
async function issue(
  trx: Trx,
  { id, branchId, amount, expiresOn }: Issue,
  nowMs: number,
): Promise<{ code: string; fresh: boolean } | Refusal> {
  const branch = await trx
    .selectFrom('branch')
    .select('time_zone')
    .where('id', '=', branchId)
    .executeTakeFirst()
  if (!branch) return refuse('field-not-readable', { field: 'branchId', reason: 'there is no such branch' })
  if (expiresOn !== null && expiresOn < businessDateAt(nowMs, branch.time_zone)) {
    return refuse('field-not-readable', { field: 'expiresOn', reason: 'this day is past' })
  }
  const code = makeVoucherCode(() => randomInt(10))
  const at = new Date(nowMs).toISOString()
  const made = await trx
    .insertInto('voucher_movement')
    .values({ id, branch_id: branchId, kind: 'issued', amount, sale_id: null, at, code })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst()
  if (made.numInsertedOrUpdatedRows === 0n) {
    const before = await trx
      .selectFrom('voucher_movement')
      .select('code')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    return { code: before.code, fresh: false }
  }
  await trx.insertInto('voucher').values({ code, expires_on: expiresOn, active: true }).execute()
  await trx.insertInto('voucher_balance').values({ code, amount }).execute()
  return { code, fresh: true }
}

/**
 * Vouchers: `POST /v1/vouchers/search` and `…/movements` for all who see the console; `POST /v1/vouchers` issues one and
 * `…/change` blocks it or moves its last day, by head office. A code is money to whoever has it: it stands in no address
 * and no log.
 */
export function voucherRoutes(tools: CustomerTools, guard: Guard): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  const mayView = guard({ staff: 'console.view' })
  const mayIssue = guard({ staff: 'voucher.issue' })
  app.post('/vouchers/search', mayView, async (c) => {
    const { text } = await readJson(c, z.strictObject({ text: z.string().trim().max(80) }))
    c.header('cache-control', 'no-store')
    return c.json({ vouchers: await findVouchers(tools.db, text.replace(/\s/g, '')) })
  })
  app.post('/vouchers/movements', mayView, async (c) => {
    const { code } = await readJson(c, z.strictObject({ code: z.string().min(1).max(80) }))
    c.header('cache-control', 'no-store')
    const { branchId } = staffOf(c.get('caller'))
    return c.json({ movements: await readMovements(tools.db, code, branchId) })
  })
  app.post('/vouchers', mayIssue, async (c) => {
    const wanted = await readJson(c, issueSchema)
    const { staffId } = staffOf(c.get('caller'))
    const { code } = await tools.db.transaction().execute(async (trx) => {
      const issued = granted(await issue(trx, wanted, tools.clock()))
      const { id, ...content } = wanted
      if (issued.fresh)
        await recordDecision(tools, trx, { subject: 'voucher', key: issued.code, staffId, content })
      return issued
    })
    c.get('log').info({ movementId: wanted.id, staffId, amount: wanted.amount }, 'voucher issued')
    return c.json({ code })
  })
  app.post('/vouchers/change', mayIssue, async (c) => {
    const { code, ...content } = await readJson(c, changeSchema.extend({ code: z.string().min(1).max(80) }))
    const { staffId } = staffOf(c.get('caller'))
    await tools.db.transaction().execute(async (trx) => {
      const changed = await trx
        .updateTable('voucher')
        .set({ active: content.active, expires_on: content.expiresOn })
        .where('code', '=', code)
        .executeTakeFirst()
      if (changed.numUpdatedRows === 0n) throw notFound()
      await recordDecision(tools, trx, { subject: 'voucher', key: code, staffId, content })
    })
    c.get('log').info({ staffId, ...content }, 'voucher changed')
    return c.json({ code })
  })
  return app
}
