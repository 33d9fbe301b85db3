import type { SaleCompleted } from '../../../domain/sale/events.ts'
import type { PrintDocument } from '../../../hardware/protocols/print-document.ts'
import type { XReportView } from '../../bridge/views.ts'
import type { SoldSale } from '../counter/sold-sales.ts'
import { incarnationOf } from '../journal/history.ts'
import type { Place } from '../place.ts'
import type { TillContext } from '../till-context.ts'
import { instantAt } from '../till-context.ts'
import {
  type AddendumContent,
  addendumDocument,
  type HandoverContent,
  handoverDocument,
} from './drawer-documents.ts'
import { type DrawerSlip, drawerSlipDocument } from './drawer-slip.ts'
import { asDuplicate } from './duplicate.ts'
import { type RefundContent, refundDocument } from './refund-document.ts'
import { copyDocument } from './sale-copy.ts'
import { createPaperReader, type ReceiptDraft } from './stored-paper.ts'
import { xDocument, type ZReportContent, zDocument } from './z-document.ts'

/** Puts papers into the spool, in the transaction of the fact that they are about. */
export interface ReceiptPrinting {
  /** @param paper what it says beside the sale, which it reads from the journal when it is printed */
  enqueueReceipt(
    sale: SaleCompleted,
    paper: { seq: number; cashierName: string; packs: string[]; loyaltyNumber?: string },
  ): void
  /** @param place where the drawer stands: another register's, when it was closed from here */
  enqueueZReport(content: ZReportContent & { sessionId: string }, place: Place): void
  enqueueAddendum(content: AddendumContent): void
  enqueueHandover(content: HandoverContent & { sessionId: string }): void
  enqueueXReport(content: { sessionId: string; report: XReportView }): void
  enqueueDrawerSlip(content: { sessionId: string; slip: DrawerSlip }): void
  enqueueRefund(content: RefundContent): void
  /** The receipt of any sale of the branch once more, marked as a copy. */
  enqueueCopy(sold: SoldSale): void
  /** A stored paper once more, marked as a copy. @returns whether there is such a paper, and it can be read */
  enqueueAgain(paperId: string): boolean
  /** Whether what is put into the spool is printed, and not only kept. */
  readonly prints: boolean
}

interface Paper {
  kind: 'receipt' | 'z-report' | 'x-report' | 'drawer-slip' | 'z-addendum' | 'refund' | 'copy'
  saleId: string | null
  sessionId: string
  document: PrintDocument | ReceiptDraft
}

type Enqueue = (job: Paper) => void

/** Puts a stored paper into the spool again; one that was kept has then had its print. */
function createEnqueueAgain({ db, locale }: TillContext, enqueue: Enqueue) {
  const read = db.prepare(
    'select sale_id as saleId, session_id as sessionId, document from print_job where id = ?',
  )
  const settle = db.prepare(
    `update print_job set state = 'printed', last_error = 'printed as a copy' where id = ? and state = 'kept'`,
  )
  const paperOf = createPaperReader(db)
  return (paperId: string): boolean => {
    const stored = read.get(paperId) as
      | { saleId: string | null; sessionId: string; document: string }
      | undefined
    const paper = stored && paperOf(stored.document)
    if (!paper || 'unreadable' in paper) return false
    enqueue({ ...stored, kind: 'copy', document: asDuplicate(paper, locale) })
    settle.run(paperId)
    return true
  }
}

/** Puts papers into the spool, in the caller's transaction. */
function createEnqueue(context: TillContext, hasPrinter: boolean): Enqueue {
  const insert = context.db.prepare(`
    insert into print_job (id, kind, sale_id, session_id, document, created_at, state, last_error)
    values (@id, @kind, @saleId, @sessionId, @document, @createdAt, @state, @lastError)`)
  return (job) => {
    insert.run({
      ...job,
      id: context.newId(),
      document: JSON.stringify(job.document),
      createdAt: instantAt(context.now()),
      state: hasPrinter ? 'waiting' : 'kept',
      lastError: hasPrinter ? null : 'no printer is set up',
    })
  }
}

/**
 * @param hasPrinter without one, papers are kept for a later reprint instead of waiting for a printer that nobody has
 */
export function createReceiptPrinting(context: TillContext, hasPrinter: boolean): ReceiptPrinting {
  const { db, locale } = context
  const incarnation = incarnationOf(db)
  const journal = incarnation > 0 ? { incarnation } : {}
  const enqueue = createEnqueue(context, hasPrinter)
  return {
    enqueueReceipt: ({ saleId, sessionId }, paper) =>
      enqueue({
        kind: 'receipt',
        saleId,
        sessionId,
        document: { receipt: { ...paper, ...journal, place: context.place(), locale } },
      }),
    enqueueAddendum: (content) =>
      enqueue({
        kind: 'z-addendum',
        saleId: null,
        sessionId: content.addendum.sessionId,
        document: addendumDocument(content, context.place(), locale),
      }),
    enqueueHandover: ({ sessionId, ...content }) =>
      enqueue({
        kind: 'drawer-slip',
        saleId: null,
        sessionId,
        document: handoverDocument(content, context.place(), locale),
      }),
    enqueueZReport: ({ sessionId, ...content }, place) =>
      enqueue({
        kind: 'z-report',
        saleId: null,
        sessionId,
        document: zDocument(content, place, locale),
      }),
    enqueueXReport: ({ sessionId, report }) =>
      enqueue({
        kind: 'x-report',
        saleId: null,
        sessionId,
        document: xDocument(report, context.place(), locale),
      }),
    enqueueDrawerSlip: ({ sessionId, slip }) =>
      enqueue({
        kind: 'drawer-slip',
        saleId: null,
        sessionId,
        document: drawerSlipDocument(slip, context.place(), locale),
      }),
    enqueueRefund: (content) =>
      enqueue({
        kind: 'refund',
        saleId: content.refund.saleId,
        sessionId: content.refund.sessionId,
        document: refundDocument(content, context.place(), locale),
      }),
    enqueueCopy: (sold) =>
      enqueue({
        kind: 'copy',
        saleId: sold.sale.id,
        sessionId: sold.sale.session_id,
        document: asDuplicate(copyDocument(sold, context.place(), locale), locale),
      }),
    enqueueAgain: createEnqueueAgain(context, enqueue),
    prints: hasPrinter,
  }
}
