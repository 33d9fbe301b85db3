import { hasSqlDetails, parse } from 'libpg-query'
import type { ParseTree } from './ast.ts'

/** Longer texts are not worth a parser's time, nor safe for its stack. */
const MAX_BYTES = 65_535
const PLAIN_SELECT = new Set(['targetList', 'limitOption', 'op'])
const NAMES = { whereClause: 'the where clause', sortClause: 'the order' }

async function parseTree(text: string): Promise<ParseTree> {
  try {
    return (await parse(text)) as ParseTree
  } catch (error) {
    if (!(error instanceof Error && hasSqlDetails(error) && error.sqlDetails)) throw error
    const { cursorPosition, message } = error.sqlDetails
    throw new Error(`At location ${cursorPosition}: ${message}`, { cause: error })
  }
}

/**
 * Parses a text that follows a SELECT's beginning and holds nothing but one clause of it; gives that clause's tree.
 * Throws an Error whose message tells where and why the text is not that, places counted from the prefix on.
 */
export async function parseClause(
  prefix: string,
  text: string,
  clause: 'whereClause' | 'sortClause',
): Promise<unknown> {
  if (Buffer.byteLength(text) > MAX_BYTES) {
    throw new Error(`${NAMES[clause]} is bigger than maximum size (${MAX_BYTES} bytes)`)
  }
  const [statement, ...rest] = (await parseTree(prefix + text)).stmts ?? []
  if (rest.length > 0) throw new Error('unescaped ";" causing statement split')
  const select = statement?.stmt?.SelectStmt
  const found = select?.[clause]
  const isPlain = (key: string) => key === clause || PLAIN_SELECT.has(key)
  if (!found || !Object.keys(select).every(isPlain) || select.op !== 'SETOP_NONE') {
    throw new Error(`malformed query ending with SQL beyond ${NAMES[clause]}`)
  }
  return found
}
