import type { ClientBase } from 'pg'
import type { Mutation } from '../../domain/journal/mutation.ts'
import type { RefundLineRow } from '../../domain/refund/rows.ts'
import { arrayLiteral } from '../database/bulk.ts'

/** A sale's line with what has come back of it. Grows while a batch is judged. */
interface SoldLine {
  receipt: number
  name: string
  sold: number
  /** What was paid for it, minor units. */
  gross: number
  refunded: number
  refundedGross: number
}

/** By the sale line's id. */
export type SoldLines = Map<string, SoldLine>

type RefundFinding = { code: 'refund-exceeds-sale' | 'unknown-sale'; detail: string }

const linesOf = (mutations: readonly Mutation[]): RefundLineRow[] =>
  mutations.flatMap((m) => (m.op === 'insert' && m.table === 'refund_line' ? [m.row] : []))

/**
 * Loads the sale lines that refunds of a batch name, with what has come back of each. The lines stay locked until the
 * transaction ends: of two tills that take the same pack back, each from its own journal at the same moment, the second
 * sees the first.
 */
export async function loadSoldLines(client: ClientBase, mutations: readonly Mutation[]): Promise<SoldLines> {
  const ids = [...new Set(linesOf(mutations).flatMap((line) => line.sale_line_id ?? []))].sort()
  if (ids.length === 0) return new Map()
  await client.query('select 1 from sale_line where id = any($1::uuid[]) order by id for update', [
    arrayLiteral(ids),
  ])
  const { rows } = await client.query<SoldLine & { id: string }>(
    `select line.id, sale.receipt_number as receipt, line.name, line.quantity as sold, line.gross,
       coalesce(back.quantity, 0)::int as refunded, coalesce(back.gross, 0)::bigint as "refundedGross"
     from sale_line line join sale on sale.id = line.sale_id
     left join lateral (select sum(quantity) as quantity, sum(gross) as gross from refund_line
       where sale_line_id = line.id) back on true
     where line.id = any($1::uuid[])`,
    [arrayLiteral(ids)],
  )
  return new Map(rows.map(({ id, ...line }) => [id, line]))
}

/** Sales of the same batch may be refunded in it. */
export function rememberSales(mutations: readonly Mutation[], sold: SoldLines): void {
  const receipts = new Map(
    mutations.flatMap((m) =>
      m.op === 'insert' && m.table === 'sale' ? [[m.row.id, m.row.receipt_number] as const] : [],
    ),
  )
  for (const mutation of mutations) {
    if (mutation.op !== 'insert' || mutation.table !== 'sale_line') continue
    const { id, sale_id, name, quantity, gross } = mutation.row
    sold.set(id, {
      receipt: receipts.get(sale_id) ?? 0,
      name,
      sold: quantity,
      gross,
      refunded: 0,
      refundedGross: 0,
    })
  }
}

/**
 * What is wrong with a refund by what was sold: more packs, or more money, than the sale had, together with every
 * other refund of it. Two tills apart cannot know of each other's; here it is found.
 */
export function judgeRefund(mutations: readonly Mutation[], sold: SoldLines): RefundFinding[] {
  const exceeded: string[] = []
  const unknown: string[] = []
  for (const line of linesOf(mutations)) {
    if (line.sale_line_id === null) continue
    const held = sold.get(line.sale_line_id)
    if (!held) {
      unknown.push(line.cip13)
      continue
    }
    held.refunded += line.quantity
    held.refundedGross += line.gross
    if (held.refunded > held.sold || held.refundedGross > held.gross) {
      exceeded.push(`${held.receipt}: ${held.name}, ${held.refunded} / ${held.sold}`)
    }
  }
  return [
    ...(exceeded.length > 0 ? [{ code: 'refund-exceeds-sale' as const, detail: exceeded.join('; ') }] : []),
    ...(unknown.length > 0 ? [{ code: 'unknown-sale' as const, detail: unknown.join(', ') }] : []),
  ]
}
