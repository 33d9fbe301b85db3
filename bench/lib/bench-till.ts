import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkpointWhenQuiet } from '../../desktop/till/checkpoints.ts'
import { databaseFile } from '../../desktop/till/data-folder.ts'
import { openTillDatabase, type TillDatabase } from '../../desktop/till/store/database.ts'
import { seedTill, TEST_STAFF } from '../../desktop/till/test-fixtures.ts'
import { createTill, type Till } from '../../desktop/till/till.ts'
import type { ProductRow } from '../../domain/catalogue/product.ts'
import { minor } from '../../domain/money.ts'

/** A till on a disk of its own, unlocked, its drawer open. */
export interface BenchTill {
  dir: string
  db: TillDatabase
  till: Till
  close(): void
}

/** @param products its catalogue; the fixture's twenty when absent */
export async function openBenchTill(products?: ProductRow[]): Promise<BenchTill> {
  const dir = mkdtempSync(join(tmpdir(), 'pharmasaas-bench-'))
  const seeded = await seedTill(dir, products)
  const db = await openTillDatabase(databaseFile(dir))
  const till = createTill({ db, identity: seeded.identity, locale: 'fr', hasPrinter: true })
  const stopCheckpoints = checkpointWhenQuiet(db)
  const operator = await till.operators.unlock(TEST_STAFF.pharmacist.pin)
  if ('refused' in operator) throw new Error(operator.refused)
  const session = till.openSession(minor(15_000))
  if ('refused' in session) throw new Error(session.refused)
  return {
    dir,
    db,
    till,
    close: () => {
      stopCheckpoints()
      db.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
