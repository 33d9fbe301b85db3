import type { Table } from './catalogue/table.ts'
import type { PlacedBlock } from './log/segment-scan.ts'
import { getOrInsert } from './maps.ts'
import type { Change, Relation } from './replication/pgoutput.ts'
import type { Shape } from './shape.ts'
import { type Place, rowKey } from './where/match.ts'
import { lastOpFor } from './wire/messages.ts'

/** Shapes that compare the same columns, by the values they compare them with. */
interface ValueIndex {
  readonly places: readonly Place[]
  readonly shapes: Map<string, Set<Shape>>
}

/** Whether the stream describes a table as we know it, with whole old rows. */
function describes(relation: Relation, table: Table): boolean {
  return (
    relation.replicaIdentity === 'f' &&
    relation.schema === table.schema &&
    relation.name === table.name &&
    relation.columns.length === table.columns.length &&
    relation.columns.every((column, i) => {
      const known = table.columns[i]
      return column.name === known?.name && column.typeOid === known.typeOid && column.typmod === known.typmod
    })
  )
}

const nameOf = (places: readonly Place[]) => places.map(({ position, type }) => `${position}:${type}`).join()

/** The shapes of one table, found by the values of the row that their `where` compares, all of them at once. */
class TableRoute {
  readonly shapes = new Set<Shape>()
  readonly #unindexed = new Set<Shape>()
  readonly #indexes = new Map<string, ValueIndex>()

  add(shape: Shape): void {
    this.shapes.add(shape)
    const found = shape.definition.matcher.index
    if (!found) {
      this.#unindexed.add(shape)
      return
    }
    const { places, keys } = found
    if (keys.length === 0) return
    const { shapes } = getOrInsert<string, ValueIndex>(this.#indexes, nameOf(places), () => ({
      places,
      shapes: new Map(),
    }))
    for (const key of keys) getOrInsert(shapes, key, () => new Set<Shape>()).add(shape)
  }

  delete(shape: Shape): void {
    this.shapes.delete(shape)
    this.#unindexed.delete(shape)
    const found = shape.definition.matcher.index
    const name = found && nameOf(found.places)
    const index = name === null ? undefined : this.#indexes.get(name)
    if (!found || name === null || !index) return
    for (const key of found.keys) {
      const shapes = index.shapes.get(key)
      shapes?.delete(shape)
      if (shapes?.size === 0) index.shapes.delete(key)
    }
    if (index.shapes.size === 0) this.#indexes.delete(name)
  }

  /** Calls `visit` with every shape that a change may concern; with some of them twice. */
  visit(change: Change, visit: (shape: Shape) => void): void {
    this.#unindexed.forEach(visit)
    for (const { places, shapes } of this.#indexes.values()) {
      const before = change.old && rowKey(change.old, places)
      const after = change.new && rowKey(change.new, places)
      if (after !== null) shapes.get(after)?.forEach(visit)
      if (before !== null && before !== after) shapes.get(before)?.forEach(visit)
    }
  }
}

/** What a transaction means for the shapes, gathered block by block and told at its commit. */
export class TransactionEffects {
  readonly #router: Router
  readonly #touched = new Map<Shape, { positions: number[]; lastOp: number }>()
  readonly #ended = new Set<Shape>()
  #changes = 0

  constructor(router: Router) {
    this.#router = router
  }

  add({ position, block }: PlacedBlock): void {
    for (const message of block.messages) {
      if (message.kind === 'change') this.#change(message, position)
      else if (message.kind === 'relation') this.#relation(message, position)
      else for (const oid of message.oids) this.#end(oid, position)
    }
  }

  /** Adds the transaction to the shapes it concerns; gives those, and those that it ended. */
  commit(transaction: { lsn: number; xid: number }): { touched: Shape[]; ended: Shape[] } {
    const touched: Shape[] = []
    for (const [shape, { positions, lastOp }] of this.#touched) {
      if (shape.ended || this.#ended.has(shape)) continue
      shape.addEntries({ ...transaction, lastOp }, positions)
      touched.push(shape)
    }
    return { touched, ended: [...this.#ended] }
  }

  #change(change: Change, position: number): void {
    const number = this.#changes++
    // A partition that came meanwhile keeps no old rows: what such a change means cannot be told.
    if (change.operation !== 'insert' && change.old === null) {
      this.#end(change.oid, position)
      return
    }
    this.#router.route(change.oid)?.visit(change, (shape) => {
      if (position < shape.logStart) return
      const op = lastOpFor(shape.definition, change, number)
      if (op === null) return
      const touched = getOrInsert(this.#touched, shape, () => ({ positions: [] as number[], lastOp: op }))
      touched.lastOp = op
      if (touched.positions.at(-1) !== position) touched.positions.push(position)
    })
  }

  #relation(relation: Relation, position: number): void {
    for (const shape of this.#router.route(relation.oid)?.shapes ?? []) {
      if (position >= shape.logStart && !describes(relation, shape.definition.record.table))
        this.#ended.add(shape)
    }
  }

  #end(oid: number, position: number): void {
    for (const shape of this.#router.route(oid)?.shapes ?? []) {
      if (position >= shape.logStart) this.#ended.add(shape)
    }
  }
}

/** Finds the shapes that a change concerns, without asking every shape. */
export class Router {
  readonly #routes = new Map<number, TableRoute>()

  get tableOids(): number[] {
    return [...this.#routes.keys()]
  }

  route(oid: number): TableRoute | undefined {
    return this.#routes.get(oid)
  }

  add(shape: Shape): void {
    getOrInsert(this.#routes, shape.definition.record.table.oid, () => new TableRoute()).add(shape)
  }

  delete(shape: Shape): void {
    const { oid } = shape.definition.record.table
    const route = this.#routes.get(oid)
    route?.delete(shape)
    if (route?.shapes.size === 0) this.#routes.delete(oid)
  }
}
