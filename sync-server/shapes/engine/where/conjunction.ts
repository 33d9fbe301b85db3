import type { Column, Table } from '../catalogue/table.ts'
import { RequestError } from '../errors.ts'
import { locationOf, type Node, namesOf, numberText } from './ast.ts'
import { canonicalNumber, canonicalText, isFilterable } from './canonical.ts'
import { type Comparand, type Membership, type Predicate, typedLiteral } from './predicate.ts'

const SERVED = 'only AND of column = value, column IN (values) and column IS [NOT] NULL is served'

/** SQL names of types, as the parser gives them, and the catalogue's names. */
const ALIASES: Readonly<Record<string, string>> = {
  integer: 'int4',
  int: 'int4',
  bigint: 'int8',
  smallint: 'int2',
}

/** Types whose cast to text gives what the replication stream prints, whatever the session's settings. */
const CAST_TYPES: ReadonlySet<string> = new Set(['int2', 'int4', 'int8', 'uuid', 'text', 'varchar'])

function isPrintedAsCast({ kind, type, dims }: Column): boolean {
  return dims === 0 && (kind === 'enum' || (kind === 'base' && CAST_TYPES.has(type)))
}

/** A column, be it under a cast. */
function columnOf(node: Node | undefined): Node | undefined {
  const inner = node?.TypeCast?.arg ?? node
  return inner?.ColumnRef ? inner : undefined
}

const typeNameOf = (node: Node) => namesOf(node.TypeCast?.typeName?.names).at(-1) ?? ''

interface Context {
  readonly table: Table
  readonly params: readonly string[]
  /** Bytes of the text before the where, to subtract from locations. */
  readonly prefixBytes: number
}

/** Turns the terms of one conjunction into predicates, with Electric's error texts where it has one. */
export class ConjunctionReader {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  read(node: Node): Predicate {
    if (node.NullTest) return this.#nullTest(node)
    const bare = node.ColumnRef && this.#column(node, node)
    if (bare?.type === 'bool' && bare.dims === 0)
      return this.#equality(bare, [{ A_Const: { boolval: { boolval: true } } }], node)
    const { kind, name, lexpr, rexpr } = node.A_Expr ?? {}
    const operator = namesOf(name).join('.')
    if (kind === 'AEXPR_OP' && operator === '=') {
      const [left, right] = columnOf(rexpr) && !columnOf(lexpr) ? [rexpr, lexpr] : [lexpr, rexpr]
      return this.#comparison(left, [right], node)
    }
    if (kind === 'AEXPR_IN' && operator === '=')
      return this.#comparison(lexpr, rexpr?.List?.items ?? [], node)
    throw this.#unsupported(node)
  }

  #comparison(left: Node | undefined, values: readonly (Node | undefined)[], term: Node): Predicate {
    if (!left?.TypeCast) return this.#equality(this.#column(left, term), values, term)
    const column = this.#column(columnOf(left), term)
    const name = typeNameOf(left)
    if (name !== 'text' || !isPrintedAsCast(column))
      throw this.#refuse(locationOf(left), `unknown cast from type ${column.type} to type ${name}`)
    const text: Column = { ...column, type: 'text', kind: 'base' }
    return { ...this.#equality(text, values, term), cast: 'text' }
  }

  #nullTest(node: Node): Predicate {
    const column = this.#column(node.NullTest?.arg, node)
    if (column.kind === 'composite' && column.dims === 0) throw this.#refuse(locationOf(node), SERVED)
    return { kind: 'null', column: column.name, negated: node.NullTest?.nulltesttype === 'IS_NOT_NULL' }
  }

  #refuse(location: number, message: string): RequestError {
    return new RequestError({
      where: [`At location ${Math.max(0, location - this.#context.prefixBytes)}: ${message}`],
    })
  }

  #unsupported(node: Node): RequestError {
    const constant = node.A_Const
    const booleanOperator =
      node.A_Expr?.kind !== 'AEXPR_OP' || /[=<>~!]/.test(namesOf(node.A_Expr.name).join(''))
    if ((constant && !constant.boolval) || node.ColumnRef || !booleanOperator) {
      return new RequestError({ where: ['WHERE clause must return a boolean'] })
    }
    const inner = [node, node.A_Expr?.lexpr, node.A_Expr?.rexpr].find((part) => part?.FuncCall)
    if (inner?.FuncCall) {
      const { funcname, args, agg_star: star } = inner.FuncCall
      const message = star
        ? 'aggregation is not supported in this context'
        : `unknown or unsupported function ${namesOf(funcname).join('.')}/${args?.length ?? 0}`
      return this.#refuse(locationOf(inner), message)
    }
    return this.#refuse(locationOf(node), SERVED)
  }

  #column(node: Node | undefined, term: Node): Column {
    if (!node?.ColumnRef) throw this.#unsupported(term)
    const names = namesOf(node.ColumnRef.fields)
    const column = names.length === 1 && this.#context.table.columns.find(({ name }) => name === names[0])
    if (!column) throw this.#refuse(locationOf(node), `unknown reference ${names.join('.')}`)
    return column
  }

  #equality(column: Column, nodes: readonly (Node | undefined)[], term: Node): Membership {
    if (column.kind === 'enum' && column.dims === 0) {
      const text = this.#text(nodes[0], column, term)
      throw this.#refuse(locationOf(nodes[0]), `invalid syntax for type enum ${column.type}: ${text}`)
    }
    if (column.kind !== 'base' || column.dims > 0 || !isFilterable(column.type) || !column.bytewise) {
      throw this.#refuse(locationOf(term), 'Could not select an operator overload')
    }
    const values = nodes.map((node) => this.#comparand(column, node, term)).filter((value) => value !== null)
    return { kind: 'in', column: column.name, type: column.type, values }
  }

  /** Null for NULL, which equals nothing. */
  #comparand(column: Column, node: Node | undefined, term: Node): Comparand | null {
    const number = node?.A_Const && numberText(node.A_Const)
    if (node && number) return this.#number(column, number, node)
    const text = this.#text(node, column, term)
    if (text === null) return null
    const canonical = text.includes('\0') ? null : canonicalText(text, column.type)
    if (canonical === null) {
      throw this.#refuse(locationOf(node), `invalid syntax for type ${column.type}: ${text}`)
    }
    const sql = column.type === 'bpchar' ? typedLiteral(canonical, 'bpchar') : typedLiteral(text, column.type)
    return { canonical, sql }
  }

  #number(column: Column, text: string, node: Node): Comparand {
    const canonical = canonicalNumber(text)
    const numeric = column.type === 'numeric' || column.type.startsWith('int')
    if (!numeric || canonical === null) {
      throw this.#refuse(locationOf(node), 'Could not select an operator overload')
    }
    return { canonical, sql: canonical }
  }

  /** A value's text, which is to be compared with a column. */
  #text(node: Node | undefined, column: Column, term: Node): string | null {
    if (node?.ParamRef) {
      const number = node.ParamRef.number ?? 0
      const value = this.#context.params[number - 1]
      if (value === undefined) {
        throw this.#refuse(locationOf(node), `parameter $${number} was not provided`)
      }
      return value
    }
    if (node?.TypeCast) return this.#cast(node, column, term)
    const constant = node?.A_Const
    if (!constant) throw this.#unsupported(term)
    if (constant.isnull) return null
    if (constant.boolval) return constant.boolval.boolval ? 'true' : 'false'
    return constant.sval?.sval ?? numberText(constant) ?? ''
  }

  /** `'text'::type` counts as the text, when the type is the column's own. */
  #cast(node: Node, column: Column, term: Node): string | null {
    const name = typeNameOf(node)
    if ((ALIASES[name] ?? name) !== column.type)
      throw this.#refuse(node.TypeCast?.typeName?.location ?? 0, `unsupported type ${name}`)
    return this.#text(node.TypeCast?.arg, column, term)
  }
}
