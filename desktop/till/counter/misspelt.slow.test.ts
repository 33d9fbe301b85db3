import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { ProductRow } from '../../../domain/catalogue/product.ts'
import { readBdpmFolder } from '../../../sync-server/catalogue/files.ts'
import { databaseFile } from '../data-folder.ts'
import { openTillDatabase, type TillDatabase } from '../store/database.ts'
import { accepted, seedTill, TEST_STAFF } from '../test-fixtures.ts'
import { createTill, type Till } from '../till.ts'

let dir: string
let db: TillDatabase
let till: Till
let products: ProductRow[]
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'till-'))
  products = (await readBdpmFolder(join(import.meta.dirname, '../../../data/bdpm'))).catalogue.products
  const seeded = await seedTill(dir, products)
  db = await openTillDatabase(databaseFile(dir))
  till = createTill({ db, identity: seeded.identity, locale: 'fr', hasPrinter: false })
  await till.operators.unlock(TEST_STAFF.cashier.pin)
  // The words of the catalogue are read beside other work, as at the start of any day.
  await vi.waitUntil(() => found('zyrteksett').length > 0, { timeout: 20_000 })
}, 60_000)
afterAll(() => {
  db.close()
  rmSync(dir, { recursive: true, force: true })
})

const found = (text: string) => accepted(till.search(text, 12))
const titles = (text: string) => found(text).map(({ name, substances }) => `${name} ${substances}`)

/** As they are written down at counters, on notes and on the telephone; in the whole official catalogue. */
test.each([
  ['dolipran', 'DOLIPRANE'],
  ['doliprame', 'DOLIPRANE'],
  ['dolliprane', 'DOLIPRANE'],
  ['dolirpane 1000', 'DOLIPRANE 1000'],
  ['efferalguan', 'EFFERALGAN'],
  ['eferalgan', 'EFFERALGAN'],
  ['paracetamol', 'PARACETAMOL'],
  ['paracetmol', 'PARACETAMOL'],
  ['parasetamol', 'PARACETAMOL'],
  ['paracetamole 500', 'PARACETAMOL'],
  ['amoxiciline', 'AMOXICILLINE'],
  ['amoxycilline', 'AMOXICILLINE'],
  ['amoxicillin', 'AMOXICILLINE'],
  ['amoxilline', 'AMOXICILLINE'],
  ['augmantin', 'AUGMENTIN'],
  ['ibuprofène', 'IBUPROFENE'],
  ['ibuprophène', 'IBUPROFENE'],
  ['iboprofene 400', 'IBUPROFENE'],
  ['levothyrox', 'LEVOTHYROX'],
  ['levotyrox', 'LEVOTHYROX'],
  ['lévotirox 100', 'LEVOTHYROX'],
  ['omeprasol', 'OMEPRAZOLE'],
  ['esomeprazol', 'ESOMEPRAZOLE'],
  ['ventolinne', 'VENTOLINE'],
  ['kardegick', 'KARDEGIC'],
  ['spasfond', 'SPASFON'],
  ['gaviscom', 'GAVISCON'],
  ['voltarene', 'VOLTARENE'],
  ['xarleto', 'XARELTO'],
  ['atorvastatin', 'ATORVASTATINE'],
  ['atorvastatyne', 'ATORVASTATINE'],
  ['metformin', 'METFORMINE'],
  ['metphormine', 'METFORMINE'],
  ['tramadole', 'TRAMADOL'],
  ['codeïne', 'CODEINE'],
  ['seroplexe', 'SEROPLEX'],
  ['xanaxx', 'XANAX'],
  ['dluoxetine', 'DULOXETINE'],
])('%s finds %s', (text, expected) => {
  expect(titles(text)[0]?.normalize('NFD').replace(/\p{M}/gu, '')).toContain(expected)
})

test('any name with one slip in its first word is among what is shown for it', () => {
  const named = products.filter(({ name, status }) => status === 'active' && /^[A-Z]{7,}\b/.test(name))
  const at = fc.nat(named.length - 1)
  fc.assert(
    fc.property(at, fc.integer({ min: 1, max: 4 }), (index, slip) => {
      const { name } = named[index] as ProductRow
      const word = (/^[A-Z]+/.exec(name)?.[0] ?? '').toLowerCase()
      const typed = `${word.slice(0, slip)}${word[slip + 1]}${word[slip]}${word.slice(slip + 2)}`
      // Another medicine may really be called so, or be as near: then both are told, and the person chooses.
      return found(typed).some(
        ({ spelling, name }) =>
          spelling === null || spelling === word || name.toLowerCase().startsWith(word.slice(0, 4)),
      )
    }),
    { numRuns: 80 },
  )
})

test('any code with two neighbouring digits swapped leads to the pack, unless it is the code of another', () => {
  const codes = new Set(products.map(({ cip13 }) => cip13))
  fc.assert(
    fc.property(fc.nat(products.length - 1), fc.integer({ min: 5, max: 11 }), (index, i) => {
      const { cip13 } = products[index] as ProductRow
      const typed = `${cip13.slice(0, i)}${cip13[i + 1]}${cip13[i]}${cip13.slice(i + 2)}`
      return codes.has(typed) || found(typed).some((product) => product.cip13 === cip13)
    }),
    { numRuns: 80 },
  )
})
