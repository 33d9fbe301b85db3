import { type Kysely, sql } from 'kysely'
import type { ServerTables } from '../../migrations/schema.ts'
import type { DeviceLedger } from '../../sync-server/audit/verify.ts'
import { type Fact, once, without } from './model.ts'
import { mayBeLost, type Rotten, type Struck } from './rotten.ts'

/** Two sums that should be the same. */
export interface Difference {
  name: string
  one: number
  other: number
}

/** By how much a fact changes the sum or the row of that name. */
function changeBy({ sale, session, cash, packs }: Fact, name: string): number {
  if (name === session) return cash
  if (name === sale?.registerId) return sale.total
  return packs.reduce((sum, { productId, quantity }) => sum + (productId === name ? quantity : 0), 0)
}

/**
 * Whether a difference is what rot has cost: an event that is no longer believed to be one has left its rows behind, or they
 * are fetched anew and the sum is not yet, or the other way about.
 */
export function isOfRot({ name, one, other }: Difference, { events, sums }: Rotten): boolean {
  if (sums.has(name)) return true
  const lost = mayBeLost(events)
  if (lost.some(({ sale }) => sale?.saleId === name)) return true
  let may = new Set([0])
  for (const fact of lost) {
    const by = changeBy(fact, name)
    if (by !== 0) may = new Set([...may].flatMap((amount) => [amount, amount + by, amount - by]))
  }
  return may.has(one - other)
}

/** An exception, with what it is of. */
export interface Raised {
  code: string
  detail: string
  deviceId: string
  seq: number
  /** The event's payload as text; null when there is no such event. */
  payload: string | null
}

/** What head office was told. */
export async function raisedAt(db: Kysely<ServerTables>): Promise<Raised[]> {
  const { rows } = await sql<Raised>`select x.code, x.detail, x.device_id as "deviceId", x.seq, e.payload
    from event_exception x left join journal_event e on e.device_id = x.device_id and e.seq = x.seq`.execute(
    db,
  )
  return rows
}

/** The event that an exception is of, under its own name or brought by a successor. */
const isAbout =
  ({ deviceId, seq, payload }: Raised) =>
  (struck: Struck): boolean =>
    (struck.deviceId === deviceId && struck.seq === seq) || payload?.includes(struck.fact.hash) === true

/** Numbers that a gap names. */
function gap(detail: string): number[] {
  const [first = 0, last = first] = detail.split(' to ').map(Number)
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

/** Whether a till went on under another identity behind this event, for it could not prove it any more. */
const hasEndedAt =
  (detail: string) =>
  ({ of, seq }: Struck): boolean =>
    of === 'signature' && detail.startsWith(`shared up to event ${seq}; above it 0 at head office`)

/** Exceptions that say of an event that rotted that it did, or that follow from its being lost. */
export function explainedByRot(exceptions: readonly Raised[], struck: readonly Struck[]): Set<Raised> {
  const sales = mayBeLost(struck).flatMap(({ sale }) => sale ?? [])
  const isExplained = (raised: Raised): boolean => {
    const { code, detail, payload } = raised
    if (code === 'event-damaged' || code === 'event-mended') return struck.some(isAbout(raised))
    if (code === 'receipt-gap')
      return gap(detail).every((number) => sales.some(({ receiptNumber }) => receiptNumber === number))
    if (code === 'device-restored') return struck.some(hasEndedAt(detail))
    if (code === 'unknown-sale') return sales.some(({ saleId }) => payload?.includes(saleId))
    return false
  }
  return new Set(exceptions.filter(isExplained))
}

/**
 * Events that rotted, do not count, and of which head office does not know or not what they were.
 * @param expected what counts, what rotted, and what the tills hold
 */
export function untold(
  exceptions: readonly Raised[],
  expected: { facts: readonly Fact[]; struck: readonly Struck[]; held: readonly Fact[] },
): string[] {
  const damaged = exceptions.filter(({ code }) => code === 'event-damaged')
  const { facts, struck } = expected
  const held = new Set(expected.held.map(({ hash }) => hash))
  const lost = once(without(mayBeLost(struck), facts)).filter(({ hash }) => held.has(hash))
  return lost.flatMap((fact) => {
    const { hash, sale } = fact
    const of = struck.filter((one) => one.fact.hash === hash)
    const told = damaged.filter((raised) => of.some(isAbout(raised)))
    const words = sale ? ` · ${sale.receiptNumber} · ${sale.total}` : ''
    if (told.some(({ detail }) => detail.endsWith(words))) return []
    const at = of.map(({ seq }) => seq).join(', ')
    return [
      `event ${at} rotted and does not count; head office is told ${told[0]?.detail ?? 'nothing'} of${words || ' it'}`,
    ]
  })
}

/** Events whose signature alone rotted, and which the signed one behind them names: they count. */
export async function provenOf(db: Kysely<ServerTables>, struck: readonly Struck[]): Promise<Struck[]> {
  if (struck.length === 0) return []
  const rows = await db
    .selectFrom('journal_event')
    .select('prev_hash')
    .where(
      'prev_hash',
      'in',
      struck.map(({ hash }) => hash),
    )
    .execute()
  const named = new Set(rows.map(({ prev_hash }) => prev_hash))
  return struck.filter(({ of, hash }) => of === 'signature' && named.has(hash))
}

/** Whether a ledger's fault names an event that has rotted. */
export function isRotOf({ deviceId }: Pick<DeviceLedger, 'deviceId'>, struck: readonly Struck[]) {
  const seqs = new Set(struck.filter((one) => one.deviceId === deviceId).map(({ seq }) => seq))
  return (fault: string): boolean => {
    const [, word, at] = /(damaged at|wrong-hash at|wrong-signature at|after|^event) (\d+)/.exec(fault) ?? []
    return at !== undefined && seqs.has(Number(at) + (word === 'after' ? 1 : 0))
  }
}
