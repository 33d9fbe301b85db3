import { expect, test } from 'vitest'
import type { PrinterCondition } from '../protocols/esc-pos/status.ts'
import { type PaperItem, paperText } from './paper.ts'
import { PrinterMechanism } from './printer-mechanism.ts'

const FORMAT = { columns: 42, dots: 512, codePages: { 19: 'cp858' } } as const

function bench(hasCutter = true) {
  const receipts: PaperItem[][] = []
  const conditions: PrinterCondition[] = []
  const pulses: number[] = []
  const mechanism = new PrinterMechanism({
    format: FORMAT,
    hasCutter,
    answersStatus: true,
    onReceipt: (items) => receipts.push(items),
    onDrawerPulse: (pin) => pulses.push(pin),
    onCondition: (condition) => conditions.push(condition),
  })
  const connect = () => {
    const replies: number[] = []
    const state = { paused: false }
    const line = mechanism.connect({
      reply: (bytes) => replies.push(...bytes),
      pause: () => {
        state.paused = true
      },
      resume: () => {
        state.paused = false
      },
    })
    return {
      replies,
      state,
      end: line.end,
      send: (...bytes: number[]) => line.receive(Uint8Array.from(bytes)),
    }
  }
  const texts = () => receipts.map((items) => paperText(items, FORMAT.columns))
  return { mechanism, connect, texts, pulses, conditions }
}

const ascii = (text: string) => [...Buffer.from(text, 'latin1')]
const CUT = [0x1d, 0x56, 66, 0]
const MARKER = [0x1d, 0x72, 1]
const STATUS_1 = [0x10, 0x04, 1]

test('a status question is answered at once, a marker only behind what stands before it', () => {
  const { mechanism, connect, texts } = bench()
  const { send, replies } = connect()
  mechanism.setCondition({ state: 'paper-out' })
  send(...ascii('one\n'), ...CUT, ...MARKER, ...STATUS_1)
  expect(replies).toEqual([0x1a])
  expect(texts()).toEqual([])
  mechanism.setCondition({ state: 'ready' })
  expect(replies).toEqual([0x1a, 0x00])
  expect(texts()).toEqual([['one']])
})

test('real-time bytes inside image data are obeyed too, and printed as data', () => {
  const { connect, pulses } = bench()
  const { send, replies } = connect()
  send(0x1d, 0x76, 0x30, 0, 1, 0, 8, 0, 0xff, ...STATUS_1, 0x10, 0x14)
  expect(replies).toEqual([0x12])
  send(1, 0, 1)
  expect(pulses).toEqual([2])
})

test('a real-time command cut into another command is read as its parameter', () => {
  const { connect, texts } = bench()
  const { send, replies } = connect()
  // ESC d takes the 0x10 of DLE EOT 1 as its count; 04 01 then mean nothing.
  send(...ascii('a'), 0x1b, 0x64, ...STATUS_1, ...ascii('b\n'), ...CUT)
  expect(replies).toEqual([0x12])
  expect(texts()).toEqual([['a', 'b']])
})

test('without paper a line is paused, not filled without end, and resumed', () => {
  const { mechanism, connect, texts } = bench()
  const { send, state } = connect()
  mechanism.setCondition({ state: 'cover-open' })
  send(...ascii('x'.repeat(3000)))
  expect(state.paused).toBe(false)
  send(...ascii('x'.repeat(3000)))
  expect(state.paused).toBe(true)
  mechanism.setCondition({ state: 'ready' })
  expect(state.paused).toBe(false)
  send(...CUT)
  expect(texts()[0]?.join('')).toBe('x'.repeat(6000))
})

test('a second line waits until the first has cut', () => {
  const { connect, texts } = bench()
  const first = connect()
  const second = connect()
  first.send(...ascii('first\n'))
  second.send(...ascii('second\n'), ...CUT, ...MARKER)
  expect(second.replies).toEqual([])
  first.send(...CUT)
  expect(texts()).toEqual([['first'], ['second']])
  expect(second.replies).toEqual([0])
})

test('a line that breaks in the middle of a receipt leaves its paper to the next', () => {
  const { connect, texts } = bench()
  const broken = connect()
  broken.send(...ascii('half\n'), 0x1d)
  broken.end()
  connect().send(...ascii('whole\n'), ...CUT)
  expect(texts()).toEqual([['half', 'whole']])
})

test('without a cutter a receipt ends with its connection', () => {
  const { connect, texts } = bench(false)
  const line = connect()
  line.send(...ascii('text\n'), ...CUT)
  expect(texts()).toEqual([])
  line.end()
  expect(texts()).toEqual([['text']])
})

test('automatic status: four bytes when asked for and on every change', () => {
  const { mechanism, connect } = bench()
  const { send, replies } = connect()
  send(0x1d, 0x61, 0xff)
  mechanism.setCondition({ state: 'cover-open' })
  mechanism.setDrawerOpen(true)
  expect(replies).toEqual([0x10, 0, 0, 0x0f, 0x38, 0, 0, 0x0f, 0x3c, 0, 0, 0x0f])
  const before = replies.length
  mechanism.setCondition({ state: 'ready' })
  send(0x1d, 0x61, 0)
  const after = replies.length
  mechanism.setDrawerOpen(false)
  expect(after).toBe(before + 4)
  expect(replies).toHaveLength(after)
})

test('DLE ENQ clears a jammed cutter, not an empty roll', () => {
  const { mechanism, connect } = bench()
  const { send } = connect()
  mechanism.setCondition({ state: 'offline', cause: 'cutter' })
  send(0x10, 0x05, 1)
  expect(mechanism.condition).toEqual({ state: 'ready' })
  mechanism.setCondition({ state: 'paper-out' })
  send(0x10, 0x05, 2)
  expect(mechanism.condition).toEqual({ state: 'paper-out' })
})

test('the roll ends after the lines it has left', () => {
  const { mechanism, connect, conditions, texts } = bench()
  mechanism.setLinesLeft(2)
  connect().send(...ascii('1\n2\n3\n'), ...CUT)
  expect(conditions).toEqual([{ state: 'paper-out' }])
  mechanism.setCondition({ state: 'ready' })
  expect(texts()).toEqual([['1', '2', '3']])
})
