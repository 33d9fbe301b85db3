import type { KeyObject } from 'node:crypto'
import { carriedBy } from '../../domain/journal/carried.ts'
import { type ChainFault, checkLink } from '../../domain/journal/chain.ts'
import type { JournalEvent } from '../../domain/journal/event.ts'
import { wordLost } from '../../domain/journal/stored.ts'

/** A device whose events another device may bring. */
export interface Origin {
  publicKey: KeyObject
  /** Registers that it might write for. */
  registers: Set<string>
}

/** Of which devices events may be brought, and which facts came before. */
interface Known {
  origins: ReadonlyMap<string, Origin>
  taken: ReadonlySet<string>
}

/** Why a carried event has no effect. */
interface Fault {
  code: 'carried-not-proven' | 'event-damaged'
  detail: string
}

/**
 * Whether a carried event is what another device of the branch signed. `named`: its own signature has rotted, and the signed
 * event behind it names its hash. `taken`: so it has, and it came before, under its own device's name.
 */
export type Proof = 'signed' | 'named' | 'taken' | Fault

export type Proofs = (carried: JournalEvent) => Proof

export const isFault = (proof: Proof): proof is Fault => typeof proof === 'object'

function faultOf(carried: JournalEvent, { origins }: Pick<Known, 'origins'>): ChainFault | 'stranger' | null {
  const origin = origins.get(carried.deviceId)
  if (!origin) return 'stranger'
  return checkLink(
    carried,
    { seq: carried.seq - 1, hash: carried.prevHash },
    { deviceId: carried.deviceId, publicKey: origin.publicKey },
  )
}

/** Hashes by which signed events that a batch carries name the ones before them. */
const namesIn = (events: readonly JournalEvent[], known: Known): Set<string> =>
  new Set(
    events.flatMap((event) => {
      const carried = carriedBy(event)
      return carried && faultOf(carried, known) === null ? [carried.prevHash] : []
    }),
  )

/** Judges the events that a batch carries by each other. */
export function createProofs(events: readonly JournalEvent[], known: Known): Proofs {
  let names: ReadonlySet<string> | null = null
  return (carried) => {
    const { deviceId, hash, seq } = carried
    const fault = faultOf(carried, known)
    if (!fault) return 'signed'
    if (fault === 'stranger')
      return { code: 'carried-not-proven', detail: `no device ${deviceId} at this branch` }
    if (fault !== 'wrong-signature')
      return { code: 'carried-not-proven', detail: `${fault}: event ${seq} of ${deviceId}` }
    // The hash holds: what came or is named under it is this very content.
    if (known.taken.has(hash)) return 'taken'
    names ??= namesIn(events, known)
    if (names.has(hash)) return 'named'
    const body = Buffer.from(JSON.stringify(carried))
    return { code: 'event-damaged', detail: wordLost({ body, told: null }) }
  }
}
