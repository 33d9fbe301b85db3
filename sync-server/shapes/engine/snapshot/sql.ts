import { quoteIdentifier, quoteLiteral } from '../catalogue/identifier.ts'
import type { Definition, SentColumn } from '../definition.ts'

/** Types whose texts hold nothing that JSON or a key escapes: quoting them is all that is needed. */
const PLAIN_TYPES: ReadonlySet<string> = new Set([
  ...['int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'oid', 'uuid'],
  ...['bool', 'date', 'time', 'timetz', 'timestamp', 'timestamptz'],
])

function isPlain({ column }: SentColumn): boolean {
  return column.dims === 0 && column.kind === 'base' && PLAIN_TYPES.has(column.type)
}

/** The value's text as the replication stream would print it. */
function printed({ column }: SentColumn): string {
  const name = quoteIdentifier(column.name)
  return PLAIN_TYPES.has(column.type) && column.type !== 'bool' ? `${name}::text` : `format('%s', ${name})`
}

/** The value's text as Electric's snapshots have it: a cast, but for `char(n)`, whose cast drops its blanks. */
function valueJson(sent: SentColumn): string {
  const { column } = sent
  const name = quoteIdentifier(column.name)
  if (isPlain(sent)) {
    const quoted = `'"' || ${name}::text || '"'`
    return column.notNull ? quoted : `coalesce(${quoted}, 'null')`
  }
  const padded = column.baseType === 'bpchar' && column.dims === 0
  const text = padded ? `CASE WHEN ${name} IS NOT NULL THEN ${printed(sent)} END` : `${name}::text`
  return `coalesce(to_json(${text})::text, 'null')`
}

/** The key as a JSON string. */
function keyJson(definition: Definition): string {
  const { keyColumns, keyPrefix } = definition
  if (keyColumns.every((sent) => isPlain(sent) && sent.column.notNull)) {
    const prefix = JSON.stringify(keyPrefix).slice(0, -1)
    const parts = keyColumns.map((sent) => `'/\\"', ${printed(sent)}, '\\"'`)
    return [quoteLiteral(prefix), ...parts, `'"'`].join(', ')
  }
  const parts = keyColumns.map((sent) => {
    const name = quoteIdentifier(sent.column.name)
    // `IS NULL` would be true of a row of nothing but NULLs too.
    return `CASE WHEN ${name} IS NOT DISTINCT FROM NULL THEN '/_' ELSE '/"' || replace(${printed(sent)}, '/', '//') || '"' END`
  })
  return `to_json(${[quoteLiteral(keyPrefix), ...parts].join(' || ')})::text`
}

export interface SnapshotPart {
  /** Added to each row's headers, as the inside of a JSON object. */
  readonly headers?: string
  /** Narrows the shape's own `where`. */
  readonly where?: string
  /** What follows the `where`: order, limit, offset. */
  readonly tail?: string
}

/** A query whose one column is each row's message, as the client gets it; of a part of the shape, if given. */
export function snapshotSql(definition: Definition, part: SnapshotPart = {}): string {
  const { relationJson, whereSql, sent, keyPrefix } = definition
  const values = sent.map((column, i) => {
    return `${quoteLiteral((i === 0 ? '' : ',') + column.jsonName)}, ${valueJson(column)}`
  })
  const extra = part.headers ? `,${part.headers}` : ''
  const headers = `},"headers":{"relation":${relationJson},"operation":"insert"${extra}}}`
  const parts = [`'{"key":'`, keyJson(definition), `',"value":{'`, ...values, quoteLiteral(headers)]
  // On a line of its own, so that a comment at a condition's end cannot take the bracket away.
  const conditions = [whereSql, part.where ?? ''].filter((text) => text !== '').map((text) => `(${text}\n)`)
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  // A function takes at most 100 arguments.
  const calls: string[] = []
  const pieces = parts.length > 40 ? parts : [parts.join(', ')]
  for (let i = 0; i < pieces.length; i += 20) calls.push(`concat(${pieces.slice(i, i + 20).join(', ')})`)
  return `SELECT ${calls.join(' || ')} FROM ${keyPrefix}${where} ${part.tail ?? ''}`
}
