import type { Mutation } from '../../domain/journal/mutation.ts'
import { PROJECTED_KEYS, type ProjectedTable } from '../../domain/journal/tables.ts'
import type { Row } from '../database/bulk.ts'

export type Operation = Mutation['op']

/** Mutations that one statement executes: one table, one operation, one set of columns, each row once. */
export interface Step {
  table: ProjectedTable
  op: Operation
  /** Columns that find the row (`set`) or come with a row that an `add` makes; all of them for an `insert`. */
  key: readonly string[]
  /** Columns that are set or added to; empty for an `insert`. */
  columns: readonly string[]
  rows: Row[]
}

/** Within one segment rows are inserted, then added to, then set. */
const PHASE: Record<Operation, number> = { insert: 0, add: 1, set: 2 }

interface Segment {
  steps: Map<string, { step: Step; byRow: Map<string, Record<string, unknown>> }>
  /** The last operation on each row: a later one may join only if running the phases in turn keeps the order. */
  last: Map<string, { phase: number; signature: string; fullKey: string }>
}

const partsOf = (mutation: Mutation) => {
  if (mutation.op === 'insert') return { key: mutation.row as object, values: {} }
  return { key: mutation.key as object, values: mutation.op === 'set' ? mutation.set : mutation.add }
}

/** Merges a mutation into a row that its statement already holds. */
function merge(op: Operation, into: Record<string, unknown>, values: Row): void {
  if (op === 'insert') return
  for (const [column, value] of Object.entries(values)) {
    into[column] = op === 'set' ? value : Number(into[column]) + Number(value)
  }
}

function join(segment: Segment, mutation: Mutation): boolean {
  const { table, op } = mutation
  const { key, values } = partsOf(mutation)
  const named = key as Row
  const identity = (PROJECTED_KEYS[table] as readonly string[]).map((column) => named[column])
  // Without its whole primary key a mutation may meet any row: it gets a segment of its own.
  const rowKey = identity.includes(undefined) ? '*' : JSON.stringify(identity)
  const fullKey = op === 'insert' ? rowKey : JSON.stringify(Object.values(named))
  const signature = `${op} ${Object.keys(named)} ${Object.keys(values)}`
  const before = segment.last.get(rowKey)
  if ((rowKey === '*' && segment.last.size > 0) || segment.last.has('*')) return false
  if (before) {
    if (before.phase > PHASE[op]) return false
    if (before.phase === PHASE[op] && (before.signature !== signature || before.fullKey !== fullKey)) {
      return op === 'insert'
    }
  }
  segment.last.set(rowKey, { phase: PHASE[op], signature, fullKey })
  let entry = segment.steps.get(signature)
  if (!entry) {
    const step = { table, op, key: Object.keys(named), columns: Object.keys(values), rows: [] }
    entry = { step, byRow: new Map() }
    segment.steps.set(signature, entry)
  }
  const row = entry.byRow.get(rowKey)
  if (row) merge(op, row, values as Row)
  else entry.byRow.set(rowKey, { ...named, ...values })
  return true
}

/** One order over all transactions, so that two of them never wait for each other's rows. */
const sorted = (byRow: Map<string, Record<string, unknown>>): Row[] =>
  [...byRow].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)

/**
 * Plans mutations as few multi-row steps with the effect of executing them one by one in order.
 * Tables do not affect each other, so each is planned alone; within a table a new segment begins where two
 * operations on one row do not commute. Sums are added up and repeated sets merged per row.
 */
export function planMutations(mutations: readonly Mutation[]): Step[] {
  const tables = new Map<ProjectedTable, Segment[]>()
  for (const mutation of mutations) {
    const segments = tables.get(mutation.table) ?? []
    tables.set(mutation.table, segments)
    const current = segments.at(-1)
    if (current && join(current, mutation)) continue
    const next: Segment = { steps: new Map(), last: new Map() }
    join(next, mutation)
    segments.push(next)
  }
  const inOrder = (Object.keys(PROJECTED_KEYS) as ProjectedTable[]).flatMap(
    (table) => tables.get(table) ?? [],
  )
  return inOrder.flatMap((segment) =>
    [...segment.steps.values()]
      .sort((a, b) => PHASE[a.step.op] - PHASE[b.step.op])
      .map(({ step, byRow }) => ({ ...step, rows: sorted(byRow) })),
  )
}
