import type { ProjectedTable, ProjectedTables, SettableTable } from './tables.ts'

/** A fact's row. Inserting a row whose key exists already changes nothing: an echo is not a second fact. */
export interface Insert<T extends ProjectedTable = ProjectedTable> {
  op: 'insert'
  table: T
  row: ProjectedTables[T]
}

/** Sets columns of the one row that has this key. */
export interface SetByKey<T extends SettableTable = SettableTable> {
  op: 'set'
  table: T
  key: Partial<ProjectedTables[T]>
  set: Partial<ProjectedTables[T]>
}

/** Adds to the sums of the one row that has this key; a missing row counts as zero and is made. */
export interface AddToSum<T extends ProjectedTable = ProjectedTable> {
  op: 'add'
  table: T
  key: Partial<ProjectedTables[T]>
  add: Partial<Record<keyof ProjectedTables[T], number>>
}

type Each<F extends 'insert' | 'add'> = {
  [T in ProjectedTable]: F extends 'insert' ? Insert<T> : AddToSum<T>
}[ProjectedTable]

/** What a projector returns and an applier executes; the order within one event is the order of effect. */
export type Mutation = Each<'insert'> | Each<'add'> | { [T in SettableTable]: SetByKey<T> }[SettableTable]
