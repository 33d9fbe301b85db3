import { expect, it } from 'vitest'
import { z } from 'zod'
import type { JournalEvent } from './event.ts'
import { createFactProjector } from './families.ts'

const event = (version: number, payload: JournalEvent['payload']): JournalEvent => ({
  deviceId: '0190a000-0000-7000-8000-000000000001',
  seq: 1,
  at: '2026-03-02T09:30:00.000Z',
  actor: { staffId: '0190a000-0000-7000-8000-000000000002', role: 'cashier' },
  type: 'shelf.counted',
  version,
  payload,
  prevHash: '0'.repeat(64),
  hash: '1'.repeat(64),
  signature: 'x'.repeat(86),
})

/** Version 1 counted boxes, version 2 packs, version 3 says who looked. */
const project = createFactProjector(
  {
    'shelf.counted@3': {
      schema: z.object({ packs: z.int(), witness: z.string().nullable() }),
      permission: () => 'sale.ring',
      fault: ({ packs }: { packs: number }) => (packs < 0 ? 'negative' : null),
      project: ({ version }: JournalEvent, payload: object) => [{ version, ...payload } as never],
    } as never,
  },
  {
    'shelf.counted@1': ({ boxes }) => ({ packs: Number(boxes) * 10 }),
    'shelf.counted@2': (payload) => ({ ...payload, witness: null }),
  },
)

it.each([
  [1, { boxes: 2 }],
  [2, { packs: 20 }],
  [3, { packs: 20, witness: null }],
])('reads version %i as the newest one', (version, payload) => {
  expect(project(event(version, payload))).toEqual({
    mutations: [{ version: 3, packs: 20, witness: null }],
    permission: 'sale.ring',
    fault: null,
  })
})

it('keeps a version that it does not know for a build that does, under the name it was signed with', () => {
  expect(project(event(4, {}))).toEqual({ unprojected: 'unknown-type', detail: 'shelf.counted@4' })
})

it('says what is wrong with one that no upcast mends', () => {
  expect(project(event(2, { packs: 'many' }))).toMatchObject({ unprojected: 'invalid-payload' })
})
