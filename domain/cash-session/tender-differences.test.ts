import fc from 'fast-check'
import { expect, test } from 'vitest'
import { minor } from '../money.ts'
import type { TenderKind } from '../sale/events.ts'
import { tenderDifferences } from './tender-differences.ts'

const card = (amount: number) => ({ kind: 'card' as const, amount: minor(amount) })

test('card slips are compared with what was taken less what was given back', () => {
  // 4.57 taken, 1.16 given back: 3.41 of slips agree, 4.57 are 1.16 too many.
  const figures = { tenders: [card(457)], refunds: { tenders: [{ ...card(116), count: 1 }] } }
  expect(tenderDifferences(figures, [card(341)])).toEqual([
    { kind: 'card', counted: 341, expected: 341, difference: 0 },
  ])
  expect(tenderDifferences(figures, [card(457)])).toMatchObject([{ difference: 116 }])
  expect(tenderDifferences(figures, [])).toEqual([])
  // Nothing of it was ever taken: whatever is counted is over.
  expect(tenderDifferences({ tenders: [] }, [card(341)])).toMatchObject([{ expected: 0, difference: 341 }])
})

const kind = fc.constantFrom<TenderKind>('card', 'voucher')
const slip = fc.record({ kind, amount: fc.integer({ min: 1, max: 99_999_999 }), back: fc.boolean() })
const totals = (slips: readonly { kind: TenderKind; amount: number }[]) =>
  (['card', 'voucher'] as const).flatMap((each) => {
    const own = slips.filter((one) => one.kind === each)
    const amount = own.reduce((sum, one) => sum + one.amount, 0)
    return own.length === 0 ? [] : [{ kind: each, count: own.length, amount: minor(amount) }]
  })

test('for any sales and refunds: slips added up one by one agree, and a slip too many is exactly that', () => {
  fc.assert(
    fc.property(fc.array(slip), kind, fc.integer({ min: -99_999, max: 99_999 }), (slips, wrong, off) => {
      const backs = totals(slips.filter(({ back }) => back))
      const figures = {
        tenders: totals(slips.filter(({ back }) => !back)),
        ...(backs.length > 0 && { refunds: { tenders: backs } }),
      }
      const counted = (['card', 'voucher'] as const).map((each) => ({
        kind: each,
        amount: minor(
          slips
            .filter((one) => one.kind === each)
            .reduce((sum, { amount, back }) => sum + (back ? -amount : amount), each === wrong ? off : 0),
        ),
      }))
      for (const { kind: of, difference } of tenderDifferences(figures, counted)) {
        expect(difference).toBe(of === wrong ? off : 0)
      }
    }),
  )
})
