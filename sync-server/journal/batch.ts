import { z } from 'zod'
import { idSchema } from '../../domain/ids.ts'
import { checkUnsignedLink, isSignedBy } from '../../domain/journal/chain.ts'
import { type JournalEvent, type JournalHead, journalEventSchema } from '../../domain/journal/event.ts'
import { MONEY_LIMIT } from '../../domain/money.ts'
import { type Refusal, refuse } from '../../domain/refusals.ts'
import type { DeviceCaller } from '../auth/caller.ts'

/** The most events one request may bring; a till with more sends several. */
export const BATCH_LIMIT = 500

/** What Postgres can hold in the columns of an event's envelope. */
const storableEventSchema = journalEventSchema.extend({
  at: journalEventSchema.shape.at.refine((at) => at >= '0001', { error: 'the year must be 1 or later' }),
  version: z.int32().positive(),
})

const countSchema = z.int().nonnegative()

/** The body of `POST /v1/journal`. `pending` is what the till still holds after this batch; minor units. */
export const journalBatchSchema = z.strictObject({
  deviceId: idSchema,
  events: z.array(storableEventSchema).max(BATCH_LIMIT),
  pending: z.strictObject({
    events: countSchema,
    sales: countSchema,
    amount: z.int().min(-MONEY_LIMIT).max(MONEY_LIMIT),
  }),
})
export type JournalBatch = z.infer<typeof journalBatchSchema>

/** Events hashed before other requests get a turn, their signatures being checked meanwhile. */
const CHECKS_A_TURN = 25

const broken = (event: JournalEvent, fault: string) => refuse('journal-broken', { seq: event.seq, fault })

function hashFault(event: JournalEvent, device: DeviceCaller): string | null {
  try {
    return checkUnsignedLink(event, { seq: event.seq - 1, hash: event.prevHash }, device)
  } catch {
    // A lone surrogate or the like: what has no canonical form was never hashed.
    return 'wrong-hash'
  }
}

/** Checks each event's hash and signature by itself. Null when all hold. */
export async function sealRefusal(
  events: readonly JournalEvent[],
  device: DeviceCaller,
): Promise<Refusal<'journal-broken'> | null> {
  for (let at = 0; at < events.length; at += CHECKS_A_TURN) {
    const turn = events.slice(at, at + CHECKS_A_TURN)
    const signed = Promise.all(turn.map((event) => isSignedBy(event, device.publicKey)))
    const faults = turn.map((event) => hashFault(event, device))
    const isSigned = await signed
    const wrong = turn.findIndex((_, i) => faults[i] !== null || isSigned[i] === false)
    const event = turn[wrong]
    if (event) return broken(event, faults[wrong] ?? 'wrong-signature')
  }
  return null
}

/** A second history under a `seq` that is taken. */
export interface Fork {
  event: JournalEvent
  storedHash: string
}

export type Placement =
  | { fresh: JournalEvent[]; duplicates: number }
  | { fork: Fork }
  | { refusal: Refusal<'journal-gap' | 'journal-broken'> }

/**
 * Places sealed events behind a head: which are new, which are repeats, and whether they follow.
 * @param storedHash hash of a stored event at or below the head
 */
export function placeEvents(
  events: readonly JournalEvent[],
  head: JournalHead,
  storedHash: (seq: number) => string | undefined,
): Placement {
  const fresh: JournalEvent[] = []
  let duplicates = 0
  let last = head
  for (const event of events) {
    if (event.seq <= last.seq) {
      const known = event.seq > head.seq ? fresh[event.seq - head.seq - 1]?.hash : storedHash(event.seq)
      if (known !== event.hash) return { fork: { event, storedHash: known ?? '' } }
      duplicates += 1
      continue
    }
    if (event.seq !== last.seq + 1) return { refusal: refuse('journal-gap', { expected: last.seq + 1 }) }
    if (event.prevHash !== last.hash) return { refusal: broken(event, 'broken-chain') }
    fresh.push(event)
    last = { seq: event.seq, hash: event.hash }
  }
  return { fresh, duplicates }
}
