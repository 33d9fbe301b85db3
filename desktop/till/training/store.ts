import { rm } from 'node:fs/promises'
import { PROJECTED_KEYS } from '../../../domain/journal/tables.ts'
import { SYNCED_TABLES, type SyncedTable } from '../../../migrations/synced-tables.ts'
import { tellsOfJournals } from '../replica/stages.ts'
import { openTillDatabase, type TillDatabase } from '../store/database.ts'

/** Rows copied between two turns of the event loop: a sale at the counter waits for no more than these. */
const SLICE_ROWS = 500

/** Sums that a trainee sells from. */
const COPIED_SUMS: readonly string[] = ['stock_on_hand', 'account_balance', 'voucher_balance']

/** What a trainee sells from: everything head office writes, and what is on the shelves. No sale, drawer or journal. */
const COPIED = SYNCED_TABLES.filter(
  ({ table, till }) =>
    till !== null &&
    !tellsOfJournals(table) &&
    (!Object.hasOwn(PROJECTED_KEYS, table) || COPIED_SUMS.includes(table)),
)

/**
 * Makes a database to train on beside the till's own, which is only read.
 * @param real the till's database
 * @param file where; whatever lay there is gone
 */
export async function openTrainingStore(real: TillDatabase, file: string): Promise<TillDatabase> {
  await removeTrainingStore(file)
  const db = await openTillDatabase(file)
  try {
    // A till in the middle of its first replica has lines whose product has not come yet.
    db.pragma('foreign_keys = OFF')
    for (const synced of COPIED) await copyTable(real, db, synced)
    db.pragma('foreign_keys = ON')
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Removes what {@link openTrainingStore} made; nothing there is nothing to do. */
export async function removeTrainingStore(file: string): Promise<void> {
  for (const part of ['', '-wal', '-shm']) await rm(`${file}${part}`, { force: true })
}

async function copyTable(real: TillDatabase, db: TillDatabase, { table, key, columns }: SyncedTable) {
  const names = Object.keys(columns)
  const list = (of: readonly string[]) => of.map((name) => `"${name}"`).join(', ')
  const marks = (of: readonly string[]) => of.map(() => '?').join(', ')
  const select = `select ${list(names)} from "${table}"`
  const order = `order by ${list(key)} limit ${SLICE_ROWS}`
  const first = real.prepare(`${select} ${order}`).raw()
  const after = real.prepare(`${select} where (${list(key)}) > (${marks(key)}) ${order}`).raw()
  const insert = db.prepare(`insert into "${table}" (${list(names)}) values (${marks(names)})`)
  const write = db.transaction((rows: unknown[][]) => {
    for (const row of rows) insert.run(row)
  })
  const keyPlaces = key.map((name) => names.indexOf(name))
  let rows = first.all() as unknown[][]
  while (rows.length > 0) {
    write(rows)
    await new Promise(setImmediate)
    const last = rows.at(-1) ?? []
    rows = after.all(keyPlaces.map((place) => last[place])) as unknown[][]
  }
}
