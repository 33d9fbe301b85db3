import type { Locale } from '../../../domain/refusals.ts'
import { asDuplicate } from '../receipt/duplicate.ts'
import { createPaperReader } from '../receipt/stored-paper.ts'
import type { TillDatabase } from '../store/database.ts'

/** A job to print, its document still as it was stored. */
export interface StoredJob {
  id: string
  document: string
}

export type Jobs = ReturnType<typeof createJobs>

/** The spool's statements over `print_job`. A job's row is never deleted. */
export function createJobs(db: TillDatabase, locale: Locale) {
  const read = createPaperReader(db)
  // Said as the index of open jobs says it: printed ones, years of them, are never looked at.
  const open = `from print_job where state in ('waiting', 'printing')`
  const next = db.prepare(`select id, document ${open} and state = 'waiting' order by id limit 1`)
  const interrupted = db.prepare(`select id, document ${open} and state = 'printing' order by id`)
  const countWaiting = db.prepare(`select count(*) ${open}`).pluck()
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
    const document = read(job.document)
    if ('unreadable' in document) keep(job, document.unreadable)
    else wait({ ...job, document: JSON.stringify(asDuplicate(document, locale)) }, reason)
  }
  return {
    /** The paper of a job, or why there is none. */
    paper: (job: StoredJob) => read(job.document),
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
