import type { Database } from '../database.ts'
import type { EngineEvent } from '../options.ts'
import type { Feed } from './feed.ts'
import { type SlotState, slotBound } from './slot.ts'

const MIB = 1024 * 1024

/** Tells an operator of WAL that Postgres cannot recycle because of the slot: once when it is much, once when it is over. */
export class SlotWatch {
  readonly #warnBytes: number
  readonly #onEvent: (event: EngineEvent) => void
  #warned = false

  constructor(warnBytes: number, onEvent: (event: EngineEvent) => void) {
    this.#warnBytes = warnBytes
    this.#onEvent = onEvent
  }

  /** Says at the start when nothing bounds the WAL that a stopped engine would leave behind. */
  async checkBound(db: Database): Promise<void> {
    if ((await slotBound(db)) !== '-1') return
    const message =
      'Postgres keeps WAL without bound for this engine while it is stopped; set max_slot_wal_keep_size, such as 4GB.'
    this.#onEvent({ level: 'warn', message })
  }

  /** More WAL is held than an operator wants, or Postgres is about to give the slot up. */
  isAtRisk({ heldBytes, walStatus }: Pick<SlotState, 'heldBytes' | 'walStatus'>): boolean {
    return heldBytes > this.#warnBytes || !['reserved', 'extended'].includes(walStatus)
  }

  async check(feed: Pick<Feed, 'slot'>): Promise<void> {
    const slot = await feed.slot().catch(() => null)
    if (!slot) return
    const { heldBytes, walStatus } = slot
    const isMuch = this.isAtRisk(slot)
    if (isMuch === this.#warned) return
    this.#warned = isMuch
    const size = `${Math.round(heldBytes / MIB)} MiB`
    this.#onEvent(
      isMuch
        ? { level: 'warn', message: `Postgres holds ${size} of WAL for the replication slot (${walStatus}).` }
        : { level: 'info', message: `Postgres holds ${size} of WAL for the replication slot again.` },
    )
  }
}
