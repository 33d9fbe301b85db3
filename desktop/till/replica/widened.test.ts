import { expect, it } from 'vitest'
import { openTillDatabase } from '../store/database.ts'
import { columnsOf } from './load.ts'
import { refetchAsked } from './verify/refetch.ts'
import { askWidened } from './widened.ts'

it('has those tables fetched anew that have a column which was not followed before', async () => {
  const db = await openTillDatabase(':memory:')
  const place = db.prepare(`insert into replica_shape values (?, 'h', '0_0', ?)`)
  place.run('product', columnsOf('product').replace(' price', ''))
  place.run('staff', `${columnsOf('staff')} former`)
  place.run('branch', '')
  askWidened(db)
  expect(refetchAsked(db)).toEqual(['product'])
  expect(db.prepare(`select schema from replica_shape where shape = 'branch'`).pluck().get()).toBe(
    columnsOf('branch'),
  )
})
