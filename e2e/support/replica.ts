import Database from 'better-sqlite3'
import type { TestTill } from './product.ts'
import { until } from './until.ts'

/** Whether a till can be unlocked and sells: its catalogue and its people are in. Read beside the running till. */
function canSell({ databaseFile }: Pick<TestTill, 'databaseFile'>, products: number): boolean {
  const db = new Database(databaseFile, { readonly: true })
  try {
    const count = (table: string) => db.prepare(`select count(*) from ${table}`).pluck().get() as number
    return count('product') >= products && count('staff_pin') > 0
  } finally {
    db.close()
  }
}

/**
 * Waits until people can sell so many products, or the whole catalogue, at all of these tills.
 * @throws Error when that takes longer than `limitMs`
 */
export const untilTheySell = (
  tills: readonly Pick<TestTill, 'databaseFile'>[],
  limitMs = 60_000,
  products = 20_001,
) => until('people to be able to sell', () => tills.every((till) => canSell(till, products)), limitMs)
