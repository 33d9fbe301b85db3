import type { JournalEvent } from '../journal/event.ts'

type Payload = JournalEvent['payload']

const withAll = (parts: unknown, more: Payload): unknown =>
  Array.isArray(parts) ? parts.map((part) => ({ ...part, ...more })) : parts

/**
 * `sale.completed`, version 1 as version 2: no discounts, the catalogue's prices, no rounding of cash. What cannot be read
 * stays as it is, for the schema to name.
 */
export const saleFromVersion1 = (payload: Payload): Payload => ({
  ...payload,
  lines: withAll(payload.lines, { price: null, discounts: [], note: null }) as Payload[string],
  tenders: withAll(payload.tenders, { reference: null }) as Payload[string],
  rounding: 0,
  taxRounding: 'receipt',
  customerId: null,
  note: null,
})
