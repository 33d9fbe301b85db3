import type pg from 'pg'

/** One column as the replication stream also describes it, plus what the schema header and filters need. */
export interface Column {
  readonly name: string
  /** Postgres' own number of it: a column that took the place and name of another has one of its own. */
  readonly number: number
  readonly typeOid: number
  readonly typmod: number
  /** Type name of the column, or of its elements when `dims` > 0. */
  readonly type: string
  /** The type under a domain; equal to `type` otherwise. */
  readonly baseType: string
  /** `composite` also for a domain over one: `IS NULL` asks its fields. */
  readonly kind: 'base' | 'enum' | 'domain' | 'composite' | 'other'
  /** Of an enum: its values with their object ids, by which one that was renamed shows. */
  readonly labels: readonly string[] | null
  readonly dims: number
  readonly notNull: boolean
  /** Place in the primary key, or null. */
  readonly pkIndex: number | null
  /** Equality of texts is equality of bytes (false for a nondeterministic collation). */
  readonly bytewise: boolean
}

export interface Table {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly replicaIdentity: string
  /** Its file: another one when all rows were written anew, as VACUUM FULL does, and a column's change of type. */
  readonly file: number
  /** Transactions that last wrote its columns into the catalogue. */
  readonly altered: string
  /** Under what the publication has it: another text once it was taken out for a while. Null where nobody has asked. */
  readonly membership: string | null
  /** In the order of the replication stream: live, not generated columns by attribute number. */
  readonly columns: readonly Column[]
  readonly generated: readonly string[]
  /** Of a partitioned table: each leaf's object id and file, by which one that was attached, detached or emptied shows. */
  readonly partitions?: readonly string[]
}

/** Anything that runs a parametrised query: a client inside a transaction, or a pool. */
export type Queryable = Pick<pg.ClientBase, 'query'>

/** Read from the catalogue alone: Postgres' own functions lock each partition, and would wait for who alters one. */
const PARTITIONS = `
  WITH RECURSIVE part AS (
    SELECT inhrelid FROM pg_inherits WHERE inhparent = c.oid AND NOT inhdetachpending
    UNION ALL
    SELECT i.inhrelid FROM part JOIN pg_inherits i ON i.inhparent = part.inhrelid AND NOT i.inhdetachpending
  )
  SELECT coalesce(array_agg(l.oid::int8::text || ':' || l.relfilenode ORDER BY l.oid), '{}') AS leaves,
    coalesce(bool_and(l.relreplident = 'f'), true) AS whole, coalesce(bool_or(l.relkind <> 'r'), false) AS elsewhere
  FROM part JOIN pg_class l ON l.oid = part.inhrelid AND l.relkind <> 'p'`

const COLUMNS = `
  SELECT c.oid::int8::text AS oid, n.nspname AS schema, c.relname AS name,
    CASE WHEN coalesce(parts.whole, true) THEN c.relreplident ELSE 'n' END AS identity, parts.leaves AS partitions,
    c.relfilenode::int8::text AS file, a.attname AS column, a.attnum AS number, a.xmin::text AS altered, a.atttypid::int8::text AS type_oid, a.atttypmod AS typmod,
    coalesce(el.typname, t.typname) AS type, coalesce(bt.typname, el.typname, t.typname) AS base_type,
    CASE bt.typtype WHEN 'c' THEN 'c' ELSE coalesce(el.typtype, t.typtype) END AS typtype,
    CASE WHEN el.oid IS NULL THEN 0 ELSE greatest(a.attndims, 1) END AS dims,
    a.attnotnull AS not_null, a.attgenerated <> '' AS generated,
    array_position(pk.indkey::int2[], a.attnum) AS pk_index,
    coalesce(co.collisdeterministic, true) AS bytewise,
    CASE WHEN coalesce(bt.typtype, el.typtype, t.typtype) = 'e' THEN (
      SELECT array_agg(e.oid::int8::text || ':' || e.enumlabel ORDER BY e.oid) FROM pg_enum e
      WHERE e.enumtypid = coalesce(bt.oid, el.oid, t.oid)) END AS labels
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_type el ON el.oid = t.typelem AND t.typcategory = 'A'
  LEFT JOIN pg_type bt ON bt.oid = t.typbasetype AND t.typtype = 'd'
  LEFT JOIN pg_collation co ON co.oid = a.attcollation
  LEFT JOIN pg_index pk ON pk.indrelid = c.oid AND pk.indisprimary
  LEFT JOIN LATERAL (${PARTITIONS}) parts ON c.relkind = 'p'
  WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND NOT c.relispartition AND NOT coalesce(parts.elsewhere, false)
    AND NOT (c.relkind = 'r' AND c.relhassubclass AND EXISTS (SELECT FROM pg_inherits WHERE inhparent = c.oid)) AND `

interface ColumnRow {
  oid: string
  schema: string
  name: string
  identity: string
  partitions: string[] | null
  file: string
  column: string
  number: number
  altered: string
  type_oid: string
  typmod: number
  type: string
  base_type: string
  typtype: string
  dims: number
  not_null: boolean
  generated: boolean
  pk_index: number | null
  bytewise: boolean
  labels: string[] | null
}

const KINDS: Readonly<Record<string, Column['kind']>> = {
  b: 'base',
  e: 'enum',
  d: 'domain',
  c: 'composite',
}

function toColumn(row: ColumnRow): Column {
  return {
    name: row.column,
    number: row.number,
    typeOid: Number(row.type_oid),
    typmod: row.typmod,
    type: row.type,
    baseType: row.base_type,
    kind: KINDS[row.typtype] ?? 'other',
    labels: row.labels,
    dims: row.dims,
    notNull: row.not_null,
    pkIndex: row.pk_index,
    bytewise: row.bytewise,
  }
}

function toTables(rows: readonly ColumnRow[]): Table[] {
  return [...Map.groupBy(rows, (row) => row.oid).values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    return {
      oid: Number(first.oid),
      schema: first.schema,
      name: first.name,
      replicaIdentity: first.identity,
      file: Number(first.file),
      altered: group.map(({ altered }) => altered).join(),
      membership: null,
      columns: group.filter((row) => !row.generated).map(toColumn),
      generated: group.filter((row) => row.generated).map((row) => row.column),
      ...(first.partitions && { partitions: first.partitions }),
    }
  })
}

/**
 * The ordinary or partitioned table of that exact name, or null: so are views, unlogged tables and partitions, whose changes
 * Postgres tells as those of the whole. A partitioned table is null when one of its partitions is a foreign table, and so is
 * one that others inherit from: their rows are its own, and their changes are not.
 */
export async function loadTable(db: Queryable, schema: string, name: string): Promise<Table | null> {
  const { rows } = await db.query<ColumnRow>(
    `${COLUMNS} n.nspname = $1 AND c.relname = $2 ORDER BY c.oid, a.attnum`,
    [schema, name],
  )
  return toTables(rows)[0] ?? null
}

/** The tables that still exist among these object ids. */
export async function loadTables(db: Queryable, oids: readonly number[]): Promise<Map<number, Table>> {
  const { rows } = await db.query<ColumnRow>(
    `${COLUMNS} c.oid = ANY ($1::int8[]::oid[]) ORDER BY c.oid, a.attnum`,
    [oids],
  )
  return new Map(toTables(rows).map((table) => [table.oid, table]))
}

/**
 * Which of these tables a publication holds whole, and under what (see `Table.membership`): with a filter of rows or columns,
 * or without some kinds of changes, it would tell only a part.
 */
export async function publishedAmong(
  db: Queryable,
  publication: string,
  oids: readonly number[],
): Promise<Map<number, string>> {
  const { rows } = await db.query<{ oid: string; membership: string }>(
    `SELECT r.prrelid::int8::text AS oid, concat_ws(':', r.oid, p.oid, p.xmin) AS membership
     FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
     WHERE p.pubname = $1 AND r.prrelid = ANY ($2::int8[]::oid[]) AND r.prqual IS NULL AND r.prattrs IS NULL
       AND p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate`,
    [publication, oids],
  )
  return new Map(rows.map(({ oid, membership }) => [Number(oid), membership]))
}

/** A text that two tables share when rows and keys of both read the same: what a shape's followers have seen stays true. */
export function layoutOf(table: Table): string {
  return JSON.stringify({ ...table, replicaIdentity: '', file: 0, altered: '', membership: null })
}

/** Whether a column's values may have been computed anew, of which Postgres tells no change. */
export function isRewritten(a: Table, b: Table): boolean {
  return a.file !== b.file && a.altered !== b.altered
}

export function sameLayout(a: Table, b: Table): boolean {
  return layoutOf(a) === layoutOf(b) && !isRewritten(a, b)
}
