import { describe, expect, it } from 'vitest'
import { GENESIS_HASH, type JournalEvent } from '../journal/event.ts'
import { projectEvent } from '../journal/families.ts'

const id = (n: number) => `01936f2e-0000-7000-8000-${String(n).padStart(12, '0')}`

const place = { branchId: id(1), registerId: id(2) }
const product = { productId: id(6), cip13: '3400935955838', name: 'DOLIPRANE' }
const parked = {
  ...place,
  parkedId: id(3),
  sessionId: id(4),
  label: 'Mme Dupont',
  lines: [{ ...product, quantity: 2, unitPrice: 116, kept: { note: 'for the grandchild' } }],
  itemCount: 2,
  total: 232,
  kept: { note: 'comes back at five' },
}

const event = (type: string, payload: object): JournalEvent =>
  ({
    deviceId: id(8),
    seq: 1,
    at: '2026-11-28T09:00:00.000Z',
    actor: { staffId: id(9), role: 'cashier' },
    type,
    version: 1,
    payload,
    prevHash: GENESIS_HASH,
    hash: GENESIS_HASH,
    signature: 'x'.repeat(86),
  }) as JournalEvent

describe('a parked basket', () => {
  it('is one row with all that it held', () => {
    const projection = projectEvent(event('basket.parked', parked))
    if (!('mutations' in projection)) throw new Error(projection.detail)
    expect(projection).toMatchObject({ permission: 'sale.ring', fault: null })
    expect(projection.mutations).toMatchObject([
      {
        op: 'insert',
        table: 'parked_basket',
        row: { id: id(3), item_count: 2, total: 232, device_id: id(8) },
      },
    ])
    const [{ row }] = projection.mutations as unknown as [{ row: { content: string } }]
    expect(JSON.parse(row.content)).toEqual({ lines: parked.lines, kept: parked.kept })
  })

  it('is at fault when its items are not those of its lines', () => {
    expect(projectEvent(event('basket.parked', { ...parked, itemCount: 3 }))).toMatchObject({
      fault: 'item-count',
    })
  })

  it.each([
    ['basket.recalled', { leftOut: [] }, 'recalled'],
    ['basket.discarded', { how: 'discarded' }, 'discarded'],
    ['basket.discarded', { how: 'expired' }, 'expired'],
  ])('ends by %s %j without its own row being touched', (type, more, how) => {
    const end = { ...place, endId: id(5), parkedId: id(3), ...more }
    expect(projectEvent(event(type, end))).toMatchObject({
      mutations: [{ op: 'insert', table: 'parked_basket_end', row: { id: id(5), parked_id: id(3), how } }],
    })
  })

  it.each([
    ['label', { label: 'two\nlines' }],
    ['label', { label: '  ' }],
    ['lines', { lines: [] }],
    ['lines.0.quantity', { lines: [{ ...parked.lines[0], quantity: 0 }] }],
  ])('is unreadable with a bad %s', (field, change) => {
    expect(projectEvent(event('basket.parked', { ...parked, ...change }))).toMatchObject({
      unprojected: 'invalid-payload',
      detail: expect.stringContaining(`${field}:`),
    })
  })
})
