import { minor } from '../../domain/money.ts'
import type { SyncHandle } from './replica/sync.ts'
import type { TillContext } from './till-context.ts'
import { instantAt } from './till-context.ts'

/** A till that was told of no server: it sells, and says that it has nobody to send to. */
export function standaloneSync(context: TillContext): SyncHandle {
  const since = instantAt(context.now())
  const readSales = context.db.prepare(
    `select count(*) as sales, coalesce(sum(total), 0) as amount from sale
     where device_id = ? and seq > ?`,
  )
  return {
    status: () => {
      const acknowledged = context.state.get<{ seq: number }>('acknowledged')?.seq ?? 0
      const { sales, amount } = readSales.get(context.deviceId, acknowledged) as {
        sales: number
        amount: number
      }
      const events = Math.max(0, context.journal.head().seq - acknowledged)
      return {
        state: 'offline',
        since,
        cause: 'network',
        events,
        sales,
        amount: minor(amount),
        lastSent: null,
      }
    },
    loading: () => null,
    nudge: () => {},
    fetch: () => Promise.reject(new Error('this till was started without a server')),
    stop: async () => {},
  }
}
