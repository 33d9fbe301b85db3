import { checkLink, publicKeyFromRaw } from '../../domain/journal/chain.ts'
import {
  EMPTY_HEAD,
  type JournalEvent,
  type JournalHead,
  journalEventSchema,
} from '../../domain/journal/event.ts'

/** One device's ledger, as some source holds it. */
export interface DeviceLedger {
  deviceId: string
  /** 32 raw bytes, base64url; null when the source does not have it: signatures then cannot be checked. */
  publicKey: string | null
  /** Where the source says that the journal ends; null when it says nothing. */
  head: JournalHead | null
  /** In order of `seq`. Each is what was stored, not yet believed to be an event. */
  events: AsyncIterable<unknown> | Iterable<unknown>
}

/** What holds of a device's ledger, and the first thing that does not. */
export interface LedgerReport {
  deviceId: string
  events: number
  head: JournalHead
  signatures: 'hold' | 'not checked'
  fault: string | null
}

/** A key that fits no signature: with it, everything up to the signature is still checked. */
const NO_KEY = publicKeyFromRaw(Buffer.alloc(32).toString('base64url'))

function faultOf(event: JournalEvent, head: JournalHead, ledger: DeviceLedger): string | null {
  const key = ledger.publicKey ? publicKeyFromRaw(ledger.publicKey) : NO_KEY
  const fault = checkLink(event, head, { deviceId: ledger.deviceId, publicKey: key })
  if (fault === 'wrong-signature' && !ledger.publicKey) return null
  if (fault === 'gap') return `gap: ${head.seq + 1} is missing, ${event.seq} follows`
  return fault && `${fault} at ${event.seq}`
}

/**
 * Checks a device's chain from its first event: each follows the one before, hashes to its hash and bears the device's
 * signature, and the last is the head. Stops at the first fault.
 */
export async function verifyLedger(ledger: DeviceLedger): Promise<LedgerReport> {
  const signatures = ledger.publicKey ? 'hold' : 'not checked'
  const report: LedgerReport = {
    deviceId: ledger.deviceId,
    events: 0,
    head: EMPTY_HEAD,
    signatures,
    fault: null,
  }
  for await (const stored of ledger.events) {
    const event = journalEventSchema.safeParse(stored)
    if (!event.success) {
      const issue = event.error.issues[0]
      return { ...report, fault: `after ${report.head.seq}: ${issue?.path.join('.')}: ${issue?.message}` }
    }
    const fault = faultOf(event.data, report.head, ledger)
    if (fault) return { ...report, fault }
    report.events += 1
    report.head = { seq: event.data.seq, hash: event.data.hash }
  }
  const { head } = ledger
  if (head && (head.seq !== report.head.seq || head.hash !== report.head.hash)) {
    return { ...report, fault: `it ends at ${report.head.seq}, but its head is ${head.seq}` }
  }
  return report
}
