import { expect, test } from 'vitest'
import { conditionOf, createReplyParser, type PrinterCondition, realTimeStatusByte } from './status.ts'

const conditions: PrinterCondition[] = [
  { state: 'ready' },
  { state: 'paper-near-end' },
  { state: 'paper-out' },
  { state: 'cover-open' },
  { state: 'offline', cause: 'cutter' },
  { state: 'offline', cause: 'unrecoverable' },
  { state: 'offline', cause: 'overheated' },
  { state: 'offline', cause: 'feed-button' },
  { state: 'offline', cause: 'unknown' },
]

test.each(conditions)('%j is read from the bytes it answers', (condition) => {
  const answer = (n: number) => realTimeStatusByte(n, condition, false)
  const status = { printer: answer(1), offlineCause: answer(2), error: answer(3), paper: answer(4) }
  expect(conditionOf(status)).toEqual(condition)
  for (const byte of Object.values(status)) expect(byte & 0x93).toBe(0x12)
})

test('an empty roll answers as the published fixture says', () => {
  const out: PrinterCondition = { state: 'paper-out' }
  expect([1, 2, 4].map((n) => realTimeStatusByte(n, out, false))).toEqual([0x1a, 0x32, 0x7e])
})

test('replies are told apart, with XON and XOFF between their bytes', () => {
  const parse = createReplyParser()
  const bytes = [0x12, 0x14, 0x11, 0x08, 0x13, 0x0f, 0x0f, 0x00, 0x1a]
  const replies = bytes.flatMap((byte) => parse(Uint8Array.of(byte)))
  expect(replies).toEqual([
    { kind: 'real-time', byte: 0x12 },
    { kind: 'auto-status', bytes: Uint8Array.of(0x14, 0x08, 0x0f, 0x0f) },
    { kind: 'status', byte: 0 },
    { kind: 'real-time', byte: 0x1a },
  ])
})
