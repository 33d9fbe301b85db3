import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dateOf, easterSunday, frenchHolidays, holidaysOf, partsOf, periodOf } from './calendar.ts'

const iso = (day: number) => dateOf('D', day)

describe('calendar', () => {
  it('knows the eleven public holidays of 2026', () => {
    expect(frenchHolidays(2026).map(iso)).toEqual([
      '2026-01-01',
      '2026-04-06',
      '2026-05-01',
      '2026-05-08',
      '2026-05-14',
      '2026-05-25',
      '2026-07-14',
      '2026-08-15',
      '2026-11-01',
      '2026-11-11',
      '2026-12-25',
    ])
  })

  it.each([
    [1961, '1961-04-02'],
    [2000, '2000-04-23'],
    [2025, '2025-04-20'],
    [2038, '2038-04-25'],
  ])('puts Easter of %i on %s', (year, date) => {
    expect(iso(easterSunday(year))).toBe(date)
  })

  it('asks a calendar by day', () => {
    const french = holidaysOf('fr')
    expect(french(periodOf('D', '2026-07-14'))).toBe(true)
    expect(french(periodOf('D', '2026-07-15'))).toBe(false)
    expect(holidaysOf('none')(periodOf('D', '2026-07-14'))).toBe(false)
  })

  it('turns periods into dates and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -5000, max: 40_000 }), (period) => {
        expect(periodOf('D', dateOf('D', period))).toBe(period)
        expect(periodOf('M', dateOf('M', Math.abs(period)))).toBe(Math.abs(period))
      }),
    )
  })

  it('takes dates apart', () => {
    expect(partsOf('D', periodOf('D', '2026-11-23'))).toEqual({
      weekday: 0,
      month: 11,
      day: 23,
      dayOfYear: 327,
    })
    expect(partsOf('D', periodOf('D', '1969-12-28')).weekday).toBe(6)
    expect(partsOf('M', periodOf('M', '2024-03-01'))).toMatchObject({ month: 3, day: 1, dayOfYear: 61 })
  })
})
