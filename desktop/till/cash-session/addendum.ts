import type { CashSessionAddendum } from '../../../domain/cash-session/events.ts'
import { variance } from '../../../domain/cash-session/rules.ts'
import type { Actor } from '../../../domain/journal/event.ts'
import { type Minor, minor } from '../../../domain/money.ts'
import { type TenderKind, tenderKindSchema } from '../../../domain/sale/events.ts'
import { addTaxShares, type TaxShare } from '../../../domain/tax.ts'
import type { ReceiptPrinting } from '../receipt/printing.ts'
import type { TillDatabase } from '../store/database.ts'
import { instantAt, type TillContext } from '../till-context.ts'
import { createRefundFigures } from './figures.ts'

/** Adds what came late to a Z that another till closed. */
export interface Addenda {
  /** To be called in a transaction, by who opens the drawer again. @returns how many were written */
  append(operator: Actor & { name: string }): number
}

type Closed = {
  sessionId: string
  zNumber: number
  coversSeq: number
  counted: Minor
  expected: Minor
  addenda: number
  lateSales: number
  lateRefunds: number
  lateCash: Minor
}

/** Reads of what a Z holds and what the journal has above it. */
function prepareReads(db: TillDatabase) {
  const readClosed = db.prepare(`
    select c.id as sessionId, c.z_number as zNumber, c.covers_seq as coversSeq, c.counted, c.expected,
      (select count(*) from z_addendum a where a.session_id = c.id) as addenda,
      (select coalesce(sum(sale_count), 0) from z_addendum a where a.session_id = c.id) as lateSales,
      (select coalesce(sum(refund_count), 0) from z_addendum a where a.session_id = c.id) as lateRefunds,
      (select coalesce(sum(cash), 0) from z_addendum a where a.session_id = c.id) as lateCash
    from cash_session c
    where c.register_id = ? and c.device_id = ? and c.closed_device_id is not null and c.covers_seq is not null`)
  const late = 's.session_id = @sessionId and s.device_id = @deviceId and s.seq > @after'
  const readSales = db.prepare(`
    select count(*) as saleCount, min(receipt_number) as firstReceipt, max(receipt_number) as lastReceipt,
      coalesce(sum(total), 0) as grossTotal
    from sale s where ${late}`)
  const readTaxes = db.prepare(`
    select t.vat_rate_bp as rateBp, sum(t.net) as net, sum(t.tax) as tax, sum(t.gross) as gross
    from sale s join sale_tax t on t.sale_id = s.id where ${late} group by t.vat_rate_bp`)
  const readTenders = db.prepare(`
    select t.kind, count(*) as count, sum(t.amount) as amount
    from sale s join sale_tender t on t.sale_id = s.id where ${late} group by t.kind order by t.kind`)
  const readCash = db
    .prepare('select coalesce(sum(amount), 0) from cash_movement where session_id = ?')
    .pluck()
  const skip = (table: string) =>
    db.prepare(`select seq from ${table} s where ${late} order by seq limit 1 offset @known`).pluck()
  return {
    readClosed,
    readSales,
    readTaxes,
    readTenders,
    readRefunds: createRefundFigures(db, late.replaceAll('s.', 'f.')),
    readCash,
    skipSales: skip('sale'),
    skipRefunds: skip('refund'),
  }
}

/**
 * This till's sales and refunds that a Z closed at another till does not hold: those of its own journal above what that
 * till knew. The Z stays as it was; each time something is still missing from it, an addendum says what.
 */
export function createAddenda(context: TillContext, printing: ReceiptPrinting): Addenda {
  const { db, journal } = context
  const { readClosed, readSales, readTaxes, readTenders, readRefunds, readCash, ...skip } = prepareReads(db)

  const addendumOf = (closed: Closed): CashSessionAddendum | null => {
    const { sessionId, coversSeq, expected, lateCash, counted } = closed
    const inDrawer = readCash.get(sessionId) as number
    const cash = minor(inDrawer - expected - lateCash)
    const of = { sessionId, deviceId: context.deviceId, after: coversSeq }
    // What an earlier addendum holds comes first in the journal.
    const above = (first: unknown) => ({
      ...of,
      after: first === undefined ? Number.MAX_SAFE_INTEGER : (first as number) - 1,
    })
    const range = above(skip.skipSales.get({ ...of, known: closed.lateSales }))
    const back = readRefunds(above(skip.skipRefunds.get({ ...of, known: closed.lateRefunds })))
    const sales = readSales.get(range) as Pick<
      CashSessionAddendum,
      'saleCount' | 'firstReceipt' | 'lastReceipt'
    > & { grossTotal: number }
    if (sales.saleCount === 0 && !back.refunds && cash === 0) return null
    const nowExpected = minor(inDrawer)
    const tenders = readTenders.all(range) as { kind: string; count: number; amount: Minor }[]
    return {
      addendumId: context.newId(),
      sessionId,
      branchId: context.branchId,
      registerId: context.registerId,
      zNumber: closed.zNumber,
      number: closed.addenda + 1,
      ...sales,
      grossTotal: minor(sales.grossTotal),
      taxes: addTaxShares(readTaxes.all(range) as TaxShare[]),
      tenders: tenders.map((tender) => ({
        ...tender,
        kind: tenderKindSchema.parse(tender.kind) as TenderKind,
      })),
      ...back,
      cash,
      expected: nowExpected,
      variance: variance(counted, nowExpected),
    }
  }

  return {
    append: ({ staffId, role, name }) => {
      const written = (readClosed.all(context.registerId, context.deviceId) as Closed[]).flatMap(
        (closed) => addendumOf(closed) ?? [],
      )
      for (const addendum of written) {
        const at = instantAt(context.now())
        const event = journal.append({
          type: 'cash-session.addendum',
          version: 1,
          payload: addendum,
          actor: { staffId, role },
          at,
        })
        printing.enqueueAddendum({ addendum, at, byName: name, hash: event.hash })
      }
      return written.length
    },
  }
}
