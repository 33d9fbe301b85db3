import { describe, expect, it } from 'vitest'
import { minor } from '../money.ts'
import { saleCompletedSchema } from './events.ts'
import { changeDue, saleFault, suggestedCash } from './rules.ts'
import { saleFromVersion1 } from './upcast.ts'

const id = (n: number) => `01936f2e-0000-7000-8000-${String(n).padStart(12, '0')}`

// Two packs at 2.18 (2.1 %) and one at 9.99 (10 %): 4.36 + 9.99 = 14.35; 20.00 given, 5.65 back.
// 4.36 / 1.021 = 4.2703 -> 4.27 net, 0.09 VAT; 9.99 / 1.1 = 9.0818 -> 9.08 net, 0.91 VAT.
const sale = saleCompletedSchema.parse(
  saleFromVersion1({
    saleId: id(1),
    sessionId: id(2),
    branchId: id(3),
    registerId: id(4),
    receiptNumber: 1,
    businessDate: '2026-11-21',
    currency: 'EUR',
    lines: [
      {
        lineId: id(5),
        productId: id(6),
        cip13: '3400935955838',
        name: 'DOLIPRANE',
        quantity: 2,
        unitPrice: 218,
        gross: 436,
        vatRateBp: 210,
      },
      {
        lineId: id(7),
        productId: id(8),
        cip13: '3400936145825',
        name: 'SERUM',
        quantity: 1,
        unitPrice: 999,
        gross: 999,
        vatRateBp: 1000,
      },
    ],
    taxes: [
      { rateBp: 210, net: 427, tax: 9, gross: 436 },
      { rateBp: 1000, net: 908, tax: 91, gross: 999 },
    ],
    tenders: [{ tenderId: id(9), kind: 'cash', amount: 1435, given: 2000, change: 565 }],
    total: 1435,
  }),
)

describe('a completed sale', () => {
  it('keeps every rule', () => {
    expect(saleFault(sale)).toBeNull()
  })

  it.each([
    ['total', { total: minor(1436) }],
    ['taxes', { taxes: sale.taxes.slice(0, 1) }],
    ['duplicate-line', { lines: sale.lines.map((line) => ({ ...line, lineId: id(5) })) }],
    ['tenders', { tenders: sale.tenders.map((t) => ({ ...t, amount: minor(1434), given: minor(1999) })) }],
    ['change-without-cash', { tenders: sale.tenders.map((t) => ({ ...t, kind: 'card' as const })) }],
  ])('is at fault in its %s', (fault, change) => {
    expect(saleFault({ ...sale, ...change })).toBe(fault)
  })

  it.each([
    ['lines.0', { lines: sale.lines.map((line) => ({ ...line, gross: 1 })) }],
    ['tenders.0', { tenders: [{ ...sale.tenders[0], change: 0 }] }],
    ['taxes.0', { taxes: [{ ...sale.taxes[0], tax: 10 }] }],
    ['total', { total: 10 ** 12 }],
    ['receiptNumber', { receiptNumber: 0 }],
  ])('is unreadable when %s does not add up', (path, change) => {
    const parsed = saleCompletedSchema.safeParse({ ...sale, ...change })
    expect(parsed.error?.issues[0]?.path.join('.')).toBe(path)
  })

  it('is read although a later build says more in it', () => {
    expect(saleCompletedSchema.safeParse({ ...sale, surprise: true }).success).toBe(true)
  })
})

describe('a sale with discounts', () => {
  const off = (amount: number) => ({
    discountId: id(20),
    scope: 'basket' as const,
    rateBp: null,
    amount: minor(amount),
    reason: 'Damaged box',
    promotionId: null,
    approvedBy: null,
  })
  // 1.35 off the basket: 0.41 off 4.36, 0.94 off 9.99. 3.95 / 1.021 = 3.8688 -> 3.87; 9.05 / 1.1 = 8.2273 -> 8.23.
  const discounted = saleCompletedSchema.parse({
    ...sale,
    lines: [
      { ...sale.lines[0], discounts: [off(41)], gross: 395 },
      { ...sale.lines[1], discounts: [off(94)], gross: 905 },
    ],
    taxes: [
      { rateBp: 210, net: 387, tax: 8, gross: 395 },
      { rateBp: 1000, net: 823, tax: 82, gross: 905 },
    ],
    tenders: [{ ...sale.tenders[0], amount: 1300, given: 1300, change: 0 }],
    total: 1300,
  })

  it('keeps every rule', () => {
    expect(saleFault(discounted)).toBeNull()
  })

  it('is rounded for cash: the tenders add up to what was paid', () => {
    const paid = { ...sale.tenders[0], amount: 1305, given: 1305, change: 0 }
    const rounded = saleCompletedSchema.parse({ ...discounted, rounding: 5, tenders: [paid] })
    expect(saleFault(rounded)).toBeNull()
    expect(saleFault({ ...rounded, rounding: minor(0) })).toBe('tenders')
  })

  it('is unreadable when a line is not what its discounts leave of it', () => {
    const lines = [{ ...discounted.lines[0], gross: 436 }, discounted.lines[1]]
    expect(saleCompletedSchema.safeParse({ ...discounted, lines }).error?.issues[0]?.path).toEqual([
      'lines',
      0,
    ])
  })
})

describe('cash', () => {
  it('gives change, or says that it is not enough', () => {
    expect(changeDue(minor(1435), minor(2000))).toBe(565)
    expect(changeDue(minor(1435), minor(1435))).toBe(0)
    expect(changeDue(minor(1435), minor(1434))).toBeNull()
  })

  it.each([
    [1435, [1435, 1500, 2000, 5000, 10_000]],
    [2000, [2000, 5000, 10_000, 20_000]],
    [5, [5, 100, 500, 1000, 2000]],
    [36_120, [36_120, 36_200, 36_500, 37_000, 38_000]],
  ])('suggests for %i what a customer hands over', (total, amounts) => {
    expect(suggestedCash(minor(total))).toEqual(amounts)
  })
})
