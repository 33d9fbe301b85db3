import { z } from 'zod'
import { checkLink, publicKeyFromRaw } from '../../domain/journal/chain.ts'
import { type Checkpoint, checkpointHolds } from '../../domain/journal/checkpoint.ts'
import {
  EMPTY_HEAD,
  GENESIS_HASH,
  hashSchema,
  type JournalEvent,
  type JournalHead,
  journalEventSchema,
} from '../../domain/journal/event.ts'
import { damagedSchema, damageOf } from '../../domain/journal/stored.ts'

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

/** What holds of a device's ledger, and what does not. */
export interface LedgerReport {
  deviceId: string
  /** Those that hold. */
  events: number
  head: JournalHead
  signatures: 'hold' | 'not checked'
  /** Up to which event the server's word vouches for it, and under which key; null when it should and does not. */
  countersigned?: { seq: number; key: string } | null
  faults: string[]
}

/** A key that fits no signature: with it, everything up to the signature is still checked. */
const NO_KEY = publicKeyFromRaw(Buffer.alloc(32).toString('base64url'))

/** What is wrong with one event, and whether the chain can be followed beyond it. */
interface EventFault {
  text: string
  ends: boolean
}

function faultOf(event: JournalEvent, head: JournalHead, ledger: DeviceLedger): EventFault | null {
  const key = ledger.publicKey ? publicKeyFromRaw(ledger.publicKey) : NO_KEY
  const fault = checkLink(event, head, { deviceId: ledger.deviceId, publicKey: key })
  if (fault === 'wrong-signature' && !ledger.publicKey) return null
  if (fault === 'gap') return { text: `gap: ${head.seq + 1} is missing, ${event.seq} follows`, ends: true }
  return fault && { text: `${fault} at ${event.seq}`, ends: fault === 'broken-chain' }
}

const placed = z.object({ seq: z.int(), hash: hashSchema.optional() })

/** An entry that is no event any more, where it stands. */
function unreadable(stored: unknown, { seq }: JournalHead): EventFault & { head: JournalHead } {
  const damaged = damagedSchema.safeParse(stored).data
  const at = placed.safeParse(stored).data
  const issue = journalEventSchema.safeParse(stored).error?.issues[0]
  const text = damaged
    ? `${damageOf(Buffer.from(damaged.damaged, 'base64'), null)} damaged at ${damaged.seq}`
    : `after ${seq}: ${issue?.path.join('.')}: ${issue?.message}`
  const follows = at?.seq === seq + 1
  return { text, ends: !follows, head: { seq: seq + 1, hash: at?.hash ?? GENESIS_HASH } }
}

/** What is wrong with the server's word before any event is read. */
function checkpointFault({ deviceId, checkpoint }: DeviceLedger): string | null {
  if (!checkpoint) return null
  if (checkpoint.deviceId !== deviceId) return `its checkpoint is of ${checkpoint.deviceId}`
  return checkpointHolds(checkpoint) ? null : 'its checkpoint was not signed by the key that it names'
}

/** Follows the chain as far as it can be. @returns what does not hold of it */
async function follow(ledger: DeviceLedger, report: LedgerReport): Promise<void> {
  const { checkpoint = null } = ledger
  let afterDamage = false
  for await (const stored of ledger.events) {
    const event = journalEventSchema.safeParse(stored).data
    // What an entry was that cannot be read is said by the one behind it alone.
    const head: JournalHead = event && afterDamage ? { ...report.head, hash: event.prevHash } : report.head
    const fault: EventFault | null = event ? faultOf(event, head, ledger) : unreadable(stored, head)
    if (fault) report.faults.push(fault.text)
    if (fault?.ends) return
    afterDamage = fault !== null
    if (!fault) report.events += 1
    const { seq, hash } = event ?? unreadable(stored, head).head
    report.head = { seq, hash }
    if (seq !== checkpoint?.seq) continue
    if (hash === checkpoint.hash) report.countersigned = { seq: checkpoint.seq, key: checkpoint.key }
    else report.faults.push(`event ${checkpoint.seq} is not the one that the server countersigned`)
  }
  const { head } = ledger
  const end = `it ends at ${report.head.seq}`
  if (checkpoint && checkpoint.seq > report.head.seq)
    report.faults.push(`${end}, but the server countersigned event ${checkpoint.seq} at ${checkpoint.at}`)
  else if (head && (head.seq !== report.head.seq || head.hash !== report.head.hash))
    report.faults.push(`${end}, but its head is ${head.seq}`)
}

/**
 * Checks a device's chain from its first event: each follows the one before, hashes to its hash and bears the device's
 * signature, and the last is the head. An entry that is damaged is named, and those behind it are checked; where the chain
 * itself is broken, nothing beyond can be said.
 */
export async function verifyLedger(ledger: DeviceLedger): Promise<LedgerReport> {
  const fault = checkpointFault(ledger)
  const report: LedgerReport = {
    deviceId: ledger.deviceId,
    events: 0,
    head: EMPTY_HEAD,
    signatures: ledger.publicKey ? 'hold' : 'not checked',
    ...(ledger.checkpoint !== undefined && { countersigned: null }),
    faults: fault ? [fault] : [],
  }
  if (!fault) await follow(ledger, report)
  return report
}
