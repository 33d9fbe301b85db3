import {
  parseIdentifier,
  parseTableName,
  quoteIdentifier,
  splitOutsideQuotes,
} from './catalogue/identifier.ts'
import { loadTable, type Table } from './catalogue/table.ts'
import type { Database } from './database.ts'
import type { DefinitionRecord } from './definition.ts'
import { messageOf, RequestError } from './errors.ts'
import type { ShapeRequest } from './request.ts'
import { parseWhere } from './where/parse.ts'

type ShapeNames = Pick<ShapeRequest, 'table' | 'where' | 'params' | 'columns' | 'replica' | 'log'>

function named<T>(parameter: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new RequestError({ [parameter]: [messageOf(error)] })
  }
}

async function findTable(db: Database, text: string): Promise<Table> {
  const { schema, name } = named('table', () => parseTableName(text))
  const table = await loadTable(db.pool, schema, name)
  if (!table) {
    const full = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
    throw new RequestError({
      table: [
        `Table ${full} does not exist. If the table name contains capitals or special characters you must quote it.`,
      ],
    })
  }
  if (schema === 'pg_catalog' || schema === 'information_schema') {
    throw new RequestError({ table: [`cannot add relation "${name}" to publication`] })
  }
  return table
}

function generatedError(names: readonly string[]): RequestError {
  return new RequestError({
    columns: [
      `The following columns are generated and cannot be included in the shape: ${names.join(', ')}. You can exclude ` +
        "them from the shape by explicitly listing which columns to fetch in the 'columns' query param",
    ],
  })
}

/** Names of the columns to send, by name. */
function chooseColumns(table: Table, text: string | null): string[] {
  const all = table.columns.map((column) => column.name)
  if (text === null) {
    if (table.generated.length > 0) throw generatedError(table.generated)
    return all.sort()
  }
  const asked = new Set(
    named('columns', () => splitOutsideQuotes(text, ',').map((name) => parseIdentifier(name.trim()))),
  )
  const missing = table.columns.filter(({ pkIndex, name }) => pkIndex !== null && !asked.has(name))
  if (missing.length > 0) {
    const names = missing.map((column) => column.name).join(', ')
    throw new RequestError({
      columns: [`The list of columns must include all primary key columns, missing: ${names}`],
    })
  }
  const generated = table.generated.filter((name) => asked.has(name))
  if (generated.length > 0) throw generatedError(generated)
  const unknown = [...asked].filter((name) => !all.includes(name))
  if (unknown.length > 0) {
    throw new RequestError({
      columns: [`The following columns are not found on the table: ${unknown.join(', ')}`],
    })
  }
  return [...asked].sort()
}

/** Compares a request with the catalogue; throws a RequestError naming the parameter that does not fit. */
export async function resolveShape(db: Database, names: ShapeNames): Promise<DefinitionRecord> {
  const table = await findTable(db, names.table)
  const columns = chooseColumns(table, names.columns)
  const where = await parseWhere(names.where, names.params, table)
  return { table, columns, where, replica: names.replica, log: names.log }
}
