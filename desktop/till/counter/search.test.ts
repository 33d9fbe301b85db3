import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accepted, openTestTill, type TestTill } from '../test-fixtures.ts'
import { tokensOf } from './search.ts'

let till: TestTill
beforeAll(async () => {
  till = await openTestTill()
  await till.unlockAs('cashier')
})
afterAll(() => till.dispose())

const names = (text: string) => accepted(till.search(text)).map((product) => product.name.split(' ')[0])

describe('product search', () => {
  test.each([
    ['the beginning of a name', 'dolip', ['DOLIPRANE']],
    ['words in any order', '20 xarel', ['XARELTO']],
    ['words without their accents', 'emulsion applic cutanee', ['BIAFINEACT,']],
    ['accents where there are none', 'xarèlto', ['XARELTO']],
    ['the holder', 'ethypharm', ['ACTISKENAN']],
    ['a CIP13', '3400935955838', ['DOLIPRANE']],
    ['the beginning of a CIP13', '340093595583', ['DOLIPRANE']],
    ['a CIP7', '3595583', ['DOLIPRANE']],
    ['nothing that is there', 'zzzz', []],
    ['signs alone', '"*^{}', []],
    ['the syntax of the index', 'name:doliprane OR', []],
  ])('finds %s', (_, text, expected) => {
    expect(names(text)).toEqual(expected)
  })

  test('puts names that begin so before those that only contain it, and what cannot be sold last', () => {
    const { db } = till.context
    db.exec(`update product set status = 'withdrawn' where cip13 = '3400935463203'`)
    const found = accepted(till.search('la')).map((product) => product.name)
    expect(found.at(-1)).toMatch(/^LANTUS/)
    db.exec(`update product set status = 'active' where cip13 = '3400935463203'`)
    expect(accepted(till.search('la'))[0]?.name).toMatch(/^LANTUS/)
  })

  test('tells price, list, and packs on the shelf', () => {
    expect(accepted(till.search('oxycodone'))[0]).toMatchObject({
      cip13: '3400930068960',
      price: 364,
      prescriptionList: 'stupefiant',
      onHand: 10,
    })
  })

  test('gives no more than was asked for', () => {
    expect(accepted(till.search('34', 3))).toHaveLength(3)
  })

  test('splits text as the index does', () => {
    expect(tokensOf('  Éfferalgan-500 mg,  comprimé ')).toEqual(['efferalgan', '500', 'mg', 'comprime'])
  })
})
