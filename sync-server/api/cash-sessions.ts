import { Hono } from 'hono'
import type { CashCount } from '../../domain/cash-session/events.ts'
import { explainVariance, type RecordedMovement } from '../../domain/cash-session/explain.ts'
import { type DrawerAct, listMoves } from '../../domain/cash-session/moves.ts'
import type { CashSessionRow } from '../../domain/cash-session/rows.ts'
import { tenderDifferences } from '../../domain/cash-session/tender-differences.ts'
import { idSchema } from '../../domain/ids.ts'
import { minor } from '../../domain/money.ts'
import { refuse } from '../../domain/refusals.ts'
import { addTaxShares, type TaxShare } from '../../domain/tax.ts'
import type { Caller } from '../auth/caller.ts'
import type { ServerDatabase } from '../database/pool.ts'
import type { AppEnv } from '../http/env.ts'
import { type Guard, staffOf } from '../http/guard.ts'
import { localeOf, Refused } from '../http/refused.ts'
import { readClosing } from '../journal/closing.ts'
import { readZ } from '../workers/z-mail/read-z.ts'
import { zPdf } from '../workers/z-mail/z-pdf.ts'

const seen = { staff: 'console.view' } as const

/** Every movement of cash of a session, with who and, for a sale, which receipt. */
async function readMovements(db: ServerDatabase, sessionId: string): Promise<RecordedMovement[]> {
  const rows = await db
    .selectFrom('cash_movement as m')
    .leftJoin('staff as p', 'p.id', 'm.actor_id')
    .leftJoin('sale as s', 's.id', 'm.sale_id')
    .where('m.session_id', '=', sessionId)
    .orderBy('m.at')
    .orderBy('m.id')
    .select([
      'm.id',
      'm.kind',
      'm.amount',
      'm.at',
      'p.name as actorName',
      's.receipt_number as receiptNumber',
    ])
    .execute()
  return rows.map((row) => ({ ...row, amount: minor(row.amount), actorName: row.actorName ?? '' }))
}

async function readCardSales(db: ServerDatabase, sessionId: string): Promise<RecordedMovement[]> {
  const rows = await db
    .selectFrom('sale as s')
    .innerJoin('sale_tender as t', 't.sale_id', 's.id')
    .leftJoin('staff as p', 'p.id', 's.cashier_id')
    .where('s.session_id', '=', sessionId)
    .where('t.kind', '=', 'card')
    .orderBy('s.completed_at')
    .select(['t.id', 't.amount', 's.completed_at as at', 'p.name as actorName'])
    .select('s.receipt_number as receiptNumber')
    .execute()
  return rows.map((row) => ({
    ...row,
    kind: 'sale',
    amount: minor(row.amount),
    actorName: row.actorName ?? '',
  }))
}

async function readActs(db: ServerDatabase, sessionId: string): Promise<DrawerAct[]> {
  const rows = await db
    .selectFrom('drawer_action as a')
    .leftJoin('staff as p', 'p.id', 'a.actor_id')
    .where('a.session_id', '=', sessionId)
    .orderBy('a.at')
    .select(['a.id', 'a.kind', 'a.at', 'a.reason', 'p.name as actorName'])
    .execute()
  const handed = await db
    .selectFrom('drawer_handover as h')
    .leftJoin('staff as p', 'p.id', 'h.from_id')
    .leftJoin('staff as q', 'q.id', 'h.to_id')
    .where('h.session_id', '=', sessionId)
    .select(['h.id', 'h.at', 'q.name as reason', 'p.name as actorName'])
    .execute()
  return [
    ...rows.map((row) => ({ ...row, actorName: row.actorName ?? '' })),
    ...handed.map(({ reason, actorName, ...row }) => ({
      ...row,
      kind: 'hand-over',
      reason: reason ?? '',
      actorName: actorName ?? '',
    })),
  ]
}

/** What came after the Z was closed. */
const readAddenda = (db: ServerDatabase, sessionId: string) =>
  db
    .selectFrom('z_addendum')
    .where('session_id', '=', sessionId)
    .orderBy('number')
    .select(['number', 'sale_count as saleCount', 'refund_total as refunded', 'cash', 'variance'])
    .execute()

/** What was sold in a session: VAT by rate and tenders by kind, as its Z report has them. */
async function readTotals(db: ServerDatabase, sessionId: string) {
  const taxes = await db
    .selectFrom('sale as s')
    .innerJoin('sale_tax as t', 't.sale_id', 's.id')
    .where('s.session_id', '=', sessionId)
    .groupBy('vat_rate_bp')
    .select((eb) => [
      'vat_rate_bp as rateBp',
      eb.cast<number>(eb.fn.sum('net'), 'bigint').as('net'),
      eb.cast<number>(eb.fn.sum('tax'), 'bigint').as('tax'),
      eb.cast<number>(eb.fn.sum('gross'), 'bigint').as('gross'),
    ])
    .execute()
  const tenders = await db
    .selectFrom('sale as s')
    .innerJoin('sale_tender as t', 't.sale_id', 's.id')
    .where('s.session_id', '=', sessionId)
    .groupBy('kind')
    .orderBy('kind')
    .select((eb) => [
      'kind',
      eb.cast<number>(eb.fn.sum('amount'), 'bigint').as('amount'),
      eb.fn.countAll<number>().as('count'),
    ])
    .execute()
  return { taxes: addTaxShares(taxes as TaxShare[]), tenders }
}

/** What was rung up and taken out again unpaid, line by line. */
const readRemovals = (db: ServerDatabase, sessionId: string) =>
  db
    .selectFrom('basket_action as a')
    .leftJoin('staff as p', 'p.id', 'a.actor_id')
    .where('a.session_id', '=', sessionId)
    .orderBy('a.at')
    .orderBy('a.id')
    .select(['a.id', 'a.kind', 'a.how', 'a.name', 'a.quantity', 'a.amount', 'a.at', 'p.name as actorName'])
    .execute()

/** What was taken for a basket and given back before it was a sale. */
const readReturns = (db: ServerDatabase, sessionId: string) =>
  db
    .selectFrom('payment_return as r')
    .leftJoin('staff as p', 'p.id', 'r.actor_id')
    .where('r.session_id', '=', sessionId)
    .orderBy('r.at')
    .orderBy('r.id')
    .select(['r.id', 'r.kind', 'r.how', 'r.reference', 'r.amount', 'r.at', 'p.name as actorName'])
    .execute()

/** What was given back over this drawer, and for which receipt. */
const readRefunds = (db: ServerDatabase, sessionId: string) =>
  db
    .selectFrom('refund as f')
    .leftJoin('staff as p', 'p.id', 'f.actor_id')
    .leftJoin('sale as s', 's.id', 'f.sale_id')
    .where('f.session_id', '=', sessionId)
    .orderBy('f.refund_number')
    .select(['f.id', 'f.refund_number as number', 'f.reason', 'f.total', 'f.refunded_at as at'])
    .select(['s.receipt_number as receipt', 'p.name as actorName'])
    .execute()

/** Whether its Z report was mailed, and to whom; null when nobody wants it. */
const readMail = async (db: ServerDatabase, sessionId: string) =>
  (await db
    .selectFrom('z_mail')
    .where('session_id', '=', sessionId)
    .select(['address', 'sent_at as sentAt', 'last_error as lastError'])
    .executeTakeFirst()) ?? null

async function readSession(db: ServerDatabase, session: CashSessionRow) {
  const movements = await readMovements(db, session.id)
  const counts = (await db
    .selectFrom('cash_count')
    .where('session_id', '=', session.id)
    .orderBy('denomination', 'desc')
    .select(['denomination', 'quantity'])
    .execute()) as CashCount[]
  const branch = await db
    .selectFrom('branch')
    .where('id', '=', session.branch_id)
    .select('time_zone')
    .executeTakeFirst()
  const timeZone = branch?.time_zone ?? 'UTC'
  const closing = await readClosing(db, session)
  const slips = closing ? tenderDifferences(closing, closing.countedTenders ?? []) : []
  const cardSales = await readCardSales(db, session.id)
  return {
    session,
    moves: listMoves(movements, await readActs(db, session.id), cardSales, timeZone),
    counts,
    addenda: await readAddenda(db, session.id),
    removals: await readRemovals(db, session.id),
    returns: await readReturns(db, session.id),
    refunds: await readRefunds(db, session.id),
    mail: await readMail(db, session.id),
    slips,
    completed: closing?.completed ?? false,
    grossTotal: closing?.grossTotal ?? null,
    ...(await readTotals(db, session.id)),
    causes: explainVariance({
      variance: minor(session.variance ?? 0),
      movements,
      cardSales,
      counts,
      slips,
    }),
  }
}

/** The session that a caller asks for, of a branch that is theirs to see. @throws Refused `not-found` */
async function askedFor(db: ServerDatabase, caller: Caller, asked: string): Promise<CashSessionRow> {
  const id = idSchema.safeParse(asked)
  const { branchId } = staffOf(caller)
  const session = id.success
    ? await db
        .selectFrom('cash_session')
        .selectAll()
        .where('id', '=', id.data)
        .$if(branchId !== null, (query) => query.where('branch_id', '=', branchId as string))
        .executeTakeFirst()
    : undefined
  if (!session) throw new Refused(refuse('not-found', { what: 'cash session' }))
  return session
}

/**
 * `GET /v1/cash-sessions/:id`: one drawer's session as its till has it: what moved, when, by whom and why, the count, VAT
 * and tenders, and what may have made its difference. Who belongs to a branch sees that branch's only.
 * `GET /v1/cash-sessions/:id/z.pdf`: its Z report as it is mailed, in the caller's language; `not-found` while it is open.
 */
export function cashSessionRoutes(db: ServerDatabase, guard: Guard): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  app.get('/cash-sessions/:id', guard(seen), async (c) => {
    c.header('cache-control', 'private, no-cache')
    const session = await askedFor(db, c.get('caller'), c.req.param('id'))
    return c.json(await readSession(db, session))
  })
  app.get('/cash-sessions/:id/z.pdf', guard(seen), async (c) => {
    const session = await askedFor(db, c.get('caller'), c.req.param('id'))
    const z = await readZ(db, session.id)
    if (!z) throw new Refused(refuse('not-found', { what: 'Z report' }))
    const pdf = await zPdf(z, localeOf(c.req.header('accept-language')))
    return c.body(new Uint8Array(pdf), 200, {
      'content-type': 'application/pdf',
      'content-disposition': `attachment; filename="z-${z.zNumber}.pdf"`,
      'cache-control': 'private, no-cache',
    })
  })
  return app
}
