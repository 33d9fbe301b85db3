import { v7 as uuidv7 } from 'uuid'
import { sealEvent } from '../../domain/journal/chain.ts'
import { type Actor, EMPTY_HEAD, type JournalEvent, type JournalHead } from '../../domain/journal/event.ts'
import { minor } from '../../domain/money.ts'
import { taxShares } from '../../domain/tax.ts'
import type { Organisation, TestDevice } from '../test-server.ts'

export interface Fact {
  type: string
  payload: object
  version?: number
  actor?: JournalEvent['actor']
  at?: string
}

/** A device's journal in memory: seals facts one behind the other. */
export class TestJournal {
  readonly device: TestDevice
  readonly organisation: Organisation
  head: JournalHead = EMPTY_HEAD
  receipts = 0
  readonly sessionId = uuidv7()

  constructor(device: TestDevice, organisation: Organisation) {
    this.device = device
    this.organisation = organisation
  }

  actor(role: keyof Organisation['staff'] = 'cashier'): Actor {
    return { staffId: this.organisation.staff[role], role }
  }

  append({
    type,
    payload,
    version = 1,
    actor = this.actor(),
    at = '2026-03-02T09:30:00.000Z',
  }: Fact): JournalEvent {
    const body = {
      deviceId: this.device.deviceId,
      seq: this.head.seq + 1,
      at,
      actor,
      type,
      version,
      payload: JSON.parse(JSON.stringify(payload)),
      prevHash: this.head.hash,
    }
    const event = sealEvent(body, this.device.privateKey)
    this.head = { seq: event.seq, hash: event.hash }
    return event
  }

  place() {
    const { branchId, registerId } = this.device
    return {
      branchId,
      registerId,
      sessionId: this.sessionId,
      businessDate: '2026-03-02',
      currency: 'EUR' as const,
    }
  }

  opened(float = 10_000): Fact {
    return { type: 'cash-session.opened', payload: { ...this.place(), float } }
  }

  /** A cash sale of so many packs of the one product. */
  sale(quantity = 1, changes: Record<string, unknown> = {}): Fact {
    const { id, cip13, price } = this.organisation.product
    const gross = minor(price * quantity)
    const vatRateBp = 210
    const product = { lineId: uuidv7(), productId: id, cip13, name: 'Aspirine' }
    this.receipts += 1
    const payload = {
      ...this.place(),
      saleId: uuidv7(),
      receiptNumber: this.receipts,
      lines: [{ ...product, quantity, unitPrice: price, gross, vatRateBp }],
      taxes: taxShares([{ gross, vatRateBp }]),
      tenders: [{ tenderId: uuidv7(), kind: 'cash', amount: gross, given: gross + 100, change: 100 }],
      total: gross,
      ...changes,
    }
    return { type: 'sale.completed', payload }
  }

  closed(counted: number, expected: number): Fact {
    const counts = [{ denomination: 1, quantity: counted }]
    const sums = {
      saleCount: this.receipts,
      firstReceipt: 1,
      lastReceipt: this.receipts,
      grossTotal: 0,
      perpetualTotal: 0,
    }
    const figures = { zNumber: 1, counts, counted, expected, variance: counted - expected, ...sums }
    return {
      type: 'cash-session.closed',
      payload: { ...this.place(), ...figures, taxes: [], tenders: [] },
      actor: this.actor('pharmacist'),
    }
  }
}

export const NOTHING_PENDING = { events: 0, sales: 0, amount: 0 }

/** The same event with a signature that does not fit: its first character is another. */
export function unsigned(event: JournalEvent): JournalEvent {
  const { signature } = event
  return { ...event, signature: `${signature.startsWith('x') ? 'y' : 'x'}${signature.slice(1)}` }
}
