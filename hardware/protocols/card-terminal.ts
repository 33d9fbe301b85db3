import { z } from 'zod'

/**
 * How a till speaks with a card terminal: one TCP connection a question, one line of JSON each way, UTF-8, ended by a line
 * feed. The question names a transaction by the till's own reference; the terminal keeps each reference for good. Asking
 * again for a reference it knows, whatever was asked, answers with what became of it and moves no money. `cancel` of one
 * it has never heard of is remembered too: a question that arrives late is then declined. docs/card-terminal.md says it all.
 */
export const CARD_PROTOCOL = 1

/** Longest line either side reads, bytes. */
export const LINE_LIMIT = 4096

const reference = z.string().min(1).max(64)

/** Minor units of the terminal's currency, without a sign. */
const amount = z.int().positive().max(99_999_999)

/** `of`: the terminal's transaction that the money goes back for; null when it is not known. */
export const cardQuestionSchema = z.discriminatedUnion('do', [
  z.strictObject({ v: z.literal(CARD_PROTOCOL), do: z.literal('pay'), reference, amount }),
  z.strictObject({
    v: z.literal(CARD_PROTOCOL),
    do: z.literal('refund'),
    reference,
    amount,
    of: z.string().min(1).max(64).nullable(),
  }),
  z.strictObject({ v: z.literal(CARD_PROTOCOL), do: z.literal('status'), reference }),
  z.strictObject({ v: z.literal(CARD_PROTOCOL), do: z.literal('cancel'), reference }),
])
export type CardQuestion = z.infer<typeof cardQuestionSchema>

/** Why no money moved. `other` is whatever the card's bank does not say. */
export const declineReasonSchema = z.enum([
  'insufficient-funds',
  'card-expired',
  'card-blocked',
  'wrong-pin',
  'no-card',
  'cancelled',
  'refund-not-possible',
  'other',
])
export type DeclineReason = z.infer<typeof declineReasonSchema>

/** `pending`: the customer is at it. `none`: the terminal has never heard of the reference. */
export const cardAnswerSchema = z.discriminatedUnion('state', [
  z.strictObject({
    reference,
    state: z.literal('approved'),
    amount,
    /** The terminal's own number of it. */
    transaction: z.string().min(1).max(64),
    /** The card as a receipt may show it. */
    card: z.string().max(40),
  }),
  z.strictObject({ reference, state: z.literal('declined'), reason: declineReasonSchema }),
  z.strictObject({ reference, state: z.literal('pending') }),
  z.strictObject({ reference, state: z.literal('none') }),
])
export type CardAnswer = z.infer<typeof cardAnswerSchema>

export const encodeLine = (value: CardQuestion | CardAnswer): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(value)}\n`)

/**
 * Cuts bytes into lines.
 * @returns takes each chunk, answers with the lines it completed; null once a line is longer than {@link LINE_LIMIT}
 */
export function createLineReader(): (chunk: Uint8Array) => string[] | null {
  let rest = Buffer.alloc(0)
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    const lines: string[] = []
    for (let end = rest.indexOf(0x0a); end !== -1; end = rest.indexOf(0x0a)) {
      lines.push(rest.subarray(0, end).toString('utf8'))
      rest = rest.subarray(end + 1)
    }
    return rest.length > LINE_LIMIT || lines.some((line) => line.length > LINE_LIMIT) ? null : lines
  }
}

/** A line as `schema` reads it, or null. */
export function readLine<T>(schema: z.ZodType<T>, line: string): T | null {
  try {
    return schema.safeParse(JSON.parse(line)).data ?? null
  } catch {
    return null
  }
}
