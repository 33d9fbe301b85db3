import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { PaperView } from '../../bridge/views.ts'
import type { Operators } from '../operator/operator.ts'
import type { TillContext } from '../till-context.ts'
import type { ReceiptPrinting } from './printing.ts'
import { createPaperReader } from './stored-paper.ts'

interface Parts {
  operators: Operators
  printing: ReceiptPrinting
}

/** As many as have a digit for a key. */
const LISTED = 9

/**
 * The papers of this till's drawer: reports, slips and refunds, printed or kept. Receipts are found by their sales.
 * Refused: `locked`, `not-allowed`; to `print` also `no-printer`, and `field-not-readable` for a paper that is not there.
 * @returns `list`, newest first, and `print`, which prints one again, marked as a copy
 */
export function createPapers({ db, changes, atomically }: TillContext, { operators, printing }: Parts) {
  const newest = db.prepare(`
    select id, created_at as at, state, document from print_job
    where kind not in ('receipt', 'copy') order by id desc limit ${LISTED}`)
  const paperOf = createPaperReader(db)

  const list = (): PaperView[] | Refusal => {
    const operator = operators.require('cash-session.report')
    if (isRefusal(operator)) return operator
    const rows = newest.all() as { id: string; at: string; state: string; document: string }[]
    return rows.map(({ id, at, state, document }) => {
      const paper = paperOf(document)
      return { paperId: id, title: 'unreadable' in paper ? '' : paper.title, at, kept: state === 'kept' }
    })
  }

  const print = (paperId: string): null | Refusal => {
    const operator = operators.require('cash-session.report')
    if (isRefusal(operator)) return operator
    if (!printing.prints) return refuse('no-printer')
    const known = atomically(() => printing.enqueueAgain(paperId))
    if (!known) return refuse('field-not-readable', { field: 'paperId', reason: 'unknown' })
    changes.touch('print')
    return null
  }

  return { list, print }
}
