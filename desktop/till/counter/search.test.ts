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
    ['the substance', 'acetylsalicylique', ['KARDEGIC']],
    ['substance and strength', 'paracetamol 1000', ['DOLIPRANE']],
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

  test.each([
    ['kardegic 75', 'name', null],
    ['3400935955838', 'code', null],
    ['rivaroxaban', 'substance', null],
    ['bayer 20', 'holder', null],
    ['zyrtekset', 'name', 'zyrtecset'],
    ['rivaroxabam', 'substance', 'rivaroxaban'],
    ['3400935955883', 'code', '3400935955838'],
    ['3595538', 'code', '3595583'],
  ])('says by what %s was found', (text, by, spelling) => {
    expect(accepted(till.search(text))[0]).toMatchObject({ by, spelling })
  })

  test('looks for other spellings only of what nothing on sale is called', () => {
    expect(accepted(till.search('lantis')).map(({ spelling }) => spelling)).toEqual(['lantus'])
    expect(accepted(till.search('lant')).map(({ spelling }) => spelling)).toEqual([null])
    till.context.db.exec(`update product set status = 'withdrawn' where cip13 = '3400935463203'`)
    expect(accepted(till.search('lant')).map(({ name }) => name.slice(0, 6))).toEqual(['LANTUS'])
    till.context.db.exec(`update product set status = 'active' where cip13 = '3400935463203'`)
  })

  test('gives no more than was asked for', () => {
    expect(accepted(till.search('34', 3))).toHaveLength(3)
  })

  test('splits text as the index does', () => {
    expect(tokensOf('  Éfferalgan-500 mg,  comprimé ')).toEqual(['efferalgan', '500', 'mg', 'comprime'])
  })
})
