import type { Table } from '../catalogue/table.ts'
import { messageOf, RequestError } from '../errors.ts'
import { type Node, namesOf, numberText } from './ast.ts'
import { canonicalNumber } from './canonical.ts'
import { parseClause } from './clause.ts'
import { ConjunctionReader } from './conjunction.ts'
import { NEVER, type Predicate } from './predicate.ts'

/** Electric parses the text behind the same prefix, and its syntax errors count from there. */
const PREFIX = 'SELECT 1 WHERE '

function refuse(message: string): RequestError {
  return new RequestError({ where: [message] })
}

async function whereClause(text: string): Promise<Node> {
  try {
    return (await parseClause(PREFIX, text, 'whereClause')) as Node
  } catch (error) {
    throw refuse(messageOf(error))
  }
}

/** A term that is true or false whatever the row (`true`, `1 = 1`); null for any other. */
function constantTruth({ A_Const: bare, A_Expr: comparison }: Node): boolean | null {
  if (bare?.boolval) return bare.boolval.boolval === true
  const [left, right] = [comparison?.lexpr?.A_Const, comparison?.rexpr?.A_Const]
  if (!left || !right || comparison?.kind !== 'AEXPR_OP' || namesOf(comparison.name).join('.') !== '=')
    return null
  const [a, b] = [numberText(left), numberText(right)]
  if (a !== null && b !== null) return canonicalNumber(a) === canonicalNumber(b)
  return left.sval && right.sval ? left.sval.sval === right.sval.sval : null
}

function conjuncts(node: Node): Node[] {
  return node.BoolExpr?.boolop === 'AND_EXPR' ? (node.BoolExpr.args ?? []).flatMap(conjuncts) : [node]
}

/**
 * Reads a `where`: a conjunction of `column = value`, `column IN (values)` and `column IS [NOT] NULL`, where a
 * value is a literal or `$n`, typed by its column, and of constant truths. Throws a RequestError naming `where` for anything else.
 */
export async function parseWhere(
  text: string,
  params: readonly string[],
  table: Table,
): Promise<Predicate[]> {
  if (text.trim() === '') return []
  const clause = await whereClause(text)
  const reader = new ConjunctionReader({ table, params, prefixBytes: PREFIX.length })
  return conjuncts(clause).flatMap((node) => {
    const truth = constantTruth(node)
    if (truth === null) return reader.read(node)
    return truth ? [] : NEVER
  })
}
