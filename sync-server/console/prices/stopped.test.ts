import { expect, it } from 'vitest'
import { stoppedNow } from './lasting-table.tsx'

const row = (validFrom: string, validTo: string | null) => ({
  id: 'x',
  name: 'x',
  branchId: null,
  validFrom,
  validTo,
})

it('stops what holds, what began today and what has not begun yet', () => {
  expect(stoppedNow(row('2026-03-01', null), '2026-03-10')).toEqual({
    validFrom: '2026-03-01',
    validTo: '2026-03-09',
  })
  const never = { validFrom: '2026-03-09', validTo: '2026-03-09' }
  expect(stoppedNow(row('2026-03-10', '2026-03-31'), '2026-03-10')).toEqual(never)
  expect(stoppedNow(row('2026-04-01', null), '2026-03-10')).toEqual(never)
})
