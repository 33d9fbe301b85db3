import { expect, it } from 'vitest'
import { formerDevices, hearing, lastHeard } from './hearing.ts'

const AT = '2026-11-25T10:00:00.000Z'
const after = (seconds: number) => Date.parse(AT) + seconds * 1000

it.each([
  [0, true, { state: 'live' }],
  [-3, true, { state: 'live' }],
  [4.9, true, { state: 'live' }],
  [5, true, { state: 'as-of', at: AT }],
  [119, false, { state: 'as-of', at: AT }],
  [720, true, { state: 'silent', at: AT, minutes: 12 }],
  [720, false, { state: 'closed', at: AT }],
])('after %f s with the drawer open: %s', (seconds, open, expected) => {
  expect(hearing(AT, open, after(seconds))).toEqual(expected)
})

it('knows what it never heard, and whose word is the newest', () => {
  expect(hearing(null, true, after(0))).toEqual({ state: 'never' })
  expect(lastHeard([])).toBeNull()
  expect(lastHeard([{ last_heard_at: AT }, { last_heard_at: '2026-11-25T09:00:00.000Z' }])).toBe(AT)
})

it('counts a restored till’s former identity among the tills no more, unless it still speaks', () => {
  const devices = [
    { id: 'old', enrolled_at: '2026-03-01T08:00:00.000Z', succeeds: null },
    { id: 'new', enrolled_at: '2026-03-02T08:00:00.000Z', succeeds: 'old' },
    { id: 'copied', enrolled_at: '2026-03-01T08:00:00.000Z', succeeds: null },
    { id: 'copy', enrolled_at: '2026-03-02T08:00:00.000Z', succeeds: 'copied' },
  ]
  const heard = new Map([
    ['old', '2026-03-02T07:59:00.000Z'],
    ['copied', '2026-03-02T08:00:01.000Z'],
  ])
  expect([...formerDevices(devices, (id) => heard.get(id))]).toEqual(['old'])
  expect([...formerDevices(devices, () => undefined)]).toEqual(['old', 'copied'])
})
