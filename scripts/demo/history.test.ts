import { describe, expect, it } from 'vitest'
import { holidaysOf, partsOf, periodOf } from '../../forecast-models/calendar.ts'
import { type HistoryOptions, type HistoryRow, syntheticHistory } from './history.ts'

const NAMES = [
  'DOLIPRANE 1000 mg, comprimé',
  'CETIRIZINE ARROW 10 mg, comprimé',
  'AMLODIPINE BIOGARAN 5 mg, gélule',
]

const options: HistoryOptions = {
  seed: 42,
  products: Array.from({ length: 1500 }, (_, i) => ({
    id: `product-${i}`,
    cip13: String(3400930000000 + i),
    name: `${NAMES[i % 3]} ${i}`,
    price: i % 5 === 0 ? null : 200 + i,
    reimbursement_bp: 6500,
    status: i % 50 === 0 ? 'withdrawn' : 'active',
  })),
  branches: [{ id: 'lyon' }, { id: 'nantes' }],
  from: '2025-11-25',
  to: '2026-11-24',
}
const rows = [...syntheticHistory(options)]
const sum = (of: (row: HistoryRow) => boolean) =>
  rows.filter(of).reduce((total, row) => total + row.quantity, 0)
const kind = (row: HistoryRow) => Number(row.productId.slice(8)) % 3

describe('syntheticHistory', () => {
  it('is the same for the same seed, another for another, and says that it is made up', () => {
    expect([...syntheticHistory(options)]).toEqual(rows)
    expect([...syntheticHistory({ ...options, seed: 43 })]).not.toEqual(rows)
    expect(new Set(rows.map((row) => row.origin))).toEqual(new Set(['synthetic']))
  })

  it('gives shared days the same sales when the range grows', () => {
    const june = (row: HistoryRow) => row.date >= '2026-06-01' && row.date <= '2026-06-30'
    const shorter = [...syntheticHistory({ ...options, from: '2026-06-01', to: '2026-06-30' })]
    expect(shorter.length).toBeGreaterThan(1000)
    expect(rows.filter(june)).toEqual(shorter)
  })

  it('has whole packs, each product and day once, in the range, for 600 products a branch', () => {
    const keys = new Set(rows.map((row) => `${row.branchId} ${row.productId} ${row.date}`))
    expect(keys.size).toBe(rows.length)
    expect(rows.every((row) => Number.isInteger(row.quantity) && row.quantity > 0)).toBe(true)
    expect(rows.every((row) => row.date >= options.from && row.date <= options.to)).toBe(true)
    for (const branch of options.branches) {
      const sold = new Set(rows.filter((row) => row.branchId === branch.id).map((row) => row.productId))
      expect(sold.size).toBeGreaterThan(580)
      expect(sold.size).toBeLessThanOrEqual(600)
    }
  })

  it('sells nothing on Sundays, public holidays or of withdrawn products', () => {
    const holiday = holidaysOf('fr')
    for (const date of new Set(rows.map((row) => row.date))) {
      const period = periodOf('D', date)
      expect(holiday(period) || partsOf('D', period).weekday === 6, date).toBe(false)
    }
    expect(rows.some((row) => Number(row.productId.slice(8)) % 50 === 0)).toBe(false)
  })

  it('has winter colds, pollen in spring, and neither for what is taken all year', () => {
    const inMonths = (group: number, ...months: string[]) =>
      sum((row) => kind(row) === group && months.includes(row.date.slice(5, 7)))
    expect(inMonths(0, '12', '01', '02') / inMonths(0, '06', '07', '09')).toBeGreaterThan(1.5)
    expect(inMonths(1, '04', '05', '06') / inMonths(1, '10', '11', '12')).toBeGreaterThan(2)
    expect(Math.abs(inMonths(2, '01', '02', '03') / inMonths(2, '05', '06', '07') - 1)).toBeLessThan(0.25)
  })

  it('has fast movers and a long tail', () => {
    const packs = new Map<string, number>()
    for (const row of rows) packs.set(row.productId, (packs.get(row.productId) ?? 0) + row.quantity)
    const totals = [...packs.values()].sort((a, b) => b - a)
    expect(totals[0]).toBeGreaterThan(2000)
    expect(totals[Math.floor(totals.length / 2)]).toBeLessThan(150)
  })

  it('refuses a range that ends before it starts', () => {
    expect(() => [...syntheticHistory({ ...options, from: '2026-11-25' })]).toThrow(/from \(2026-11-25\)/)
  })
})
