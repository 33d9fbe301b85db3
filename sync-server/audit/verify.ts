import { checkLink, publicKeyFromRaw } from '../../domain/journal/chain.ts'
import { type Checkpoint, checkpointHolds } from '../../domain/journal/checkpoint.ts'
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
  /** The server's signed word for how far it held the journal; null where none is kept, absent where none is expected. */
  checkpoint?: Checkpoint | null
  /** In order of `seq`. Each is what was stored, not yet believed to be an event. */
  events: AsyncIterable<unknown> | Iterable<unknown>
}

/** What holds of a device's ledger, and the first thing that does not. */
export interface LedgerReport {
  deviceId: string
  events: number
  head: JournalHead
  signatures: 'hold' | 'not checked'
  /** Up to which event the server's word vouches for it, and under which key; null when it should and does not. */
  countersigned?: { seq: number; key: string } | null
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

/** What is wrong with the server's word before any event is read. */
function checkpointFault({ deviceId, checkpoint }: DeviceLedger): string | null {
  if (!checkpoint) return null
  if (checkpoint.deviceId !== deviceId) return `its checkpoint is of ${checkpoint.deviceId}`
  return checkpointHolds(checkpoint) ? null : 'its checkpoint was not signed by the key that it names'
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
    ...(ledger.checkpoint !== undefined && { countersigned: null }),
    fault: checkpointFault(ledger),
  }
  if (report.fault) return report
  const { checkpoint = null } = ledger
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
    if (event.data.seq !== checkpoint?.seq) continue
    if (event.data.hash !== checkpoint.hash) {
      return { ...report, fault: `event ${checkpoint.seq} is not the one that the server countersigned` }
    }
    report.countersigned = { seq: checkpoint.seq, key: checkpoint.key }
  }
  if (checkpoint && checkpoint.seq > report.head.seq) {
    const end = `it ends at ${report.head.seq}`
    return {
      ...report,
      fault: `${end}, but the server countersigned event ${checkpoint.seq} at ${checkpoint.at}`,
    }
  }
  const { head } = ledger
  if (head && (head.seq !== report.head.seq || head.hash !== report.head.hash)) {
    return { ...report, fault: `it ends at ${report.head.seq}, but its head is ${head.seq}` }
  }
  return report
}
