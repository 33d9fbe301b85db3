import { expect, it } from 'vitest'
import type { SaleRow } from '../../../domain/sale/rows.ts'
import { branchDay, hourAt, hourRange } from './day.ts'

const sale = (branch: string, date: string, at: string, total: number): SaleRow => ({
  id: `${branch}${at}`,
  branch_id: branch,
  register_id: 'r',
  device_id: 'd',
  seq: 1,
  session_id: 's',
  cashier_id: 'c',
  receipt_number: 1,
  business_date: date,
  completed_at: at,
  currency: 'EUR',
  total,
  rounding: 0,
  tax_rounding: 'receipt',
  customer_id: null,
  note: null,
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
    sale('lyon', '2026-11-18', '2026-11-18T09:10:00.000Z', 500),
    sale('reunion', '2026-11-25', '2026-11-25T08:00:00.000Z', 777),
    sale('reunion', '2026-11-26', '2026-11-25T22:10:00.000Z', 100),
  ]
  const lyon = branchDay(LYON, sales, now)
  expect(lyon).toMatchObject({ date: '2026-11-25', count: 1, gross: 218 })
  expect(lyon.lastSaleAt).toBe('2026-11-25T08:00:00.000Z')
  expect(lyon.byHour[9]).toBe(218)
  expect(lyon.lastWeekByHour[10]).toBe(500)
  expect(branchDay(REUNION, sales, now)).toMatchObject({ date: '2026-11-26', count: 1, gross: 100 })
})

it('leaves the hours to come empty, and none sold as zero', () => {
  const day = branchDay(LYON, [], Date.parse('2026-11-25T11:59:00Z'))
  expect(day.byHour[12]).toBe(0)
  expect(day.byHour[13]).toBeNull()
  expect(day).toMatchObject({ count: 0, gross: 0, lastSaleAt: null })
  expect(hourRange([day])).toEqual({ from: 8, to: 20 })
})

it('widens what is drawn to a sale at night', () => {
  const night = sale('lyon', '2026-11-25', '2026-11-25T04:00:00.000Z', 1)
  const day = branchDay(LYON, [night], Date.parse('2026-11-25T20:00:00Z'))
  expect(hourRange([day])).toEqual({ from: 5, to: 20 })
})
