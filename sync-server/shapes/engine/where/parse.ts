import type { Table } from '../catalogue/table.ts'
import { messageOf, RequestError } from '../errors.ts'
import type { Node } from './ast.ts'
import { parseClause } from './clause.ts'
import { ConjunctionReader } from './conjunction.ts'
import type { Predicate } from './predicate.ts'

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

function conjuncts(node: Node): Node[] {
  return node.BoolExpr?.boolop === 'AND_EXPR' ? (node.BoolExpr.args ?? []).flatMap(conjuncts) : [node]
}

/**
 * Reads a `where`: a conjunction of `column = value`, `column IN (values)` and `column IS [NOT] NULL`, where a
 * value is a literal or `$n`, typed by its column. Throws a RequestError naming `where` for anything else.
 */
export async function parseWhere(
  text: string,
  params: readonly string[],
  table: Table,
): Promise<Predicate[]> {
  if (text.trim() === '') return []
  const clause = await whereClause(text)
  const reader = new ConjunctionReader({ table, params, prefixBytes: PREFIX.length })
  return conjuncts(clause).map((node) => reader.read(node))
}
