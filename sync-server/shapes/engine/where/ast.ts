/** The parts of Postgres' parse tree that a `where` of this engine may hold. Locations are in UTF-8 bytes. */
export interface Constant {
  ival?: { ival?: number }
  fval?: { fval?: string }
  sval?: { sval?: string }
  boolval?: { boolval?: boolean }
  isnull?: boolean
  location?: number
}

interface Name {
  String?: { sval?: string }
}

export interface Node {
  A_Const?: Constant
  ParamRef?: { number?: number; location?: number }
  ColumnRef?: { fields?: Name[]; location?: number }
  TypeCast?: { arg?: Node; typeName?: { names?: Name[]; location?: number }; location?: number }
  A_Expr?: { kind?: string; name?: Name[]; lexpr?: Node; rexpr?: Node; location?: number }
  BoolExpr?: { boolop?: string; args?: Node[]; location?: number }
  NullTest?: { arg?: Node; nulltesttype?: string; location?: number }
  FuncCall?: { funcname?: Name[]; args?: Node[]; agg_star?: boolean; location?: number }
  List?: { items?: Node[] }
}

export interface ParseTree {
  stmts?: { stmt?: { SelectStmt?: Record<string, unknown> & { whereClause?: Node } } }[]
}

export function namesOf(names: Name[] | undefined): string[] {
  return (names ?? []).map((name) => name.String?.sval ?? '')
}

/** A number as it was written, or null for a constant of another kind. */
export function numberText(constant: Constant): string | null {
  if (constant.ival) return String(constant.ival.ival ?? 0)
  return constant.fval?.fval ?? null
}

/** Where a node stands in the parsed text; a node without a place gives that of its first part. */
export function locationOf(node: Node | undefined): number {
  for (const part of Object.values(node ?? {})) {
    if (typeof part === 'object' && part !== null && 'location' in part) return Number(part.location)
  }
  return 0
}
