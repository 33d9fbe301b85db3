import { expect, it } from 'vitest'
import type { SeenSale } from '../../../migrations/synced-tables.ts'
import { branchDay, dayKey, hourAt, hourRange } from './day.ts'

const sale = (branch: string, date: string, at: string, total: number): SeenSale => ({
  id: `${branch}${at}`,
  branch_id: branch,
  register_id: 'r',
  cashier_id: 'c',
  receipt_number: 1,
  business_date: date,
  completed_at: at,
  currency: 'EUR',
  total,
  event_hash: 'h',
})

const LYON = { id: 'lyon', time_zone: 'Europe/Paris' }
const REUNION = { id: 'reunion', time_zone: 'Indian/Reunion' }

it('reads the hour off the branch’s clock', () => {
  const at = Date.parse('2026-11-25T22:30:00Z')
  expect(hourAt(at, 'Europe/Paris')).toBe(23)
  expect(hourAt(at, 'Indian/Reunion')).toBe(2)
  expect(hourAt(Date.parse('2026-07-01T22:30:00Z'), 'Europe/Paris')).toBe(0)
})

it('counts a day by each branch’s own calendar', () => {
  const now = Date.parse('2026-11-25T22:30:00.000Z')
  const sales = [
    sale('lyon', '2026-11-25', '2026-11-25T08:00:00.000Z', 218),
    sale('lyon', '2026-11-24', '2026-11-24T08:00:00.000Z', 9999),
    sale('reunion', '2026-11-25', '2026-11-25T08:00:00.000Z', 777),
    sale('reunion', '2026-11-26', '2026-11-25T22:10:00.000Z', 100),
  ]
  const tenOClock = Array.from({ length: 24 }, (_, hour) => (hour === 10 ? 500 : 0))
  const weekAgo = new Map([[dayKey('lyon', '2026-11-18'), tenOClock]])
  const lyon = branchDay(LYON, sales, now, weekAgo)
  expect(lyon).toMatchObject({ date: '2026-11-25', count: 1, gross: 218 })
  expect(lyon.lastSaleAt).toBe('2026-11-25T08:00:00.000Z')
  expect(lyon.byHour[9]).toBe(218)
  expect(lyon.lastWeekByHour[10]).toBe(500)
  expect(branchDay(REUNION, sales, now, weekAgo)).toMatchObject({ date: '2026-11-26', count: 1, gross: 100 })
})

it('leaves the hours to come empty, and none sold as zero', () => {
  const day = branchDay(LYON, [], Date.parse('2026-11-25T11:59:00Z'), new Map())
  expect(day.byHour[12]).toBe(0)
  expect(day.byHour[13]).toBeNull()
  expect(day).toMatchObject({ count: 0, gross: 0, lastSaleAt: null })
  expect(hourRange([day])).toEqual({ from: 8, to: 20 })
})

it('widens what is drawn to a sale at night', () => {
  const night = sale('lyon', '2026-11-25', '2026-11-25T04:00:00.000Z', 1)
  const day = branchDay(LYON, [night], Date.parse('2026-11-25T20:00:00Z'), new Map())
  expect(hourRange([day])).toEqual({ from: 5, to: 20 })
})
