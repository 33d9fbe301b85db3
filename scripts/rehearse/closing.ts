import type { Kysely } from 'kysely'
import type { ZReportView } from '../../desktop/bridge/views.ts'
import type { TestTill } from '../../e2e/support/product.ts'
import type { ServerTables } from '../../migrations/schema.ts'
import { MARKET } from '../../scripts/demo/organisation.ts'
import type { Clerk, Measured } from './clerk.ts'
import { type Ledger, piecesOf, type TillLedger } from './ledger.ts'

/** What did not reconcile, in a sentence each. */
export type Findings = string[]

/** By how much the last till's drawer is counted short, minor units: a coin that nobody finds. */
const SHORT = 100

export interface Closing {
  z: ZReportView
  counted: number
  expected: number
}

/** Counts a drawer blind: what the ledger says lies in it goes onto the counter; the till is not asked. */
export async function closeDrawer(
  clerk: Clerk,
  parts: { ledger: Ledger; float: number; pin: string; witness: string; measured: Measured; last: boolean },
): Promise<Closing> {
  const expected = parts.ledger.inDrawer(clerk.index, parts.float)
  const counted = expected - (parts.last ? SHORT : 0)
  const { card, refundedCard } = parts.ledger.tills[clerk.index] as TillLedger
  await clerk.relieve(parts.pin)
  const counts = piecesOf(counted) as never
  const tenders = [{ kind: 'card' as const, amount: Math.max(0, card - refundedCard) as never }]
  const count = async (more: { reason?: string; pin?: string }) => {
    const from = performance.now()
    const answer = await clerk.hands().do('session.close', { counts, tenders, ...more })
    parts.measured.closes.push(performance.now() - from)
    return answer
  }
  let z = await count({})
  // Only a ledger that is wrong, or a till that is, comes here: the drawer is closed all the same, and compared.
  if ('pending' in z) z = await count({})
  if ('pending' in z) z = await count({ reason: 'rehearsal', pin: parts.witness })
  if ('pending' in z) throw new Error(`${clerk.till.name}: its drawer cannot be closed`)
  return { z, counted, expected }
}

type Compare = (what: string, found: unknown, own: unknown) => void

const comparing =
  (findings: Findings, where: string): Compare =>
  (what, found, own) => {
    const [a, b] = [found, own].map((value) => JSON.stringify(value))
    if (a !== b) findings.push(`${where}: ${what} is ${a}, the ledger says ${b}`)
  }

const byKind = (of: readonly { kind: string; amount: number }[], kind: string): number =>
  of.filter((part) => part.kind === kind).reduce((sum, part) => sum + part.amount, 0)

const vatOf = (ledger: TillLedger) =>
  [...ledger.vat].sort(([a], [b]) => a - b).map(([rateBp, { gross, tax }]) => ({ rateBp, gross, tax }))

/** Holds a Z report against the ledger. */
export function checkZ(
  name: string,
  { z, counted, expected }: Closing,
  own: TillLedger,
  findings: Findings,
): void {
  const same = comparing(findings, `Z of ${name}`)
  same('expected in the drawer', z.expected, expected)
  same('variance', z.variance, counted - expected)
  same('sales', z.saleCount, own.sales)
  same('last receipt', z.lastReceipt, own.sales)
  same('gross', z.grossTotal, own.gross)
  same('perpetual total', z.perpetualTotal, own.gross)
  same('cash taken', byKind(z.tenders, 'cash'), own.cash)
  same('card taken', byKind(z.tenders, 'card'), own.card)
  same('vouchers taken', byKind(z.tenders, 'voucher'), own.voucher)
  same('set against what came back', byKind(z.tenders, 'exchange'), own.exchange)
  same('refunds', z.refunds?.count ?? 0, own.refunds)
  same('cash given back', byKind(z.refunds?.tenders ?? [], 'cash'), own.refundedCash)
  same('card given back', byKind(z.refunds?.tenders ?? [], 'card'), own.refundedCard)
  same('given back in goods', byKind(z.refunds?.tenders ?? [], 'exchange'), own.refundedExchange)
  same(
    'VAT',
    z.taxes.map(({ rateBp, gross, tax }) => ({ rateBp, gross, tax })),
    vatOf(own),
  )
}

/** Holds what Postgres has of one register against the ledger, from rows of facts alone. */
export async function checkServer(
  db: Kysely<ServerTables>,
  till: TestTill,
  { z, counted, expected }: Closing,
  own: TillLedger,
  findings: Findings,
): Promise<void> {
  const same = comparing(findings, `Postgres, ${till.name}`)
  const sales = await db
    .selectFrom('sale')
    .select(['id', 'total'])
    .where('register_id', '=', till.registerId)
    .execute()
  same('sales', sales.length, own.sales)
  same(
    'gross',
    sales.reduce((sum, { total }) => sum + total, 0),
    own.gross,
  )
  const tenders = await db
    .selectFrom('sale_tender')
    .innerJoin('sale', 'sale.id', 'sale_tender.sale_id')
    .select(['sale_tender.kind', 'sale_tender.amount'])
    .where('sale.register_id', '=', till.registerId)
    .execute()
  same('cash taken', byKind(tenders, 'cash'), own.cash)
  same('card taken', byKind(tenders, 'card'), own.card)
  same('vouchers taken', byKind(tenders, 'voucher'), own.voucher)
  const movements = await db
    .selectFrom('cash_movement')
    .select('amount')
    .where('register_id', '=', till.registerId)
    .execute()
  same(
    'movements of the drawer',
    movements.reduce((sum, { amount }) => sum + amount, 0),
    expected,
  )
  const session = await db
    .selectFrom('cash_session')
    .select(['expected', 'counted', 'variance', 'sale_count', 'gross_total', 'z_number'])
    .where('id', '=', z.sessionId)
    .executeTakeFirst()
  same('the closed drawer', session, {
    expected,
    counted,
    variance: counted - expected,
    sale_count: own.sales,
    gross_total: own.gross,
    z_number: 1,
  })
}

/** What the server found wrong with facts of the branch, by code. */
export async function exceptionsByCode(db: Kysely<ServerTables>): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('event_exception')
    .select(['code', (of) => of.fn.countAll<number>().as('count')])
    .where('branch_id', '=', MARKET.id)
    .groupBy('code')
    .orderBy('code')
    .execute()
  return new Map(rows.map(({ code, count }) => [code, Number(count)]))
}
