import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import Database from 'better-sqlite3'
import { wordBadOption, wordFileTrouble } from '../../../domain/command-line.ts'
import { encodeEscPos } from '../../../hardware/protocols/esc-pos/encode.ts'
import { PRINTER_PROFILES } from '../../../hardware/protocols/esc-pos/profiles.ts'
import type { PrintDocument } from '../../../hardware/protocols/print-document.ts'
import { databaseFile } from '../data-folder.ts'
import { DEMO_PLACE, DEMO_RECEIPT } from './demo.ts'
import { saleDocument } from './sale-document.ts'
import { createPaperReader } from './stored-paper.ts'

const HELP = `Usage: npm run receipt -- --sale <id or demo> --out <file> [--data <dir>] [--profile <printer>] [--locale <language>]

Writes the ESC/POS bytes of a receipt.

  --sale <id|demo>    the sale's id, or "demo" for a fixed sale of three real products
  --out <file>        where the bytes go
  --data <dir>        the till's data folder (needed for a real sale; the till may be running)
  --profile <name>    ${Object.keys(PRINTER_PROFILES).join(', ')} (default: epson-80)
  --locale <name>     language of the demo receipt: fr, en or de (default: fr)
  --help              this text
`

class UsageError extends Error {}

/** The paper as the till put it into its spool when the sale was made. */
function storedDocument(dataDir: string, saleId: string): PrintDocument {
  const file = databaseFile(dataDir)
  if (!existsSync(file)) throw new UsageError(`There is no till data in ${dataDir}.`)
  const db = new Database(file, { readonly: true })
  try {
    const stored = db
      .prepare(`select document from print_job where sale_id = ? and kind = 'receipt' order by id limit 1`)
      .pluck()
      .get(saleId) as string | undefined
    if (!stored) throw new UsageError(`This till made no sale ${saleId}.`)
    const paper = createPaperReader(db)(stored)
    if ('unreadable' in paper) throw new Error(`The stored receipt cannot be read: ${paper.unreadable}`)
    return paper
  } finally {
    db.close()
  }
}

function readFlags() {
  const option = { type: 'string' } as const
  try {
    return parseArgs({
      options: {
        sale: option,
        out: option,
        data: option,
        profile: { ...option, default: 'epson-80' },
        locale: { ...option, default: 'fr' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    throw new UsageError(wordBadOption(error, 'npm run receipt') ?? String(error))
  }
}

async function main(): Promise<void> {
  const { sale, out, data, profile, locale, help } = readFlags()
  if (help) {
    process.stdout.write(HELP)
    return
  }
  if (!sale) throw new UsageError('--sale is missing: give the id of a sale, or "demo".')
  if (!out) throw new UsageError('--out is missing: name the file for the bytes.')
  if (!Object.hasOwn(PRINTER_PROFILES, profile)) {
    throw new UsageError(`--profile must be one of ${Object.keys(PRINTER_PROFILES).join(', ')}.`)
  }
  if (locale !== 'fr' && locale !== 'en' && locale !== 'de')
    throw new UsageError('--locale must be fr, en or de.')
  if (sale !== 'demo' && !data)
    throw new UsageError('--data is missing: name the folder of the till that made this sale.')
  const document =
    sale === 'demo' ? saleDocument(DEMO_RECEIPT, DEMO_PLACE, locale) : storedDocument(data ?? '', sale)
  const bytes = encodeEscPos(document, PRINTER_PROFILES[profile as keyof typeof PRINTER_PROFILES])
  try {
    await writeFile(out, bytes)
  } catch (error) {
    throw new UsageError(`${out} cannot be written: ${wordFileTrouble(error)}.`)
  }
  process.stdout.write(`${document.title}: ${bytes.length} bytes of ESC/POS in ${out}\n`)
}

main().catch((error) => {
  process.stderr.write(`${error instanceof UsageError ? error.message : ((error as Error).stack ?? error)}\n`)
  process.exitCode = error instanceof UsageError ? 2 : 1
})
