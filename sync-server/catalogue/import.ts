import { sql } from 'kysely'
import { v7 } from 'uuid'
import type { Skipped } from '../../domain/catalogue/bdpm/catalogue.ts'
import type { BdpmEncoding } from '../../domain/catalogue/bdpm/table.ts'
import type { ProductRow } from '../../domain/catalogue/product.ts'
import type { ServerDatabase } from '../database/pool.ts'
import type { BdpmFolder } from './files.ts'
import { assertPlausible, type ImportPlan, type PriceChange, planImport } from './plan.ts'

/** Rows a transaction: tills replicate each one whole, and a sale there waits behind it. */
const ROWS_PER_TRANSACTION = 500

/** Any number, as long as every import asks for the same one. */
const IMPORT_LOCK = 7_301_304_001

export interface ImportReport {
  source: string
  sourceDate: string
  files: { name: string; lines: number; encoding: BdpmEncoding }[]
  /** Presentations in the files. */
  read: number
  added: number
  /** Of the added, how many the list itself gives as withdrawn. */
  addedWithdrawn: number
  changed: number
  withdrawn: number
  unchanged: number
  priceChanges: number
  /** Prices of the list that were not taken, since head office has set another. */
  pricesHeld: number
  priceChangeExamples: PriceChange[]
  fieldsChanged: Record<string, number>
  skipped: { reason: Skipped['reason']; count: number; examples: Skipped[] }[]
  transactions: number
}

export interface ImportOptions {
  /** `YYYY-MM-DD` from which new prices count. */
  sourceDate: string
  now: () => Date
  progress?: (done: number, of: number) => void
}

/** What the source of a price begins with that a person at head office set (`api/prices.ts`). */
export const HEAD_OFFICE = 'head office: '

const EXAMPLES = 5

function groupSkipped(skipped: readonly Skipped[]): ImportReport['skipped'] {
  const groups = Map.groupBy(skipped, ({ reason }) => reason)
  return [...groups].map(([reason, all]) => ({ reason, count: all.length, examples: all.slice(0, EXAMPLES) }))
}

/** The stored catalogue. Counters come as numbers, whatever the connection makes of bigint. */
async function storedProducts(db: ServerDatabase): Promise<ProductRow[]> {
  const rows = await db.selectFrom('product').selectAll().execute()
  return rows.map((row) => ({ ...row, price: row.price === null ? null : Number(row.price) }))
}

/** Products whose newest price is a decision of head office, by id: the list does not take it away. */
async function heldPrices(db: ServerDatabase): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('product_price as p')
    .innerJoin('catalogue_import as i', 'i.id', 'p.import_id')
    .distinctOn('p.product_id')
    .orderBy('p.product_id')
    .orderBy('i.imported_at', 'desc')
    .orderBy('i.id', 'desc')
    .select(['p.product_id as id', 'i.source'])
    .execute()
  return new Set(rows.filter(({ source }) => source.startsWith(HEAD_OFFICE)).map(({ id }) => id))
}

/** One transaction: these rows as they shall be, and the prices that are new in them. */
async function writeBatch(
  db: ServerDatabase,
  rows: readonly ProductRow[],
  newPrices: ReadonlySet<string>,
  importId: string,
  sourceDate: string,
): Promise<void> {
  const prices = rows.flatMap(({ id, cip13, price }) =>
    price !== null && newPrices.has(cip13)
      ? [{ product_id: id, valid_from: sourceDate, price, import_id: importId }]
      : [],
  )
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('product')
      .values([...rows])
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((eb) => ({
          cip7: eb.ref('excluded.cip7'),
          cis: eb.ref('excluded.cis'),
          name: eb.ref('excluded.name'),
          pack: eb.ref('excluded.pack'),
          form: eb.ref('excluded.form'),
          holder: eb.ref('excluded.holder'),
          substances: eb.ref('excluded.substances'),
          price: eb.ref('excluded.price'),
          currency: eb.ref('excluded.currency'),
          reimbursement_bp: eb.ref('excluded.reimbursement_bp'),
          prescription_list: eb.ref('excluded.prescription_list'),
          generic_group_id: eb.ref('excluded.generic_group_id'),
          generic_group_name: eb.ref('excluded.generic_group_name'),
          vat_rate_bp: eb.ref('excluded.vat_rate_bp'),
          status: eb.ref('excluded.status'),
        })),
      )
      .execute()
    if (prices.length > 0) await trx.insertInto('product_price').values(prices).execute()
  })
}

async function apply(
  db: ServerDatabase,
  plan: ImportPlan,
  report: ImportReport,
  options: ImportOptions,
): Promise<number> {
  const rows = [...plan.added, ...plan.changed, ...plan.withdrawn]
  if (rows.length === 0) return 0
  const importId = v7()
  await db
    .insertInto('catalogue_import')
    .values({
      id: importId,
      source: report.source,
      source_date: report.sourceDate,
      imported_at: options.now().toISOString(),
      read: report.read,
      added: report.added,
      changed: report.changed,
      withdrawn: report.withdrawn,
      skipped: report.skipped.reduce((sum, { count }) => sum + count, 0),
    })
    .execute()
  const newPrices = new Set([...plan.added, ...plan.priceChanges].map(({ cip13 }) => cip13))
  let transactions = 0
  for (let start = 0; start < rows.length; start += ROWS_PER_TRANSACTION) {
    const batch = rows.slice(start, start + ROWS_PER_TRANSACTION)
    await writeBatch(db, batch, newPrices, importId, report.sourceDate)
    transactions += 1
    options.progress?.(start + batch.length, rows.length)
  }
  return transactions
}

/** Runs one import at a time on a database. @throws Error when another one is running. */
async function holdingLock<T>(db: ServerDatabase, work: () => Promise<T>): Promise<T> {
  return db.connection().execute(async (connection) => {
    const lock = await sql<{ held: boolean }>`select pg_try_advisory_lock(${IMPORT_LOCK}) as held`.execute(
      connection,
    )
    if (!lock.rows[0]?.held) throw new Error('another import is running on this database: let it end first')
    try {
      return await work()
    } finally {
      await sql`select pg_advisory_unlock(${IMPORT_LOCK})`.execute(connection)
    }
  })
}

/**
 * Brings the stored catalogue to what the files say. They have been read whole and are compared whole before the
 * first row is written, so that files with a fault change nothing. Writing goes in many small transactions, each with its share
 * of the price history; after a crash between them the next run does the rest, because it compares again. The same
 * files a second time write nothing at all.
 *
 * Price history: `product_price` gets a row when a price is first seen and whenever it changes, valid from the
 * source's date; of two rows of one day the later import stands. When a price is no longer published the product
 * has none, and the history keeps those it had.
 * @param db a migrated server database with at least two connections
 * @throws ImplausiblePlan, or Error when another import is running; nothing was written then
 */
export async function importBdpm(
  db: ServerDatabase,
  folder: BdpmFolder,
  options: ImportOptions,
): Promise<ImportReport> {
  const { catalogue } = folder
  return holdingLock(db, async () => {
    const stored = await storedProducts(db)
    const skipped = new Set(catalogue.skipped.map(({ cip13 }) => cip13))
    const plan = planImport(stored, catalogue.products, {
      leaveAlone: skipped,
      substancesKnown: catalogue.substancesKnown,
      held: await heldPrices(db),
    })
    assertPlausible(stored, plan)
    const report: ImportReport = {
      source: `BDPM ${folder.label}`,
      sourceDate: options.sourceDate,
      files: catalogue.files,
      read: catalogue.read,
      added: plan.added.length,
      addedWithdrawn: plan.added.filter(({ status }) => status === 'withdrawn').length,
      changed: plan.changed.length,
      withdrawn: plan.withdrawn.length,
      unchanged: plan.unchanged,
      priceChanges: plan.priceChanges.length,
      pricesHeld: plan.pricesHeld,
      priceChangeExamples: plan.priceChanges.slice(0, EXAMPLES),
      fieldsChanged: plan.fieldsChanged,
      skipped: groupSkipped(catalogue.skipped),
      transactions: 0,
    }
    report.transactions = await apply(db, plan, report, options)
    return report
  })
}
