import type { ClientBase } from 'pg'
import type { Mutation } from '../../domain/journal/mutation.ts'
import { minor } from '../../domain/money.ts'
import { refundTenders } from '../../domain/refund/rules.ts'
import { isTenderKind, type TenderKind } from '../../domain/sale/events.ts'
import { arrayLiteral } from '../database/bulk.ts'

/** What each kind of tender paid of a sale, less what has gone back to it, minor units. Grows while a batch is judged. */
interface PaidSale {
  receipt: number
  left: Map<TenderKind, number>
}

/** By the sale's id. */
export type PaidSales = Map<string, PaidSale>

const refundsOf = (mutations: readonly Mutation[]) =>
  mutations.flatMap((m) => (m.op === 'insert' && m.table === 'refund' ? [m.row] : []))

function add({ left }: PaidSale, kind: string, amount: number): void {
  if (isTenderKind(kind)) left.set(kind, (left.get(kind) ?? 0) + amount)
}

/** Loads how the sales that refunds of a batch name were paid. */
export async function loadPaidSales(client: ClientBase, mutations: readonly Mutation[]): Promise<PaidSales> {
  const ids = [...new Set(refundsOf(mutations).flatMap(({ sale_id }) => sale_id ?? []))]
  const paid: PaidSales = new Map()
  if (ids.length === 0) return paid
  const { rows } = await client.query<{ id: string; receipt: number; kind: string; amount: number }>(
    `select sale.id, sale.receipt_number as receipt, tender.kind, tender.amount
     from sale join sale_tender tender on tender.sale_id = sale.id where sale.id = any($1::uuid[])
     union all
     select sale.id, sale.receipt_number, tender.kind, -tender.amount
     from sale join refund on refund.sale_id = sale.id join refund_tender tender on tender.refund_id = refund.id
     where sale.id = any($1::uuid[])`,
    [arrayLiteral(ids)],
  )
  for (const { id, receipt, kind, amount } of rows) {
    const sale = paid.get(id) ?? { receipt, left: new Map() }
    paid.set(id, sale)
    add(sale, kind, amount)
  }
  return paid
}

/** Sales of the same batch may be refunded in it. */
export function rememberPaid(mutations: readonly Mutation[], paid: PaidSales): void {
  for (const m of mutations) {
    if (m.op !== 'insert') continue
    if (m.table === 'sale') paid.set(m.row.id, { receipt: m.row.receipt_number, left: new Map() })
    const sale = m.table === 'sale_tender' ? paid.get(m.row.sale_id) : undefined
    if (m.table === 'sale_tender' && sale) add(sale, m.row.kind, m.row.amount)
  }
}

/**
 * Refunds that gave in cash what should have gone back to a card.
 * @returns one word a refund: its receipt, what was given in cash instead, and what should have gone to the card
 */
export function judgeGivenBack(mutations: readonly Mutation[], paid: PaidSales): string[] {
  return refundsOf(mutations).flatMap((refund) => {
    const sale = paid.get(refund.sale_id ?? '')
    if (!sale) return []
    const tenders = mutations.flatMap((m) =>
      m.op === 'insert' && m.table === 'refund_tender' && m.row.refund_id === refund.id ? [m.row] : [],
    )
    const given = (kind: TenderKind) =>
      tenders.reduce((sum, tender) => (tender.kind === kind ? sum + tender.amount : sum), 0)
    // What new items took of it in an exchange goes back to nobody.
    const owed = refundTenders(minor(refund.total - given('exchange')), sale.left)
    const toCard = owed.find(({ kind }) => kind === 'card')?.amount ?? 0
    const instead = Math.min(toCard - given('card'), given('cash'))
    for (const { kind, amount } of tenders) add(sale, kind, -amount)
    return instead > 0 ? [`${sale.receipt}: ${instead} / ${toCard}`] : []
  })
}
