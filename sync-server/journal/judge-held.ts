import type { ClientBase } from 'pg'
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
  return [
    ...crossings(vouchers, worth.rows, (amount) => amount < 0, 'voucher-overdrawn'),
    ...crossings(accounts, over.rows, (amount) => amount > 0, 'account-over-limit'),
  ]
}

/** Walks back from how it stands now, and names the events by which it went wrong. */
function crossings(
  moved: readonly { seq: number; key: string; amount: number }[],
  now: readonly { key: string; amount: number }[],
  isWrong: (amount: number) => boolean,
  code: 'voucher-overdrawn' | 'account-over-limit',
): Finding[] {
  const level = new Map(now.map(({ key, amount }) => [key, Number(amount)]))
  return moved.flatMap(({ seq, key, amount }) => {
    const after = level.get(key) ?? 0
    level.set(key, after - amount)
    return isWrong(after) && !isWrong(after - amount) ? [{ seq, code, detail: `${key}: ${after}` }] : []
  })
}
