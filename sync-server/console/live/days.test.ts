import { expect, it } from 'vitest'
import type { SeenSale } from '../../../migrations/synced-tables.ts'
import { type DaysView, daysAt, type Follow, followDays } from './days.ts'
import type { Wanted } from './follow-shape.ts'

const nameOf = ({ table, part }: Wanted) => `${table} ${part}`

/** Stands in for the server: what is followed at this moment, and how to send rows down it. */
function openLines() {
  const lines = new Map<string, (rows: readonly unknown[]) => void>()
  const follow: Follow = (wanted, onRows) => {
    lines.set(nameOf(wanted), onRows as (rows: readonly unknown[]) => void)
    return () => lines.delete(nameOf(wanted))
  }
  return { lines, follow, send: (name: string, rows: readonly unknown[]) => lines.get(name)?.(rows) }
}

const sale = (id: string, at: string) => ({ id, completed_at: at, receipt_number: 1 }) as SeenSale

it('follows today wherever it is, and the day before', () => {
  const evening = Date.parse('2026-11-25T22:30:00Z')
  expect(daysAt(evening, ['Europe/Paris'])).toEqual({
    today: ['2026-11-25'],
    all: ['2026-11-25', '2026-11-24'],
  })
  expect(daysAt(evening, ['Europe/Paris', 'Indian/Reunion', 'Europe/Berlin'])).toEqual({
    today: ['2026-11-26', '2026-11-25'],
    all: ['2026-11-26', '2026-11-25', '2026-11-24'],
  })
})

it('tells when today is whole, without waiting for yesterday', () => {
  const { follow, send } = openLines()
  const views: DaysView[] = []
  const days = followDays(follow, (view) => views.push(view))
  days.hold(daysAt(Date.parse('2026-11-25T10:00:00Z'), ['Europe/Paris']))
  send('sale day:2026-11-24', [sale('old', '2026-11-24T09:00:00.000Z')])
  expect(views.at(-1)).toMatchObject({ salesLoaded: false })
  send('sale day:2026-11-25', [sale('a', '2026-11-25T09:00:00.000Z'), sale('b', '2026-11-25T09:30:00.000Z')])
  expect(views.at(-1)).toMatchObject({ salesLoaded: true, sessionsLoaded: false })
  expect(views.at(-1)?.sales.map(({ id }) => id)).toEqual(['b', 'a', 'old'])
  send('cash_session day:2026-11-25', [])
  expect(views.at(-1)).toMatchObject({ sessionsLoaded: true })
})

it('at midnight follows the new day, keeps yesterday as it is, and lets the day before go', () => {
  const { lines, follow, send } = openLines()
  const views: DaysView[] = []
  const days = followDays(follow, (view) => views.push(view))
  days.hold(daysAt(Date.parse('2026-11-25T22:59:59Z'), ['Europe/Paris']))
  send('sale day:2026-11-24', [sale('old', '2026-11-24T09:00:00.000Z')])
  send('sale day:2026-11-25', [sale('a', '2026-11-25T09:00:00.000Z')])
  const yesterday = lines.get('sale day:2026-11-25')
  days.hold(daysAt(Date.parse('2026-11-25T23:00:00Z'), ['Europe/Paris']))
  expect([...lines.keys()].sort()).toEqual([
    'cash_session day:2026-11-25',
    'cash_session day:2026-11-26',
    'sale day:2026-11-25',
    'sale day:2026-11-26',
  ])
  expect(lines.get('sale day:2026-11-25')).toBe(yesterday)
  expect(views.at(-1)?.sales.map(({ id }) => id)).toEqual(['a'])
  days.stop()
  expect(lines.size).toBe(0)
})
