import { createHash } from 'node:crypto'
import { mkdir, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { PrintDocument } from '../../../hardware/protocols/print-document.ts'
import { createPaperReader } from '../receipt/stored-paper.ts'
import type { Changes } from '../store/changes.ts'
import type { TillDatabase } from '../store/database.ts'
import { instantAt } from '../till-context.ts'

interface Options {
  db: TillDatabase
  changes: Changes
  /** Folder of the PDFs; made when missing. */
  dir: string
  now(): number
  log(detail: { stored: string } | { failed: string }): void
}

type Job = { id: string; sessionId: string; document: string; createdAt: string }

/** What the thread is given: a paper, and when it was made (ISO 8601). */
export interface PdfTask {
  paper: PrintDocument
  created: string
}

/** On a thread that ends with it: no sale waits for a library and its fonts, and the till keeps none of their memory. */
function pdfOnThread(task: PdfTask): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./pdf-thread.ts', import.meta.url), { workerData: task })
    thread.once('message', resolve)
    thread.once('error', reject)
    // Settled by then, unless it ended without a word.
    thread.once('exit', (code) => reject(new Error(`the PDF's thread ended with ${code}`)))
  })
}

/** A file's bytes on the disk under their name, whole or not at all. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const part = `${path}.part`
  const file = await open(part, 'w', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(part, path)
}

/** `z-7-a1b2c3d4.pdf`: by its number as printed, and the end of its job's id, which no other paper has. */
const nameOf = (title: string, id: string): string =>
  `z-${(/\d+(?: - \d+)?$/.exec(title)?.[0] ?? '').replaceAll(' ', '')}-${id.slice(-8)}.pdf`

/**
 * Stores each Z report and addendum as a PDF beside the till's file, from the paper that was laid out when it was made.
 * Closing a drawer does not wait for it: what is not stored yet is stored at the next start.
 * @returns `settled`, when everything so far is stored or has failed, and `stop`
 */
export function startZArchive({ db, changes, dir, now, log }: Options) {
  const readNext = db.prepare(`
    select j.id, j.session_id as sessionId, j.document, j.created_at as createdAt from print_job j
    where j.kind in ('z-report', 'z-addendum') and j.id > ? and not exists (select 1 from z_paper p where p.job_id = j.id)
    order by j.id limit 1`)
  const note = db.prepare(
    'insert into z_paper (job_id, session_id, file, sha256, stored_at) values (?, ?, ?, ?, ?)',
  )
  const paperOf = createPaperReader(db)
  let stopped = false

  const store = async (job: Job) => {
    const paper = paperOf(job.document)
    if ('unreadable' in paper) return log({ failed: paper.unreadable })
    const file = nameOf(paper.title, job.id)
    const bytes = await pdfOnThread({ paper, created: job.createdAt })
    await mkdir(dir, { recursive: true, mode: 0o700 })
    await writeWhole(join(dir, file), bytes)
    if (stopped) return
    note.run(job.id, job.sessionId, file, createHash('sha256').update(bytes).digest('hex'), instantAt(now()))
    log({ stored: file })
  }

  const storeAll = async () => {
    let after = ''
    while (!stopped) {
      const job = readNext.get(after) as Job | undefined
      if (!job) return
      after = job.id
      await store(job).catch((error: unknown) => log({ failed: String(error) }))
    }
  }

  let working: Promise<void> = storeAll()
  const ignore = changes.listen((topics) => {
    if (topics.has('session')) working = working.then(storeAll)
  })
  return {
    settled: () => working,
    stop: async () => {
      ignore()
      stopped = true
      await working
    },
  }
}
