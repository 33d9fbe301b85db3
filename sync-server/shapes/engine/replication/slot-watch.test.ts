import { expect, it } from 'vitest'
import type { EngineEvent } from '../options.ts'
import type { SlotState } from './slot.ts'
import { SlotWatch } from './slot-watch.ts'

const MIB = 1024 * 1024

it('warns once when the slot holds much WAL or is about to be lost, and tells when that is over', async () => {
  const events: EngineEvent[] = []
  const watch = new SlotWatch(100 * MIB, (event) => events.push(event))
  const see = (heldBytes: number, walStatus = 'reserved') => {
    const state: SlotState = { confirmedLsn: 0, walStatus, active: true, heldBytes }
    return watch.check({ slot: () => Promise.resolve(state) })
  }
  await see(5 * MIB)
  expect(events).toEqual([])
  await see(200 * MIB, 'extended')
  await see(300 * MIB, 'extended')
  await see(10 * MIB)
  await see(20 * MIB, 'unreserved')
  await watch.check({ slot: () => Promise.reject(new Error('the database is away')) })
  expect(events).toEqual([
    { level: 'warn', message: 'Postgres holds 200 MiB of WAL for the replication slot (extended).' },
    { level: 'info', message: 'Postgres holds 10 MiB of WAL for the replication slot again.' },
    { level: 'warn', message: 'Postgres holds 20 MiB of WAL for the replication slot (unreserved).' },
  ])
})
