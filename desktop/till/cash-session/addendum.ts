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
import { createHistoryCheck } from './history.ts'

/** Adds what a Z does not hold: what came late to one that another till closed, and what was on its way to this till's own. */
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

const KEY = 'partial-z'

/** Notes, in a closing's own transaction, that its Z is to have an addendum once the rows of before are here. */
export const notePartial = ({ state }: Pick<TillContext, 'state'>, sessionId: string): void =>
  state.set(KEY, [...(state.get<string[]>(KEY) ?? []), sessionId])

/** Which sales and refunds `s` of a session a Z does not hold. */
const LATE = 's.session_id = @sessionId and s.device_id = @deviceId and s.seq > @after'
const OF_OTHERS = 's.session_id = @sessionId and s.device_id <> @deviceId'

/** Reads of what is known of closed sessions. */
function prepareClosed(db: TillDatabase) {
  const closed = `
    select c.id as sessionId, c.z_number as zNumber, coalesce(c.covers_seq, 0) as coversSeq, c.counted, c.expected,
      (select count(*) from z_addendum a where a.session_id = c.id) as addenda,
      (select coalesce(sum(sale_count), 0) from z_addendum a where a.session_id = c.id) as lateSales,
      (select coalesce(sum(refund_count), 0) from z_addendum a where a.session_id = c.id) as lateRefunds,
      (select coalesce(sum(cash), 0) from z_addendum a where a.session_id = c.id) as lateCash
    from cash_session c`
  return {
    elsewhere: db.prepare(`${closed}
      where c.register_id = ? and c.device_id = ? and c.closed_device_id is not null and c.covers_seq is not null`),
    one: db.prepare(`${closed} where c.id = ? and c.closed_at is not null`),
  }
}

/** Reads of sales and refunds that a Z does not hold. */
function prepareReads(db: TillDatabase, late: string) {
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
  const readRefunds = createRefundFigures(db, late.replaceAll('s.', 'f.'))
  return (sold: object, given: object) => {
    const sales = readSales.get(sold) as Pick<
      CashSessionAddendum,
      'saleCount' | 'firstReceipt' | 'lastReceipt'
    > & { grossTotal: number }
    const tenders = readTenders.all(sold) as { kind: string; count: number; amount: Minor }[]
    return {
      ...sales,
      grossTotal: minor(sales.grossTotal),
      taxes: addTaxShares(readTaxes.all(sold) as TaxShare[]),
      tenders: tenders.map((tender) => ({
        ...tender,
        kind: tenderKindSchema.parse(tender.kind) as TenderKind,
      })),
      ...readRefunds(given),
    }
  }
}

type Missing = ReturnType<ReturnType<typeof prepareReads>>

/** Reads what a till's own journal has above what a Z covers, behind what earlier addenda hold. */
function prepareLate(db: TillDatabase, deviceId: string) {
  const read = prepareReads(db, LATE)
  const skip = (table: string) =>
    db.prepare(`select seq from ${table} s where ${LATE} order by seq limit 1 offset @known`).pluck()
  const skipSales = skip('sale')
  const skipRefunds = skip('refund')
  return ({ sessionId, coversSeq, lateSales, lateRefunds }: Closed): Missing => {
    const of = { sessionId, deviceId, after: coversSeq }
    // What an earlier addendum holds comes first in the journal.
    const above = (first: unknown) => ({
      ...of,
      after: first === undefined ? Number.MAX_SAFE_INTEGER : (first as number) - 1,
    })
    return read(
      above(skipSales.get({ ...of, known: lateSales })),
      above(skipRefunds.get({ ...of, known: lateRefunds })),
    )
  }
}

/**
 * What Zs do not hold. Of one that another till closed: this till's sales and refunds above what that till knew. Of one
 * that this till closed while rows of before were on their way: those of other installations, once they are here. The Z
 * stays as it was; each time something is still missing from it, an addendum says what.
 */
export function createAddenda(context: TillContext, printing: ReceiptPrinting): Addenda {
  const { db, journal, state, deviceId } = context
  const closedOnes = prepareClosed(db)
  const readLate = prepareLate(db, deviceId)
  const readOthers = prepareReads(db, OF_OTHERS)
  const readCash = db
    .prepare('select coalesce(sum(amount), 0) from cash_movement where session_id = ?')
    .pluck()
  const isPartial = createHistoryCheck(db)

  const addendumOf = (closed: Closed, missing: Missing): CashSessionAddendum | null => {
    const { sessionId, expected, lateCash, counted } = closed
    const inDrawer = minor(readCash.get(sessionId) as number)
    const cash = minor(inDrawer - expected - lateCash)
    if (missing.saleCount === 0 && !missing.refunds && cash === 0) return null
    return {
      addendumId: context.newId(),
      sessionId,
      branchId: context.branchId,
      registerId: context.registerId,
      zNumber: closed.zNumber,
      number: closed.addenda + 1,
      ...missing,
      cash,
      expected: inDrawer,
      variance: variance(counted, inDrawer),
    }
  }

  /** Of this till's own partial Zs whose rows are all here now; they are noted no longer. */
  const ofPartial = (): CashSessionAddendum[] => {
    const noted = state.get<string[]>(KEY) ?? []
    const whole = noted.filter((sessionId) => !isPartial(sessionId))
    if (whole.length === 0) return []
    state.set(
      KEY,
      noted.filter((sessionId) => !whole.includes(sessionId)),
    )
    return whole.flatMap((sessionId) => {
      const closed = closedOnes.one.get(sessionId) as Closed | undefined
      // A till that was put back from a backup may have noted what it has added since.
      if (!closed || closed.addenda > 0) return []
      return addendumOf(closed, readOthers({ sessionId, deviceId }, { sessionId, deviceId })) ?? []
    })
  }

  return {
    append: ({ staffId, role, name }) => {
      const late = (closedOnes.elsewhere.all(context.registerId, deviceId) as Closed[]).flatMap(
        (closed) => addendumOf(closed, readLate(closed)) ?? [],
      )
      const written = [...late, ...ofPartial()]
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
