import { describe, expect, it } from 'vitest'
import { addDays, businessDateAt } from './business-date.ts'

describe('the business date of a branch', () => {
  it.each([
    ['2026-11-24T22:59:59.999Z', 'Europe/Paris', '2026-11-24'],
    ['2026-11-24T23:00:00.000Z', 'Europe/Paris', '2026-11-25'],
    // Summer time: midnight is at 22:00 UTC; the clocks go back on 25 October 2026.
    ['2026-07-14T22:00:00.000Z', 'Europe/Paris', '2026-07-15'],
    ['2026-10-24T22:00:00.000Z', 'Europe/Paris', '2026-10-25'],
    ['2026-10-25T22:59:00.000Z', 'Europe/Paris', '2026-10-25'],
    ['2026-11-24T23:30:00.000Z', 'America/Martinique', '2026-11-24'],
  ])('is, at %s in %s, %s', (instant, zone, date) => {
    expect(businessDateAt(Date.parse(instant), zone)).toBe(date)
  })

  it('counts days over month ends and summer time', () => {
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01')
    expect(addDays('2026-10-24', 2)).toBe('2026-10-26')
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31')
  })
})
