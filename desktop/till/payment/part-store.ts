import type { Actor } from '../../../domain/journal/event.ts'
import { type Minor, minor, sum } from '../../../domain/money.ts'
import type { TenderKind } from '../../../domain/sale/events.ts'
import type { PaymentPartRow } from '../../../migrations/schema.ts'
import type { TillDatabase } from '../store/database.ts'

/** Who gives money back, over which drawer. */
export type GivenBy = Actor & { sessionId: string }

/** What a part of a payment is for: the basket that is being paid, or the refund that is being made. */
export type Purpose = 'sale' | 'refund'

/**
 * A part of a payment before it is a fact. `asked`: the terminal may have moved the money, or may not. `taken`: it has
 * moved. `returning`: it had moved, and is on its way back, which may have happened or not.
 */
export interface Part {
  /** Ours; a card terminal knows the transaction by it, and the tender will have it as its id. */
  id: string
  purpose: Purpose
  kind: TenderKind
  amount: Minor
  state: 'asked' | 'taken' | 'returning'
  /** The terminal's transaction, the voucher's code, the customer's account. Of a refund: where it goes back to. */
  reference: string | null
  /** What a person knows it by: the card as a receipt may show it. */
  detail: string | null
  /** Our reference for giving it back. */
  backId: string | null
  /** Who began to give it back. */
  backBy: GivenBy | null
  approvedBy: string | null
}

export type PartStore = ReturnType<typeof createPartStore>

const toPart = (row: PaymentPartRow): Part => ({
  id: row.id,
  purpose: row.purpose as Purpose,
  kind: row.kind as TenderKind,
  amount: minor(row.amount),
  state: row.state as Part['state'],
  reference: row.reference,
  detail: row.detail,
  backId: row.back_id,
  backBy: row.back_by === null ? null : (JSON.parse(row.back_by) as GivenBy),
  approvedBy: row.approved_by,
})

const toRow = ({ backBy, ...part }: Part) => ({ ...part, backBy: backBy && JSON.stringify(backBy) })

type Changing = 'state' | 'reference' | 'detail' | 'backId' | 'backBy' | 'amount'

/** What has been taken, whatever may become of the rest, minor units. */
export const takenOf = (parts: readonly Part[]): Minor => sum(parts.map((part) => part.amount))

/** Whether nobody knows yet if this part's money has moved. */
export const isOpen = (part: Part): boolean => part.state !== 'taken'

/** The parts of payments that are under way; writes join the caller's transaction. */
export function createPartStore(db: TillDatabase) {
  const all = db.prepare('select * from payment_part where purpose = ? order by id')
  const any = db.prepare('select 1 from payment_part where purpose = ? limit 1').pluck()
  const one = db.prepare('select * from payment_part where id = ?')
  const insert = db.prepare(`
    insert into payment_part (id, purpose, kind, amount, state, reference, detail, back_id, back_by, approved_by)
    values (@id, @purpose, @kind, @amount, @state, @reference, @detail, @backId, @backBy, @approvedBy)`)
  const update = db.prepare(`
    update payment_part set state = @state, reference = @reference, detail = @detail, back_id = @backId,
      back_by = @backBy, amount = @amount
    where id = @id`)
  const remove = db.prepare('delete from payment_part where id = ?')
  const clear = db.prepare('delete from payment_part where purpose = ?')
  return {
    list: (purpose: Purpose): Part[] => (all.all(purpose) as PaymentPartRow[]).map(toPart),
    any: (purpose: Purpose): boolean => any.get(purpose) !== undefined,
    get: (id: string): Part | null => {
      const row = one.get(id) as PaymentPartRow | undefined
      return row ? toPart(row) : null
    },
    add: (part: Part) => void insert.run(toRow(part)),
    change: (part: Part, to: Partial<Pick<Part, Changing>>) => void update.run(toRow({ ...part, ...to })),
    remove: (id: string) => void remove.run(id),
    clear: (purpose: Purpose) => void clear.run(purpose),
  }
}
