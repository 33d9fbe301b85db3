import { BLOCK_BYTES, BlockBuilder } from '../log/block.ts'
import type { ChangeLog } from '../log/change-log.ts'
import { type Router, TransactionEffects } from '../routing.ts'
import type { Shape } from '../shape.ts'
import { decodeMessage, type Message } from './pgoutput.ts'

interface OpenTransaction {
  readonly commitLsn: number
  readonly xid: number
  readonly effects: TransactionEffects
  changes: number
}

export interface Committed {
  readonly lsn: number
  readonly touched: readonly Shape[]
  readonly ended: readonly Shape[]
}

/**
 * Puts the output plugin's messages into the change log, transaction by transaction, and works out which shapes each
 * concerns. Transactions that the log already holds (sent again after a reconnect) are passed over.
 */
export class TransactionWriter {
  readonly #log: ChangeLog
  readonly #router: Router
  readonly #builder = new BlockBuilder()
  #open: OpenTransaction | null = null
  #skipping = false

  constructor(log: ChangeLog, router: Router) {
    this.#log = log
    this.#router = router
  }

  /** No transaction is half received. */
  get idle(): boolean {
    return this.#open === null && !this.#skipping
  }

  /** Takes one message; gives a transaction's effects when it is complete. Throws when the log cannot be written. */
  receive(raw: Buffer): Committed | null {
    const message = decodeMessage(raw)
    switch (message.kind) {
      case 'begin':
        this.#begin(message)
        return null
      case 'commit':
        return this.#commit(message.endLsn)
      case 'other':
        return null
      default:
        this.#data(raw, message)
        return null
    }
  }

  /** Notes that the WAL up to a position held nothing for us, so that it may be confirmed. */
  mark(endLsn: number): void {
    const { block, bytes } = this.#builder.seal({
      commitLsn: this.#log.lastCommitLsn,
      endLsn,
      xid: 0,
      firstChange: 0,
      last: true,
    })
    this.#log.append(block, bytes)
  }

  /** Forgets a transaction that will be sent again. */
  abort(): void {
    this.#builder.seal({ commitLsn: 0, endLsn: 0, xid: 0, firstChange: 0, last: false })
    this.#open = null
    this.#skipping = false
    this.#log.abort()
  }

  #begin({ commitLsn, xid }: Extract<Message, { kind: 'begin' }>): void {
    // What an earlier try may have left, if it could not be taken back then.
    this.#log.abort()
    if (commitLsn <= this.#log.lastCommitLsn) {
      this.#skipping = true
      return
    }
    this.#open = { commitLsn, xid, effects: new TransactionEffects(this.#router), changes: 0 }
  }

  #data(raw: Buffer, message: Exclude<Message, { kind: 'begin' | 'commit' | 'other' }>): void {
    if (!this.#open) return
    this.#builder.add(raw, message)
    if (this.#builder.bytes >= BLOCK_BYTES) this.#seal(this.#open, 0, false)
  }

  #commit(endLsn: number): Committed | null {
    const open = this.#open
    if (open) this.#seal(open, endLsn, true)
    this.#open = null
    this.#skipping = false
    if (!open) return null
    return { lsn: open.commitLsn, ...open.effects.commit({ lsn: open.commitLsn, xid: open.xid }) }
  }

  #seal(open: OpenTransaction, endLsn: number, last: boolean): void {
    const { commitLsn, xid, changes: firstChange } = open
    const { block, bytes, changes } = this.#builder.seal({ commitLsn, endLsn, xid, firstChange, last })
    const position = this.#log.append(block, bytes)
    open.effects.add({ position, block })
    open.changes += changes
  }
}
