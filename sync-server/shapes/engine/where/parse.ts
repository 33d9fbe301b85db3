import { hasSqlDetails, parse } from 'libpg-query'
import type { Table } from '../catalogue/table.ts'
import { RequestError } from '../errors.ts'
import type { Node, ParseTree } from './ast.ts'
import { ConjunctionReader } from './conjunction.ts'
import type { Predicate } from './predicate.ts'

/** Electric parses the text behind the same prefix, and its syntax errors count from there. */
const PREFIX = 'SELECT 1 WHERE '
const PLAIN_SELECT = new Set(['targetList', 'whereClause', 'limitOption', 'op'])

function refuse(message: string): RequestError {
  return new RequestError({ where: [message] })
}

async function parseTree(text: string): Promise<ParseTree> {
  try {
    return (await parse(PREFIX + text)) as ParseTree
  } catch (error) {
    if (error instanceof Error && hasSqlDetails(error) && error.sqlDetails) {
      const { cursorPosition, message } = error.sqlDetails
      throw refuse(`At location ${cursorPosition}: ${message}`)
    }
    throw refuse(error instanceof Error ? error.message : 'is invalid')
  }
}

function whereClause(tree: ParseTree): Node {
  const [statement, ...rest] = tree.stmts ?? []
  if (rest.length > 0) throw refuse('unescaped ";" causing statement split')
  const select = statement?.stmt?.SelectStmt
  const clause = select?.whereClause
  if (!clause || Object.keys(select).some((key) => !PLAIN_SELECT.has(key)) || select.op !== 'SETOP_NONE') {
    throw refuse('malformed query ending with SQL beyond the where clause')
  }
  return clause
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
  const clause = whereClause(await parseTree(text))
  const reader = new ConjunctionReader({ table, params, prefixBytes: PREFIX.length })
  return conjuncts(clause).map((node) => reader.read(node))
}
