import type { Column } from '../catalogue/table.ts'

const VARHDRSZ = 4

/** Facts that Postgres packs into a column's type modifier; -1 means none. */
function modifiers({ type, typmod }: Column): Record<string, number> {
  if (typmod < 0) return {}
  switch (type) {
    case 'bit':
      return { length: typmod }
    case 'varbit':
      return { max_length: typmod }
    case 'bpchar':
      return { length: typmod - VARHDRSZ }
    case 'varchar':
      return { max_length: typmod - VARHDRSZ }
    case 'numeric':
      return {
        precision: ((typmod - VARHDRSZ) >> 16) & 0xffff,
        scale: (((typmod - VARHDRSZ) & 0x7ff) ^ 1024) - 1024,
      }
    case 'timestamp':
    case 'timestamptz':
    case 'time':
    case 'timetz':
      return { precision: typmod }
    default:
      return {}
  }
}

/** The `electric-schema` header: column name → type, ASCII only so that it can stand in a header. */
export function schemaHeader(columns: readonly Column[]): string {
  const entries = columns.map((column) => [
    column.name,
    {
      type: column.type,
      ...(column.dims > 0 ? { dims: column.dims } : {}),
      ...(column.pkIndex === null ? {} : { pk_index: column.pkIndex }),
      ...(column.notNull ? { not_null: true } : {}),
      ...modifiers(column),
    },
  ])
  const toEscape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(Object.fromEntries(entries)).replace(/[^\x20-\x7e]/g, toEscape)
}
