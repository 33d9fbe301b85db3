import fc from 'fast-check'
import { expect, test } from 'vitest'
import { minor } from '../money.ts'
import type { RecordedMovement } from './explain.ts'
import { listMoves } from './moves.ts'

const sale = (at: string, amount = 100, actorName = 'Camille Roy'): RecordedMovement => ({
  id: `${at} ${amount}`,
  kind: 'sale',
  amount: minor(amount),
  at,
  actorName,
  receiptNumber: 1,
})
const hours = (moves: ReturnType<typeof listMoves>) => moves.map(({ at, count }) => [at.slice(0, 16), count])

test('sales are told by the hour of the branch, not of UTC', () => {
  // India is at +05:30: 09:29 and 09:31 UTC are 14:59 and 15:01 there.
  const sales = ['09:29', '09:31', '10:29'].map((time) => sale(`2026-03-12T${time}:00.000Z`))
  expect(hours(listMoves(sales, [], [], 'Asia/Kolkata'))).toEqual([
    ['2026-03-12T09:29', 1],
    ['2026-03-12T09:31', 2],
  ])
})

test('the hour that the clock repeats in autumn is two, the one it leaves out in spring is none', () => {
  // Paris, 25 October 2026: 02:30 summer time is 00:30 UTC, 02:30 winter time is 01:30 UTC.
  const autumn = ['00:30', '00:59', '01:30'].map((time) => sale(`2026-10-25T${time}:00.000Z`))
  expect(hours(listMoves(autumn, [], [], 'Europe/Paris'))).toEqual([
    ['2026-10-25T00:30', 2],
    ['2026-10-25T01:30', 1],
  ])
  // 29 March 2026: 01:59 is followed by 03:00.
  const spring = ['00:59', '01:00'].map((time) => sale(`2026-03-29T${time}:00.000Z`))
  expect(listMoves(spring, [], [], 'Europe/Paris')).toHaveLength(2)
})

test('a movement of its own keeps its reason, and an opening without cash is told too', () => {
  const out = { ...sale('2026-03-12T09:00:00.000Z', -1240), id: 'a', kind: 'paid-out', receiptNumber: null }
  const act = { actorName: 'Paul', at: '2026-03-12T09:00:00.000Z' }
  const acted = [
    { ...act, id: 'a', kind: 'paid-out', reason: 'timbres' },
    { ...act, id: 'b', kind: 'no-sale', reason: 'monnaie', at: '2026-03-12T10:00:00.000Z' },
  ]
  expect(
    listMoves([out], acted, [], 'Europe/Paris').map(({ kind, reason, amount }) => [kind, reason, amount]),
  ).toEqual([
    ['paid-out', 'timbres', -1240],
    ['no-sale', 'monnaie', 0],
  ])
})

test('no cash is lost in the list, in any zone', () => {
  const movement = fc.record({
    id: fc.uuid(),
    kind: fc.constantFrom('sale', 'refund', 'paid-in'),
    amount: fc.integer({ min: -9999, max: 9999 }).map(minor),
    at: fc
      .date({ min: new Date('2026-01-01'), max: new Date('2026-12-31'), noInvalidDate: true })
      .map((date) => date.toISOString()),
    actorName: fc.constantFrom('a', 'b'),
    receiptNumber: fc.option(fc.integer({ min: 1 })),
  })
  const zone = fc.constantFrom('Europe/Paris', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Auckland')
  fc.assert(
    fc.property(fc.array(movement), zone, (moved, timeZone) => {
      const moves = listMoves(moved, [], [], timeZone)
      const total = (all: readonly { amount: number }[]) => all.reduce((sum, { amount }) => sum + amount, 0)
      expect(total(moves)).toBe(total(moved))
      expect(moves.reduce((sum, { count }) => sum + count, 0)).toBe(moved.length)
    }),
  )
})

test('card sales stand among them and move no cash', () => {
  const moves = listMoves(
    [sale('2026-03-12T09:29:00.000Z', 836)],
    [],
    [sale('2026-03-12T09:31:00.000Z', 341), sale('2026-03-12T09:32:00.000Z', 116)],
    'Europe/Paris',
  )
  expect(moves).toMatchObject([
    { kind: 'sale', amount: 836 },
    { kind: 'card-sale', count: 2, amount: 0, byCard: 457 },
  ])
})
