import Database from 'better-sqlite3'
import { TILL_TABLES } from '../../desktop/till/replica/load.ts'
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

/** Whether a till has all its rows: each of its tables has joined the others. */
function isWhole({ databaseFile }: Pick<TestTill, 'databaseFile'>): boolean {
  const db = new Database(databaseFile, { readonly: true })
  try {
    const joined = db.prepare('select shape from replica_shape').pluck().all()
    return TILL_TABLES.every((table) => joined.includes(table))
  } finally {
    db.close()
  }
}

/** Waits until the first replica of all these tills is in. @throws Error when that takes longer than `limitMs` */
export const untilWhole = (tills: readonly Pick<TestTill, 'databaseFile'>[], limitMs = 60_000) =>
  until('the first replicas to be in', () => tills.every(isWhole), limitMs)
