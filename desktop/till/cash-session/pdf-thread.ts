import { parentPort, workerData } from 'node:worker_threads'
import { pdfOf } from '../../../hardware/protocols/print-pdf.ts'
import type { PdfTask } from './z-archive.ts'

// One paper, and the thread ends.
const { paper, created } = workerData as PdfTask
parentPort?.postMessage(await pdfOf(paper, created))
