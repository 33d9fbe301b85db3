import { generateKeyPairSync } from 'node:crypto'
import { expect, it } from 'vitest'
import { type Checkpoint, checkpointHolds, checkpointSchema, sealCheckpoint } from './checkpoint.ts'

const { privateKey } = generateKeyPairSync('ed25519')
const sealed = sealCheckpoint(
  {
    deviceId: '01936f2e-0000-7000-8000-000000000001',
    seq: 7,
    hash: 'ab'.repeat(32),
    at: '2026-11-25T09:00:00.000Z',
  },
  privateKey,
)

it('holds as it was signed, over the wire too', () => {
  expect(checkpointHolds(checkpointSchema.parse(JSON.parse(JSON.stringify(sealed))))).toBe(true)
})

it.each<[string, Partial<Checkpoint>]>([
  ['an earlier event', { seq: 6 }],
  ['another history', { hash: 'cd'.repeat(32) }],
  ['another device', { deviceId: '01936f2e-0000-7000-8000-000000000002' }],
  ['another time', { at: '2026-11-25T09:00:00.001Z' }],
  ['another key', { key: sealCheckpoint(sealed, generateKeyPairSync('ed25519').privateKey).key }],
  ['a key that is none', { key: '_'.repeat(43) }],
])('does not hold for %s', (_, change) => {
  expect(checkpointHolds({ ...sealed, ...change })).toBe(false)
})
