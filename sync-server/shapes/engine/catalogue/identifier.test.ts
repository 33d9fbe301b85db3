import { describe, expect, it } from 'vitest'
import { parseIdentifier, parseTableName } from './identifier.ts'

describe('an identifier', () => {
  it.each([
    ['Sale', 'sale'],
    ['"Sale"', 'Sale'],
    ['"a ""b"" c"', 'a "b" c'],
    ['" "', ' '],
    // Postgres folds the letters of ASCII alone.
    ['ÄPFEL_$1', 'Äpfel_$1'],
    ['x'.repeat(63), 'x'.repeat(63)],
  ])('%s is read as %s', (text, name) => {
    expect(parseIdentifier(text)).toBe(name)
  })

  it.each([
    ['', 'Invalid zero-length delimited identifier'],
    ['""', 'Invalid zero-length delimited identifier'],
    ['"', 'Invalid zero-length delimited identifier'],
    ['"a"b"', 'Invalid identifier with unescaped quote: a"b'],
    ['a"b', 'Invalid unquoted identifier contains special characters: a"b'],
    ['1st', 'Invalid unquoted identifier contains special characters: 1st'],
    ['ä'.repeat(64), 'Identifier is too long (max length is 63)'],
    [`"${'x'.repeat(64)}"`, 'Identifier is too long (max length is 63)'],
  ])('%s is none', (text, message) => {
    expect(() => parseIdentifier(text)).toThrow(message)
  })
})

describe("a table's name", () => {
  it.each([
    ['Sale', { schema: 'public', name: 'sale' }],
    ['Shop."Sale.Line"', { schema: 'shop', name: 'Sale.Line' }],
  ])('%s is read', (text, table) => {
    expect(parseTableName(text)).toEqual(table)
  })

  it.each([
    ['.sale', 'Invalid zero-length delimited identifier'],
    ['shop.', 'Invalid zero-length delimited identifier'],
    ['db.shop.sale', 'Invalid relation identifier, too many delimiters: db.shop.sale'],
  ])('%s is none', (text, message) => {
    expect(() => parseTableName(text)).toThrow(message)
  })
})
