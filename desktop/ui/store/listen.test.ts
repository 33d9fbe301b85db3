import { expect, test } from 'vitest'
import type { LiveViews } from '../../bridge/contract.ts'
import type { Sound } from '../sound/sounds.ts'
import { createListener } from './listen.ts'
import { createTillStore, INITIAL } from './till-store.ts'

const basketOf = (itemCount: number): LiveViews['basket'] => ({
  ...INITIAL.basket,
  itemCount,
  revision: itemCount,
})
const noticeAt = (at: string): LiveViews['notice'] => ({
  refusal: { refused: 'unknown-code' },
  raw: '3400999999991',
  count: 1,
  at,
})

function listening() {
  const played: Sound[] = []
  const own = { now: false }
  const hear = createListener(createTillStore(), {
    play: (sound) => played.push(sound),
    isOwn: () => own.now,
  })
  return { hear, played, own }
}

test('a line that a scanner on a wire added sounds good, one less does not', () => {
  const { hear, played } = listening()
  hear('basket', basketOf(2))
  expect(played).toEqual([])
  hear('basket', basketOf(3))
  hear('basket', basketOf(1))
  expect(played).toEqual(['good'])
})

test('a refused scan on a wire sounds bad, each time', () => {
  const { hear, played } = listening()
  hear('notice', null)
  hear('notice', noticeAt('2026-11-25T08:00:00.000Z'))
  hear('notice', noticeAt('2026-11-25T08:00:01.000Z'))
  hear('notice', null)
  expect(played).toEqual(['bad', 'bad'])
})

test('what this window did itself is not sounded twice', () => {
  const { hear, played, own } = listening()
  hear('basket', basketOf(0))
  hear('notice', null)
  own.now = true
  hear('basket', basketOf(1))
  hear('notice', noticeAt('2026-11-25T08:00:00.000Z'))
  expect(played).toEqual([])
})
