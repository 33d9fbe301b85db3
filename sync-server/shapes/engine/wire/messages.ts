import type { Definition, SentColumn } from '../definition.ts'
import type { Block } from '../log/block.ts'
import type { Change } from '../replication/pgoutput.ts'
import type { Row } from '../where/match.ts'

/** One message for a shape's clients, still without its `last` mark. */
interface Draft {
  readonly op: number
  readonly operation: 'insert' | 'update' | 'delete'
  readonly row: Row
  /** Columns of `row` that are sent. */
  readonly columns: readonly SentColumn[]
  readonly extra?: string
  readonly oldValue?: { row: Row; columns: readonly SentColumn[] }
}

/** Changes are numbered in steps of two; the second half of a key change takes the number between. */
const OP_STEP = 2

/** The op position of a transaction's change, given how many changes come before it. */
export function firstOpOf(changesBefore: number): number {
  return changesBefore * OP_STEP
}

function rowJson(row: Row, columns: readonly SentColumn[]): string {
  let fields = ''
  for (const { jsonName, position } of columns) {
    const value = row[position] ?? null
    const separator = fields === '' ? '' : ','
    fields += separator + jsonName + (value === null ? 'null' : JSON.stringify(value))
  }
  return `{${fields}}`
}

/** Columns of a deleted row: all of them for `replica=full`, else the key. */
function deletedColumns(definition: Definition): readonly SentColumn[] {
  return definition.record.replica === 'full' ? definition.sent : definition.sentKey
}

function draftUpdate(definition: Definition, before: Row, after: Row, op: number): Draft[] {
  const changed = definition.sent.filter(({ position }) => before[position] !== after[position])
  const oldKey = definition.keyOf(before)
  const newKey = definition.keyOf(after)
  if (oldKey !== newKey) {
    const from = `,"key_change_from":${JSON.stringify(oldKey)}`
    const to = `,"key_change_to":${JSON.stringify(newKey)}`
    return [
      { op, operation: 'delete', row: before, columns: deletedColumns(definition), extra: to },
      { op: op + 1, operation: 'insert', row: after, columns: definition.sent, extra: from },
    ]
  }
  if (changed.length === 0) return []
  if (definition.record.replica === 'full') {
    const oldValue = { row: before, columns: changed }
    return [{ op, operation: 'update', row: after, columns: definition.sent, oldValue }]
  }
  const columns = definition.sent.filter(
    (column) => definition.sentKey.includes(column) || changed.includes(column),
  )
  return [{ op, operation: 'update', row: after, columns }]
}

/** What a change means for a shape: a row that begins or ceases to match is inserted or deleted. */
function draftChange(definition: Definition, change: Change, op: number): Draft[] {
  const before = change.old && definition.matcher.matches(change.old) ? change.old : null
  const after = change.new && definition.matcher.matches(change.new) ? change.new : null
  if (before && after) return draftUpdate(definition, before, after, op)
  if (after) return [{ op, operation: 'insert', row: after, columns: definition.sent }]
  if (before) return [{ op, operation: 'delete', row: before, columns: deletedColumns(definition) }]
  return []
}

function draftBlock(definition: Definition, block: Block): Draft[] {
  const drafts: Draft[] = []
  let op = firstOpOf(block.firstChange)
  for (const message of block.messages) {
    if (message.kind !== 'change') continue
    if (message.oid === definition.record.table.oid) drafts.push(...draftChange(definition, message, op))
    op += OP_STEP
  }
  return drafts
}

/** The op position of a change's last message for a shape, or null when it has none. */
export function lastOpFor(definition: Definition, change: Change, changeNumber: number): number | null {
  return draftChange(definition, change, firstOpOf(changeNumber)).at(-1)?.op ?? null
}

/** A block's messages for one shape, as JSON texts with their op positions; `lastOfTransaction` marks the last. */
export function blockMessages(
  definition: Definition,
  block: Block,
  lastOfTransaction: boolean,
): { op: number; json: string }[] {
  const drafts = draftBlock(definition, block)
  const common = `"lsn":"${block.commitLsn}","op_position":`
  return drafts.map((draft, i) => {
    const last = lastOfTransaction && i === drafts.length - 1 ? '"last":true,' : ''
    const headers =
      `{${last}"relation":${definition.relationJson},"operation":"${draft.operation}",` +
      `${common}${draft.op},"txids":[${block.xid}]${draft.extra ?? ''}}`
    const oldValue = draft.oldValue
      ? `,"old_value":${rowJson(draft.oldValue.row, draft.oldValue.columns)}`
      : ''
    const key = JSON.stringify(definition.keyOf(draft.row))
    const json = `{"value":${rowJson(draft.row, draft.columns)},"key":${key},"headers":${headers}${oldValue}}`
    return { op: draft.op, json }
  })
}

/** The control message that ends an answer which holds all there is up to an LSN. */
export function upToDateMessage(globalLsn: number): string {
  return `{"headers":{"control":"up-to-date","global_last_seen_lsn":"${globalLsn}"}}`
}

export const MUST_REFETCH = '[{"headers":{"control":"must-refetch"}}]'
