import type { ClientBase } from 'pg'
import { z } from 'zod'
import { carriedBy } from '../../domain/journal/carried.ts'
import { may, roleSchema } from '../../domain/permissions.ts'
import { arrayLiteral, prepared } from '../database/bulk.ts'
import type { Finding, Judged } from './judge.ts'

type Table = 'voucher_balance' | 'account_balance'

/** What the events of a batch add to each voucher or account, the last one first. */
function movedBy(judged: readonly Judged[], table: Table) {
  return judged.toReversed().flatMap(({ event, mutations }) =>
    mutations.flatMap((m) => {
      if (m.op !== 'add' || m.table !== table) return []
      const key = m.table === 'voucher_balance' ? m.key.code : m.key.customer_id
      return [{ seq: event.seq, key: key ?? '', amount: m.add.amount ?? 0 }]
    }),
  )
}

/**
 * Finds what vouchers and accounts came to that they must not: a voucher worth less than nothing, as when two tills apart
 * took the same one, and an account over its limit. Told of the event that took it there, after the whole batch's effect.
 */
export async function judgeHeld(client: ClientBase, judged: readonly Judged[]): Promise<Finding[]> {
  const vouchers = movedBy(judged, 'voucher_balance')
  const accounts = movedBy(judged, 'account_balance')
  if (vouchers.length + accounts.length === 0) return []
  const keysOf = (moved: readonly { key: string }[]) =>
    arrayLiteral([...new Set(moved.map(({ key }) => key))])
  const worth = await client.query<{ key: string; amount: number }>(
    prepared('select code as key, amount from voucher_balance where code = any($1::text[])', [
      keysOf(vouchers),
    ]),
  )
  const over = await client.query<{ key: string; amount: number }>(
    prepared(
      `select b.customer_id as key, b.amount - coalesce(c.account_limit, 0) as amount
       from account_balance b left join customer c on c.id = b.customer_id where b.customer_id = any($1::uuid[])`,
      [keysOf(accounts)],
    ),
  )
  const past = crossings(accounts, over.rows, (amount) => amount > 0, 'account-over-limit')
  const allowed = await allowedPast(client, judged, past)
  return [
    ...crossings(vouchers, worth.rows, (amount) => amount < 0, 'voucher-overdrawn'),
    ...past.filter((finding) => !allowed.has(finding)),
  ]
}

/** What names who allowed an account to go past its limit; anything else of a sale is of no interest here. */
const approvedSchema = z.object({
  tenders: z.array(
    z.object({ kind: z.string(), reference: z.string().nullish(), approvedBy: z.string().optional() }),
  ),
})

/** Which of these a second person allowed who may decide so: that is no exception. */
async function allowedPast(
  client: ClientBase,
  judged: readonly Judged[],
  past: readonly Crossing[],
): Promise<Set<Crossing>> {
  const events = new Map(judged.map(({ event }) => [event.seq, carriedBy(event) ?? event]))
  const approved = past.flatMap((finding) => {
    const sale = approvedSchema.safeParse(events.get(finding.seq)?.payload).data
    const tender = sale?.tenders.find(
      ({ kind, reference, approvedBy }) => kind === 'account' && reference === finding.key && approvedBy,
    )
    return tender?.approvedBy ? [{ finding, staffId: tender.approvedBy }] : []
  })
  if (approved.length === 0) return new Set()
  const { rows } = await client.query<{ id: string; role: string }>(
    prepared('select id, role from staff where active and id = any($1::uuid[])', [
      arrayLiteral([...new Set(approved.map(({ staffId }) => staffId))]),
    ]),
  )
  const deciders = new Set(
    rows.flatMap(({ id, role }) => {
      const ranked = roleSchema.safeParse(role).data
      return ranked && may(ranked, 'payment.decide') ? [id] : []
    }),
  )
  return new Set(approved.filter(({ staffId }) => deciders.has(staffId)).map(({ finding }) => finding))
}

interface Crossing extends Finding {
  /** The voucher or the account. */
  key: string
}

/** Walks back from how it stands now, and names the events by which it went wrong. */
function crossings(
  moved: readonly { seq: number; key: string; amount: number }[],
  now: readonly { key: string; amount: number }[],
  isWrong: (amount: number) => boolean,
  code: 'voucher-overdrawn' | 'account-over-limit',
): Crossing[] {
  const level = new Map(now.map(({ key, amount }) => [key, Number(amount)]))
  return moved.flatMap(({ seq, key, amount }) => {
    const after = level.get(key) ?? 0
    level.set(key, after - amount)
    return isWrong(after) && !isWrong(after - amount) ? [{ seq, code, key, detail: `${key}: ${after}` }] : []
  })
}
