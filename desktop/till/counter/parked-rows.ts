import type { ParkedBasketRow } from '../../../domain/parking/rows.ts'
import type { ParkedBasketView } from '../../bridge/basket-views.ts'
import type { TillContext } from '../till-context.ts'
import { idAt } from './sold-sales.ts'

/** What waits longer was given up by its own till, or will be when that till comes back. */
const SHOWN_DAYS = 31
const SHOWN_LIMIT = 100

/** Reads the branch's parked baskets: those that no till has taken up, as far as it is known here. */
export function createParkedRows({ db, branchId, deviceId, now }: TillContext) {
  const waiting = `not exists (select 1 from parked_basket_end e where e.parked_id = b.id)`
  const list = db.prepare(`
    select b.id as parkedId, b.label, b.parked_at as parkedAt, b.item_count as itemCount, b.total, b.content,
      coalesce(s.name, '') as parkedByName, coalesce(r.name, '') as registerName
    from parked_basket b left join staff s on s.id = b.actor_id left join register r on r.id = b.register_id
    where b.branch_id = ? and b.id > ? and ${waiting} order by b.parked_at desc, b.id desc limit ${SHOWN_LIMIT}`)
  const one = db.prepare(`select * from parked_basket b where b.id = ? and b.branch_id = ? and ${waiting}`)
  const old = db
    .prepare(`select b.id from parked_basket b where b.device_id = ? and b.parked_at < ? and ${waiting}`)
    .pluck()
  return {
    /** Newest first. */
    list: (): ParkedBasketView[] =>
      (
        list.all(branchId, idAt(now() - SHOWN_DAYS * 86_400_000)) as (Omit<ParkedBasketView, 'names'> & {
          content: string
        })[]
      ).map(({ content, ...parked }) => ({
        ...parked,
        names: (JSON.parse(content) as { lines: { name: string }[] }).lines.map(({ name }) => name),
      })),
    waiting: (parkedId: string) => one.get(parkedId, branchId) as ParkedBasketRow | undefined,
    /** Those of this till that were parked before an instant. */
    before: (at: string) => old.all(deviceId, at) as string[],
  }
}
