import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Minor, minor } from '../money.ts'
import { addTaxShares, type TaxShare, taxShares } from '../tax.ts'
import { saleRefundedSchema } from './events.ts'
import {
  byReference,
  type RefundableLine,
  refundable,
  refundFault,
  refundGross,
  refundPermission,
  refundTaxes,
  refundTenders,
} from './rules.ts'

const id = (n: number) => `01936f2e-0000-7000-8000-${String(n).padStart(12, '0')}`
const line = (sold: number, gross: number): RefundableLine => ({
  sold,
  gross: minor(gross),
  refunded: 0,
  refundedGross: minor(0),
})

/** Takes packs back one refund after the other. @returns the line as it then is, and what each gave back */
function takeBack(start: RefundableLine, quantities: readonly number[]) {
  const amounts: Minor[] = []
  let now = start
  for (const quantity of quantities) {
    const amount = refundGross(now, quantity)
    amounts.push(amount)
    now = {
      ...now,
      refunded: now.refunded + quantity,
      refundedGross: minor(now.refundedGross + amount),
    }
  }
  return { now, amounts }
}

describe('part refunds', () => {
  it('share out what does not divide, and sum to the whole', () => {
    // 10.00 for three: 3.33, then 6.67 of which 3.33 is back, then the rest.
    expect(takeBack(line(3, 1000), [1, 1, 1]).amounts).toEqual([333, 334, 333])
    expect(takeBack(line(3, 1000), [2, 1]).amounts).toEqual([667, 333])
  })

  it('never give back more packs than were sold', () => {
    expect(() => refundGross(line(3, 1000), 4)).toThrow('4 packs cannot come back')
    const { now } = takeBack(line(3, 1000), [3])
    expect(refundable(now)).toBe(0)
    expect(() => refundGross(now, 1)).toThrow(RangeError)
    expect(refundable({ sold: 2, refunded: 3 })).toBe(0)
  })

  it('of any lines in any parts sum to what was paid, VAT included', () => {
    const lineArb = fc.record({
      sold: fc.integer({ min: 1, max: 40 }),
      gross: fc.integer({ min: 0, max: 200_000 }),
      rate: fc.constantFrom(0, 210, 550, 1000, 2000),
      order: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
    })
    fc.assert(
      fc.property(fc.array(lineArb, { minLength: 1, maxLength: 5 }), (sale) => {
        const lines = sale.map(({ sold, gross }) => line(sold, gross))
        const paid = taxShares(sale.map(({ gross, rate }) => ({ gross: minor(gross), vatRateBp: rate })))
        let back: TaxShare[] = []
        for (let round = 0; lines.some((each) => refundable(each) > 0); round++) {
          const parts = sale.map(({ order, rate }, i) => {
            const each = lines[i] as RefundableLine
            const wanted = round < 8 ? (order[round % order.length] ?? 1) : 40
            const quantity = Math.min(wanted, refundable(each))
            const gross = refundGross(each, quantity)
            lines[i] = {
              ...each,
              refunded: each.refunded + quantity,
              refundedGross: minor(each.refundedGross + gross),
            }
            return { gross, vatRateBp: rate, quantity }
          })
          const coming = parts.filter(({ quantity }) => quantity > 0)
          const taxes = refundTaxes(coming, back)
          for (const share of taxes) {
            expect(share.net + share.tax).toBe(share.gross)
            expect(share.tax).toBeGreaterThanOrEqual(0)
          }
          back = addTaxShares([...back, ...taxes])
        }
        for (const each of lines) expect(each.refundedGross).toBe(each.gross)
        expect(back).toEqual(paid)
      }),
      { numRuns: 300 },
    )
  })
})

describe('the money', () => {
  it('goes back to the card before it is handed out', () => {
    const left = new Map([
      ['cash', 500],
      ['card', 1000],
    ] as const)
    expect(refundTenders(minor(800), left)).toEqual([{ kind: 'card', amount: 800 }])
    expect(refundTenders(minor(1200), left)).toEqual([
      { kind: 'card', amount: 1000 },
      { kind: 'cash', amount: 200 },
    ])
    expect(refundTenders(minor(700), new Map())).toEqual([{ kind: 'cash', amount: 700 }])
    expect(refundTenders(minor(0), left)).toEqual([])
  })

  it('goes back to a voucher and an account before it is handed out', () => {
    const left = new Map([
      ['cash', 500],
      ['voucher', 300],
      ['account', 400],
    ] as const)
    expect(refundTenders(minor(900), left)).toEqual([
      { kind: 'account', amount: 400 },
      { kind: 'voucher', amount: 300 },
      { kind: 'cash', amount: 200 },
    ])
  })

  it('names the voucher that it goes back to, none getting more than it gave', () => {
    const paid = [
      { kind: 'voucher', reference: 'A', amount: 500 },
      { kind: 'voucher', reference: 'B', amount: 300 },
    ] as const
    const before = [{ kind: 'voucher', reference: 'A', amount: 450 }] as const
    expect(byReference({ kind: 'voucher', amount: minor(200) }, paid, before)).toEqual([
      { kind: 'voucher', amount: 50, reference: 'A' },
      { kind: 'voucher', amount: 150, reference: 'B' },
    ])
    const cash = { kind: 'cash', amount: minor(200) } as const
    expect(byReference(cash, paid, before)).toEqual([cash])
    // A card that was recorded by hand has no reference.
    const card = { kind: 'card', amount: minor(200) } as const
    expect(byReference(card, [{ kind: 'card', reference: null, amount: 200 }], [])).toEqual([card])
  })
})

// One of two packs at 2.18 (2.1 %): 2.18 / 1.021 = 2.1352 -> 2.14 net, 0.04 VAT.
const refund = saleRefundedSchema.parse({
  refundId: id(1),
  sessionId: id(2),
  branchId: id(3),
  registerId: id(4),
  refundNumber: 1,
  businessDate: '2026-11-21',
  currency: 'EUR',
  saleId: id(5),
  lines: [
    {
      lineId: id(6),
      saleLineId: id(7),
      productId: id(8),
      cip13: '3400935955838',
      name: 'DOLIPRANE',
      quantity: 1,
      gross: 218,
      vatRateBp: 210,
      disposition: 'quarantine',
    },
  ],
  taxes: [{ rateBp: 210, net: 214, tax: 4, gross: 218 }],
  tenders: [{ tenderId: id(9), kind: 'cash', amount: 218 }],
  total: 218,
  reason: 'faulty',
})

describe('a refund', () => {
  it('keeps every rule', () => {
    expect(refundFault(refund)).toBeNull()
    expect(refundPermission(refund)).toBe('refund.make')
    expect(refundPermission({ saleId: null })).toBe('refund.without-receipt')
  })

  it.each([
    ['total', { total: minor(219) }],
    ['taxes', { taxes: [] }],
    ['rounding', { taxes: [{ rateBp: 210, net: minor(150), tax: minor(68), gross: minor(218) }] }],
    ['tenders', { tenders: [] }],
    ['receipt', { saleId: null }],
    ['duplicate-line', { lines: [...refund.lines, ...refund.lines] }],
    ['duplicate-tender', { tenders: [...refund.tenders, ...refund.tenders] }],
  ])('is at fault in its %s', (fault, change) => {
    expect(refundFault({ ...refund, ...change })).toBe(fault)
  })
})
