import type { ColumnDataType, ColumnDefinitionBuilder, CreateTableBuilder, Expression } from 'kysely'
import { sql } from 'kysely'

/** What differs between the two databases, as named capabilities. */
export interface Dialect {
  /** Which database is being migrated: it decides which tables exist, never what they mean. */
  side: 'server' | 'till'
  uuid: ColumnDataType
  /** Minor units and counters. */
  int8: ColumnDataType
  bool: ColumnDataType
  /** UTC instant: timestamptz(3), or ISO 8601 text with milliseconds and Z. */
  instant: ColumnDataType | Expression<unknown>
  date: ColumnDataType
  json: ColumnDataType
}

export const POSTGRES: Dialect = {
  side: 'server',
  uuid: 'uuid',
  int8: 'bigint',
  bool: 'boolean',
  instant: sql`timestamptz(3)`,
  date: 'date',
  json: 'jsonb',
}

export const SQLITE: Dialect = {
  side: 'till',
  uuid: 'text',
  int8: 'integer',
  bool: 'integer',
  instant: 'text',
  date: 'text',
  json: 'text',
}

/** Column modifier for `not null`, the rule rather than the exception. */
export const nonNull = (c: ColumnDefinitionBuilder): ColumnDefinitionBuilder => c.notNull()

/**
 * Keeps a table's rows in its primary key's own tree on SQLite: half the pages to write in each sale's commit.
 * Postgres has no such thing.
 */
export const clustered =
  (dialect: Dialect) =>
  <T extends string, C extends string>(table: CreateTableBuilder<T, C>): CreateTableBuilder<T, C> =>
    dialect.side === 'till' ? table.modifyEnd(sql`without rowid`) : table
