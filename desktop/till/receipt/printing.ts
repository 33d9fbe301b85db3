import type { PrintDocument } from '../../../hardware/protocols/print-document.ts'
import type { TillContext } from '../till-context.ts'
import { instantAt } from '../till-context.ts'
import { type ReceiptContent, saleDocument } from './sale-document.ts'
import { type ZReportContent, zDocument } from './z-document.ts'

/** Puts papers into the spool, in the transaction of the fact that they are about. */
export interface ReceiptPrinting {
  enqueueReceipt(content: ReceiptContent): void
  enqueueZReport(content: ZReportContent & { sessionId: string }): void
}

/**
 * @param hasPrinter without one, papers are kept for a later reprint instead of waiting for a printer that nobody has
 */
export function createReceiptPrinting(context: TillContext, hasPrinter: boolean): ReceiptPrinting {
  const { db, locale } = context
  const insert = db.prepare(`
    insert into print_job (id, kind, sale_id, session_id, document, created_at, state, last_error)
    values (@id, @kind, @saleId, @sessionId, @document, @createdAt, @state, @lastError)`)
  const enqueue = (job: {
    kind: 'receipt' | 'z-report'
    saleId: string | null
    sessionId: string
    document: PrintDocument
  }) => {
    insert.run({
      ...job,
      id: context.newId(),
      document: JSON.stringify(job.document),
      createdAt: instantAt(context.now()),
      state: hasPrinter ? 'waiting' : 'kept',
      lastError: hasPrinter ? null : 'no printer is set up',
    })
  }
  return {
    enqueueReceipt: (content) =>
      enqueue({
        kind: 'receipt',
        saleId: content.sale.saleId,
        sessionId: content.sale.sessionId,
        document: saleDocument(content, context.place(), locale),
      }),
    enqueueZReport: ({ sessionId, ...content }) =>
      enqueue({
        kind: 'z-report',
        saleId: null,
        sessionId,
        document: zDocument(content, context.place(), locale),
      }),
  }
}
