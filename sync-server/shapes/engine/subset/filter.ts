import { quoteIdentifier, quoteLiteral } from '../catalogue/identifier.ts'
import type { Table } from '../catalogue/table.ts'
import { messageOf, RequestError } from '../errors.ts'
import { locationOf, type Node, namesOf } from '../where/ast.ts'
import { parseClause } from '../where/clause.ts'

const WHERE_PREFIX = 'SELECT 1 WHERE '
const ORDER_PREFIX = 'SELECT 1 ORDER BY '

/** What a subset's filter may hold: nothing that reads other rows or does anything but compare. */
const EXPRESSIONS = new Set(
  'A_Const ParamRef ColumnRef TypeCast A_Expr BoolExpr NullTest BooleanTest CoalesceExpr A_ArrayExpr List FuncCall'.split(
    ' ',
  ),
)
/** Parts of those that stand for names and numbers. */
const LEAVES = new Set(['String', 'Integer'])
const FUNCTIONS = new Set(['lower', 'upper'])
const OPERATORS = new Set(
  '= <> != < <= > >= + - * / || ~~ !~~ ~~* !~~* @> <@ && -> ->> BETWEEN'.split(' ').concat('NOT BETWEEN'),
)
const TYPES = new Set(
  (
    'bool int2 int4 int8 numeric float4 float8 text varchar bpchar uuid date time timetz timestamp timestamptz ' +
    'interval json jsonb bytea'
  ).split(' '),
)

interface Located {
  readonly location?: number
}

class FilterError extends Error {}

/** The filter's text with each parameter put in as a literal, which takes its type from where it stands. */
class FilterReader {
  readonly #table: Table
  readonly #params: readonly string[]
  readonly #literals: { at: number; length: number; text: string }[] = []

  constructor(table: Table, params: readonly string[]) {
    this.#table = table
    this.#params = params
  }

  /** `tree` was parsed from `text` behind `prefix`. */
  read(tree: unknown, text: string, prefix: string): string {
    this.#visit(tree)
    const bytes = Buffer.from(text)
    const parts: Buffer[] = []
    let from = 0
    for (const { at, length, text: literal } of this.#literals.sort((a, b) => a.at - b.at)) {
      const start = at - prefix.length
      parts.push(bytes.subarray(from, start), Buffer.from(` ${literal} `))
      from = start + length
    }
    return Buffer.concat([...parts, bytes.subarray(from)]).toString()
  }

  #visit(value: unknown): void {
    if (Array.isArray(value)) {
      for (const item of value) this.#visit(item)
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, part] of Object.entries(value)) {
        if (/^[A-Z]/.test(name)) this.#check(name, { [name]: part } as Node, (part ?? {}) as Located)
        this.#visit(part)
      }
    }
  }

  #check(name: string, node: Node, { location }: Located): void {
    if (LEAVES.has(name)) return
    if (!EXPRESSIONS.has(name)) throw this.#refuse(location, `${name} expressions are not allowed in subsets`)
    if (node.ColumnRef) this.#column(namesOf(node.ColumnRef.fields), location)
    if (node.ParamRef) this.#param(node.ParamRef.number ?? 0, location)
    if (node.FuncCall) {
      const called = namesOf(node.FuncCall.funcname).join('.')
      const { args } = node.FuncCall
      if (!FUNCTIONS.has(called)) {
        throw this.#refuse(location, `unknown or unsupported function ${called}/${args?.length ?? 0}`)
      }
    }
    if (node.A_Expr) {
      const operator = namesOf(node.A_Expr.name).join('.')
      if (!OPERATORS.has(operator)) throw this.#refuse(location, `unsupported operator ${operator}`)
    }
    if (node.TypeCast) {
      const type = namesOf(node.TypeCast.typeName?.names).at(-1) ?? ''
      if (!TYPES.has(type)) throw this.#refuse(node.TypeCast.typeName?.location, `unsupported type ${type}`)
    }
  }

  #column(names: readonly string[], location: number | undefined): void {
    const known = names.length === 1 && this.#table.columns.some((column) => column.name === names[0])
    if (!known) throw this.#refuse(location, `unknown reference ${names.join('.')}`)
  }

  #param(number: number, location: number | undefined): void {
    const value = this.#params[number - 1]
    if (value === undefined) throw this.#refuse(location, `parameter $${number} was not provided`)
    this.#literals.push({ at: location ?? 0, length: `$${number}`.length, text: quoteLiteral(value) })
  }

  #refuse(location: number | undefined, message: string): FilterError {
    return new FilterError(`At location ${Math.max(0, (location ?? 0) - WHERE_PREFIX.length)}: ${message}`)
  }
}

/** Reads a subset's `where` into SQL that is safe to run; throws a RequestError. */
export async function readFilter(text: string, params: readonly string[], table: Table): Promise<string> {
  if (text.includes('\0') || params.some((param) => param.includes('\0'))) {
    throw new RequestError({ subset: { where: ['holds a zero byte'] } })
  }
  try {
    const tree = await parseClause(WHERE_PREFIX, text, 'whereClause')
    return new FilterReader(table, params).read(tree, text, WHERE_PREFIX)
  } catch (error) {
    throw new RequestError({ subset: { where: [messageOf(error)] } })
  }
}

interface SortBy {
  readonly SortBy?: { readonly node?: Node; readonly sortby_dir?: string; readonly sortby_nulls?: string }
}

function sortTerm({ SortBy: term }: SortBy, table: Table): string {
  const { node, sortby_dir: direction, sortby_nulls: nulls } = term ?? {}
  const names = namesOf(node?.ColumnRef?.fields)
  const location = locationOf(node)
  if (node?.ParamRef) {
    const name = `$${node.ParamRef.number ?? 0}`
    throw new Error(`At location ${location}: parameter ${name} is not supported in ORDER BY clauses`)
  }
  if (!node?.ColumnRef) {
    const [kind] = Object.keys(node ?? {})
    throw new Error(`At location ${location}: ${kind} expressions are not allowed in ORDER BY clauses`)
  }
  const [name = ''] = names
  if (names.length !== 1 || !table.columns.some((column) => column.name === name)) {
    throw new Error(`At location ${location}: unknown reference ${names.join('.')}`)
  }
  const order = direction === 'SORTBY_DESC' ? ' DESC' : ''
  const place = { SORTBY_NULLS_FIRST: ' NULLS FIRST', SORTBY_NULLS_LAST: ' NULLS LAST' }[nulls ?? ''] ?? ''
  return `${quoteIdentifier(name)}${order}${place}`
}

/** Reads a subset's `order_by`, columns with their directions, into SQL; throws a RequestError. */
export async function readOrder(text: string, table: Table): Promise<string> {
  try {
    const terms = (await parseClause(ORDER_PREFIX, text, 'sortClause')) as SortBy[]
    return terms.map((term) => sortTerm(term, table)).join(', ')
  } catch (error) {
    throw new RequestError({ subset: { order_by: [messageOf(error)] } })
  }
}
