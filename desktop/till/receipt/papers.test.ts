import { afterEach, beforeEach, expect, test } from 'vitest'
import { accepted, cents, openTestTill, TEST_STAFF, type TestTill } from '../test-fixtures.ts'
import { createTill } from '../till.ts'
import { createPaperReader } from './stored-paper.ts'

let till: TestTill
beforeEach(async () => {
  till = await openTestTill({ hasPrinter: false })
  await till.unlockAs('pharmacist')
  accepted(till.openSession(cents(10_000)))
  accepted(till.scan('3400935955838'))
  accepted(till.completeSale({ kind: 'cash', given: cents(116) }, till.basket.revision()))
  accepted(till.moveCash({ kind: 'paid-out', amount: cents(1240), reason: 'timbres' }))
  accepted(till.closeSession([]))
})
afterEach(() => till.dispose())

const jobs = () => till.context.db.prepare('select kind, state, document from print_job order by id').all()

test('without a printer papers are kept, and nobody is told that they print', () => {
  const papers = accepted(till.papers.list())
  expect(papers).toMatchObject([
    { title: 'CLÔTURE DE CAISSE Z 1', kept: true },
    { title: 'SORTIE DE CAISSE', kept: true },
  ])
  const before = jobs()
  expect(till.papers.print(String(papers[0]?.paperId))).toEqual({ refused: 'no-printer' })
  const sale = String(till.context.db.prepare('select id from sale').pluck().get())
  expect(till.copyReceipt(sale)).toEqual({ refused: 'no-printer' })
  expect(jobs()).toEqual(before)
})

test('with one they print when somebody asks, each marked as a copy and as it was laid out then', async () => {
  const later = createTill({
    db: till.context.db,
    identity: till.identity,
    locale: 'fr',
    hasPrinter: true,
    now: () => till.clock.ms++,
  })
  await later.operators.unlock(TEST_STAFF.pharmacist.pin)
  const [z] = accepted(later.papers.list())
  accepted(later.papers.print(String(z?.paperId)))
  expect(jobs().at(-1)).toMatchObject({ kind: 'copy', state: 'waiting' })
  const read = createPaperReader(till.context.db)
  const [original, copy] = jobs()
    .map((job) => read((job as { document: string }).document))
    .filter((paper) => 'title' in paper && paper.title.startsWith('CLÔTURE'))
  if (!original || !copy || !('elements' in original) || !('elements' in copy)) throw new Error('no papers')
  expect(copy.elements[0]).toMatchObject({ kind: 'text', text: 'DUPLICATA' })
  expect(copy.elements.slice(1)).toEqual(original.elements)
  expect(accepted(later.papers.list())[0]).toMatchObject({ title: 'CLÔTURE DE CAISSE Z 1', kept: false })
  expect(later.papers.print('0190a000-0000-7000-8000-00000000dead')).toMatchObject({
    refused: 'field-not-readable',
  })
})
