import type { ClientBase } from 'pg'
import type { Fill } from '../../domain/journal/difference.ts'
import type { Mutation } from '../../domain/journal/mutation.ts'
import { PROJECTED_KEYS, type ProjectedTable } from '../../domain/journal/tables.ts'
import { type ColumnKind, syncedTable } from '../../migrations/synced-tables.ts'
import { type BulkColumn, bulkInsert, prepared, quoted, unnest } from '../database/bulk.ts'
import { together } from '../database/pool.ts'
import { planMutations, type Step } from './plan.ts'

const kindOf = (table: ProjectedTable, column: string): ColumnKind => {
  const kind = syncedTable(table)?.columns[column]
  if (!kind) throw new TypeError(`${table}.${column} is not a column that facts project into`)
  return kind
}

const columnsOf = (step: Step): BulkColumn[] =>
  [...step.key, ...step.columns].map((name) => ({ name, kind: kindOf(step.table, name) }))

const primaryKey = (table: ProjectedTable) => PROJECTED_KEYS[table].map(quoted).join(', ')

function addStatement(step: Step) {
  const table = quoted(step.table)
  const sums = step.columns.map(
    (name) => `${quoted(name)} = ${table}.${quoted(name)} + excluded.${quoted(name)}`,
  )
  const conflict = `on conflict (${primaryKey(step.table)}) do update set ${sums.join(', ')}`
  return bulkInsert(step.table, columnsOf(step), step.rows, conflict)
}

function setStatement(step: Step) {
  const columns = columnsOf(step)
  const { sql, values } = unnest(columns, step.rows)
  const alias = (name: string) => `fresh.${quoted(name)}`
  const sets = step.columns.map((name) => `${quoted(name)} = ${alias(name)}`).join(', ')
  const match = step.key.map((name) => `${quoted(step.table)}.${quoted(name)} = ${alias(name)}`).join(' and ')
  const names = columns.map(({ name }) => quoted(name)).join(', ')
  return prepared(
    `update ${quoted(step.table)} set ${sets} from ${sql} as fresh(${names}) where ${match}`,
    values,
  )
}

function statementOf(step: Step) {
  if (step.op === 'add') return addStatement(step)
  if (step.op === 'set') return setStatement(step)
  const conflict = `on conflict (${primaryKey(step.table)}) do nothing`
  return bulkInsert(step.table, columnsOf(step), step.rows, conflict)
}

/**
 * Executes what projectors return, on Postgres: the mutations of a whole batch in a handful of multi-row statements
 * with the effect of one by one, sent together. Call it inside a transaction; foreign keys are checked before it returns.
 * @throws pg.DatabaseError when the database refuses a row; the transaction (or savepoint) is then to be rolled back
 */
export async function applyMutations(client: ClientBase, mutations: readonly Mutation[]): Promise<void> {
  const steps = planMutations(mutations).map((step) => client.query(statementOf(step)))
  await together([
    ...steps,
    client.query('set constraints all immediate'),
    client.query('set constraints all deferred'),
  ])
}

const WAS = 'was '

/** Fills of one table that set the same columns. */
function fillStatement(table: ProjectedTable, fills: readonly Fill[]) {
  const columns = Object.keys(fills[0]?.set ?? {})
  const key: readonly string[] = PROJECTED_KEYS[table]
  const named = [...key, ...columns].map((name) => ({ name, kind: kindOf(table, name) }))
  const before = columns.map((name) => ({ name: `${WAS}${name}`, kind: kindOf(table, name) }))
  const rows = fills.map((fill) => ({
    ...fill.key,
    ...fill.set,
    ...Object.fromEntries(columns.map((name) => [`${WAS}${name}`, fill.was[name]])),
  }))
  const { sql, values } = unnest([...named, ...before], rows)
  const sets = columns.map((column) => {
    const name = quoted(column)
    const held = `old.${name} is not distinct from fresh.${quoted(`${WAS}${column}`)}`
    return `${name} = case when ${held} then fresh.${name} else old.${name} end`
  })
  const names = [...named, ...before].map(({ name }) => quoted(name)).join(', ')
  const match = key.map((name) => `old.${quoted(name)} = fresh.${quoted(name)}`).join(' and ')
  return prepared(
    `update ${quoted(table)} as old set ${sets.join(', ')} from ${sql} as fresh(${names}) where ${match}`,
    values,
  )
}

/** Fills columns of rows that are there. Call it as {@link applyMutations}, ahead of it. */
export async function applyFills(client: ClientBase, fills: readonly Fill[]): Promise<void> {
  const alike = Map.groupBy(fills, ({ table, set }) => `${table} ${Object.keys(set)}`)
  await together(
    [...alike.values()].flatMap((some) =>
      some[0] ? [client.query(fillStatement(some[0].table, some))] : [],
    ),
  )
}
