import { z } from 'zod'
import { journalEventSchema } from '../../../domain/journal/event.ts'
import { newestVersion } from '../../../domain/journal/families.ts'
import type { Locale } from '../../../domain/refusals.ts'
import { saleCompletedSchema } from '../../../domain/sale/events.ts'
import { type PrintDocument, printDocumentSchema } from '../../../hardware/protocols/print-document.ts'
import { incarnationOf } from '../journal/history.ts'
import { placeSchema } from '../place.ts'
import type { TillDatabase } from '../store/database.ts'
import { saleDocument } from './sale-document.ts'

/**
 * A receipt as a sale's own transaction stores it: the fact by its place in the journal, which nobody can change, and
 * beside it whatever else the paper says, as it was at that moment. Laying it out is left to whoever prints it: four
 * times the bytes, and none of the seller's time.
 */
const receiptDraftSchema = z.strictObject({
  receipt: z.strictObject({
    /** The sale's event in this till's journal. */
    seq: z.int().positive(),
    /** Which of this till's journals; 0 when absent. */
    incarnation: z.int().positive().optional(),
    cashierName: z.string(),
    /** What is in the pack, line by line. */
    packs: z.array(z.string()),
    /** Of the customer's card. */
    loyaltyNumber: z.string().optional(),
    place: placeSchema,
    locale: z.enum(['fr', 'en', 'de'] satisfies Locale[]),
  }),
})
export type ReceiptDraft = z.infer<typeof receiptDraftSchema>

/**
 * Lays out what `print_job.document` holds: the same text gives the same paper however often and whenever.
 * @returns a reader that gives the paper, or why there is none
 */
export function createPaperReader(
  db: TillDatabase,
): (stored: string) => PrintDocument | { unreadable: string } {
  const present = incarnationOf(db)
  const readEvent = db.prepare('select body from journal where seq = ?').pluck()
  const readPast = db.prepare('select body from journal_past where incarnation = ? and seq = ?').pluck()

  const layOut = ({ receipt }: ReceiptDraft): PrintDocument | { unreadable: string } => {
    const { seq, incarnation = 0 } = receipt
    const body = (incarnation === present ? readEvent.get(seq) : readPast.get(incarnation, seq)) as
      | string
      | undefined
    if (body === undefined) return { unreadable: `the journal has no event ${seq}` }
    const { at, hash, payload } = newestVersion(journalEventSchema.parse(JSON.parse(body)))
    const sale = saleCompletedSchema.parse(payload)
    const packs = new Map(sale.lines.map((line, index) => [line.lineId, receipt.packs[index] ?? '']))
    const { cashierName, place, locale, loyaltyNumber = null } = receipt
    return saleDocument({ sale, at, cashierName, packs, hash, loyaltyNumber }, place, locale)
  }

  return (stored) => {
    try {
      const value: object = JSON.parse(stored)
      return 'receipt' in value ? layOut(receiptDraftSchema.parse(value)) : printDocumentSchema.parse(value)
    } catch (error) {
      if (error instanceof SyntaxError) return { unreadable: `not JSON: ${error.message}` }
      const issue = error instanceof z.ZodError ? error.issues[0] : undefined
      return { unreadable: issue ? `${issue.path.join('.')}: ${issue.message}` : String(error) }
    }
  }
}
