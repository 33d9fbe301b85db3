import type { TillDatabase } from '../store/database.ts'
import { columnsOf } from './load.ts'
import { askRefetch } from './verify/refetch.ts'

/**
 * Asks for tables to be fetched anew that have a column which is new in this build: rows that are here already lack it. Of
 * tables that an earlier build left without a word of their columns, it takes note of those of now.
 */
export function askWidened(db: TillDatabase): void {
  const followed = db.prepare('select shape, schema from replica_shape').all() as {
    shape: string
    schema: string
  }[]
  const note = db.prepare('update replica_shape set schema = ? where shape = ?')
  for (const { shape, schema } of followed) if (schema === '') note.run(columnsOf(shape), shape)
  const lacks = ({ shape, schema }: { shape: string; schema: string }) => {
    const before = new Set(schema.split(' '))
    const now = columnsOf(shape).split(' ')
    return schema !== '' && now.some((column) => !before.has(column))
  }
  const wider = followed.filter(lacks).map(({ shape }) => shape)
  if (wider.length > 0) askRefetch(db, wider)
}
