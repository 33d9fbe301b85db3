import { createHash } from 'node:crypto'
import { quoteIdentifier } from './catalogue/identifier.ts'
import { type Column, layoutOf, type Table } from './catalogue/table.ts'
import { Matcher, type Row } from './where/match.ts'
import { type Predicate, predicatesToSql } from './where/predicate.ts'
import { schemaHeader } from './wire/schema-header.ts'

export type Replica = 'default' | 'full'
export type LogMode = 'full' | 'changes_only'

/** What makes a shape, as it is kept on disk. */
export interface DefinitionRecord {
  readonly table: Table
  /** Names of the columns sent, by name. */
  readonly columns: readonly string[]
  readonly where: readonly Predicate[]
  readonly replica: Replica
  readonly log: LogMode
}

/** A column that is sent, and its place in the replication stream's rows. */
export interface SentColumn {
  readonly column: Column
  readonly position: number
  /** `"name":`, ready for a JSON object. */
  readonly jsonName: string
}

/** A shape's definition made ready to be used on rows. */
export class Definition {
  readonly record: DefinitionRecord
  /** Equal for equal shapes, whatever way they were written. */
  readonly id: string
  readonly sent: readonly SentColumn[]
  readonly keyColumns: readonly SentColumn[]
  /** The key's columns in the order they are sent. */
  readonly sentKey: readonly SentColumn[]
  readonly matcher: Matcher
  readonly schemaHeader: string
  /** `"schema"."table"`, the beginning of every row's key. */
  readonly keyPrefix: string
  readonly relationJson: string
  /** Of the table, as `layoutOf` gives it. */
  readonly layout: string
  readonly whereSql: string

  constructor(record: DefinitionRecord) {
    this.record = record
    const { table, where } = record
    const sentColumn = (column: Column): SentColumn => ({
      column,
      position: table.columns.indexOf(column),
      jsonName: `${JSON.stringify(column.name)}:`,
    })
    const byName = [...table.columns].sort((a, b) => (a.name < b.name ? -1 : 1))
    this.sent = byName.filter((column) => record.columns.includes(column.name)).map(sentColumn)
    const key = table.columns.filter((column) => column.pkIndex !== null)
    key.sort((a, b) => (a.pkIndex ?? 0) - (b.pkIndex ?? 0))
    this.keyColumns = (key.length > 0 ? key : table.columns).map(sentColumn)
    const keyPositions = new Set(this.keyColumns.map((column) => column.position))
    this.sentKey = this.sent.filter((column) => keyPositions.has(column.position))
    this.matcher = new Matcher(where, (name) => table.columns.findIndex((column) => column.name === name))
    this.schemaHeader = schemaHeader(this.sent.map(({ column }) => column))
    this.keyPrefix = `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`
    this.relationJson = JSON.stringify([table.schema, table.name])
    this.layout = layoutOf(table)
    this.whereSql = predicatesToSql(where)
    this.id = createHash('sha256')
      .update(
        JSON.stringify([
          table.oid,
          this.keyPrefix,
          record.columns,
          this.whereSql,
          record.replica,
          record.log,
        ]),
      )
      .digest('hex')
  }

  /** The row's key as Electric writes it: values quoted, `/` doubled, NULL as `_`. */
  keyOf(row: Row): string {
    let key = this.keyPrefix
    for (const { position } of this.keyColumns) {
      const value = row[position] ?? null
      key += value === null ? '/_' : `/"${value.replaceAll('/', '//')}"`
    }
    return key
  }
}
