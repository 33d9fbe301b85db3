import type { Locale } from '../../../domain/refusals.ts'
import {
  type PrintDocument,
  type PrintElement,
  printDocumentSchema,
  text,
} from '../../../hardware/protocols/print-document.ts'
import { WORDS } from '../receipt/wording.ts'
import type { TillDatabase } from '../store/database.ts'

/** A job to print, its document still as it was stored. */
export interface StoredJob {
  id: string
  document: string
}

/** The document as JSON holds it, or why it cannot be printed. */
export function parseDocument(stored: string): PrintDocument | { unreadable: string } {
  let value: unknown
  try {
    value = JSON.parse(stored)
  } catch (error) {
    return { unreadable: `not JSON: ${(error as Error).message}` }
  }
  const parsed = printDocumentSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  return { unreadable: `${issue?.path.join('.')}: ${issue?.message}` }
}

/**
 * The document as a duplicate says it: the word on top, and no drawer pulse, since the drawer opens for a payment and
 * not for a paper. Marking it again changes nothing.
 */
export function asDuplicate(document: PrintDocument, locale: Locale): PrintDocument {
  const mark = text(WORDS[locale].duplicate, { align: 'center', bold: true, size: 'double' })
  const isMark = (element: PrintElement | undefined) =>
    element?.kind === 'text' && element.text === WORDS[locale].duplicate
  const elements = document.elements.filter((element) => element.kind !== 'drawer-pulse')
  return { ...document, elements: isMark(elements[0]) ? elements : [mark, ...elements] }
}

export type Jobs = ReturnType<typeof createJobs>

/** The spool's statements over `print_job`. A job's row is never deleted. */
export function createJobs(db: TillDatabase, locale: Locale) {
  const next = db.prepare(`select id, document from print_job where state = 'waiting' order by id limit 1`)
  const interrupted = db.prepare(`select id, document from print_job where state = 'printing' order by id`)
  const countWaiting = db
    .prepare(`select count(*) from print_job where state in ('waiting', 'printing')`)
    .pluck()
  const begin = db.prepare(`update print_job set state = 'printing', attempts = attempts + 1 where id = ?`)
  const finish = db.prepare(
    `update print_job set state = 'printed', printed_at = ?, last_error = null where id = ?`,
  )
  const settle = db.prepare(
    `update print_job set state = @state, last_error = @reason, document = @document where id = @id`,
  )
  const wait = (job: StoredJob, reason: string) => settle.run({ ...job, state: 'waiting', reason })
  const keep = (job: StoredJob, reason: string) => settle.run({ ...job, state: 'kept', reason })
  const waitAsDuplicate = (job: StoredJob, reason: string) => {
    const document = parseDocument(job.document)
    if ('unreadable' in document) keep(job, document.unreadable)
    else wait({ ...job, document: JSON.stringify(asDuplicate(document, locale)) }, reason)
  }
  return {
    next: () => next.get() as StoredJob | undefined,
    waiting: () => countWaiting.get() as number,
    begin: (job: StoredJob) => begin.run(job.id),
    finish: (job: StoredJob, printedAt: string) => finish.run(printedAt, job.id),
    /** Back into the queue, nothing being on paper. */
    wait,
    /** Back into the queue, some or all of it perhaps being on paper already. */
    waitAsDuplicate,
    /** Out of the queue, for people to look at. */
    keep,
    /** Jobs that were under way when the till stopped go first again, as duplicates. */
    recover: db.transaction(() => {
      const jobs = interrupted.all() as StoredJob[]
      for (const job of jobs) waitAsDuplicate(job, 'interrupted while printing')
      return jobs.length
    }),
  }
}
