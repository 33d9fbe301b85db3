import { describe, expect, it } from 'vitest'
import type { Column, Table } from '../catalogue/table.ts'
import { RequestError } from '../errors.ts'
import { readFilter, readOrder } from './filter.ts'

const column = (name: string): Column => ({
  name,
  typeOid: 25,
  typmod: -1,
  type: 'text',
  baseType: 'text',
  kind: 'base',
  dims: 0,
  notNull: false,
  number: 1,
  labels: null,
  pkIndex: null,
  bytewise: true,
})

const TABLE: Table = {
  oid: 1,
  schema: 'public',
  name: 't',
  replicaIdentity: 'f',
  columns: ['id', 'title', 'Odd "one"'].map(column),
  file: 1,
  altered: '',
  membership: null,
  generated: [],
}

async function refusal(reading: Promise<string>): Promise<string> {
  const error = await reading.then(
    (sql) => new Error(`read as ${sql}`),
    (reason: unknown) => reason,
  )
  return error instanceof RequestError ? JSON.stringify(error.errors) : String(error)
}

describe("a subset's filter", () => {
  it.each([
    [
      'id = 1 AND (title LIKE $1 OR NOT title IS NULL)',
      ['a%'],
      "id = 1 AND (title LIKE  'a%'  OR NOT title IS NULL)",
    ],
    [
      "title = 'é😀' AND id = $2 AND title <> $1",
      ["it's", '\\'],
      "title = 'é😀' AND id =  E'\\\\'  AND title <>  'it''s' ",
    ],
    ['id BETWEEN 1 AND 3', [], 'id BETWEEN 1 AND 3'],
    ['id IN ($1, $2)', ['1', '2'], "id IN ( '1' ,  '2' )"],
    ['lower(title) = coalesce($1::text, title)', ['x'], "lower(title) = coalesce( 'x' ::text, title)"],
    ['id = ANY (ARRAY[1, 2])', [], 'id = ANY (ARRAY[1, 2])'],
  ])('may be %s', async (text, params, sql) => {
    expect(await readFilter(text, params, TABLE)).toBe(sql)
  })

  it.each([
    ['id IN (SELECT 1)', 'SubLink expressions are not allowed in subsets'],
    ['pg_sleep(9) IS NULL', 'At location 0: unknown or unsupported function pg_sleep/1'],
    ['id = current_user', 'SQLValueFunction expressions are not allowed'],
    ["'pg_class'::regclass IS NOT NULL", 'unsupported type regclass'],
    ['id OPERATOR(pg_catalog.=) 1', 'unsupported operator pg_catalog.='],
    ['t.id = 1', 'unknown reference t.id'],
    ['nope = 1', 'At location 0: unknown reference nope'],
    ['id = $3', 'parameter $3 was not provided'],
    ['true; DROP TABLE t', 'statement split'],
    ['true GROUP BY id', 'beyond the where clause'],
    ['true UNION SELECT 1', 'beyond the where clause'],
    ['true) OR (true', 'syntax error'],
    ['id = 1 /*', 'unterminated'],
    [`id = '${'é'.repeat(32_768)}'`, 'bigger than maximum size (65535 bytes)'],
  ])('may not be %s', async (text, message) => {
    expect(await refusal(readFilter(text, ['a', 'b'], TABLE))).toContain(message)
  })
})

describe("a subset's order", () => {
  it('is columns with their directions', async () => {
    const order = await readOrder('title DESC NULLS LAST, id, "Odd ""one""" asc nulls first', TABLE)
    expect(order).toBe('"title" DESC NULLS LAST, "id", "Odd ""one""" NULLS FIRST')
  })

  it.each([
    ['nope', 'At location 18: unknown reference nope'],
    ['id, lower(title)', 'At location 22: FuncCall expressions are not allowed in ORDER BY clauses'],
    ['(SELECT 1)', 'At location 18: SubLink expressions are not allowed in ORDER BY clauses'],
    ['id::text', 'TypeCast expressions are not allowed in ORDER BY clauses'],
    ['$1', 'At location 18: parameter $1 is not supported in ORDER BY clauses'],
    ['id LIMIT 1', 'beyond the order'],
    ['id; DROP TABLE t', 'statement split'],
  ])('may not be %s', async (text, message) => {
    expect(await refusal(readOrder(text, TABLE))).toContain(message)
  })
})
