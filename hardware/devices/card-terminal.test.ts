import { createServer } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { type CardTerminalEmulator, startCardTerminalEmulator } from '../emulators/card-terminal.ts'
import {
  type CardQuestion,
  cardQuestionSchema,
  createLineReader,
  encodeLine,
  LINE_LIMIT,
  readLine,
} from '../protocols/card-terminal.ts'
import { tcpTransport } from '../transports/tcp.ts'
import { createCardTerminal } from './card-terminal.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const terminalOn = (port: number, timeouts = {}) =>
  createCardTerminal({ transport: tcpTransport({ host: '127.0.0.1', port }), timeouts })

async function emulator(answerAfterMs = 0): Promise<CardTerminalEmulator> {
  const started = await startCardTerminalEmulator({ port: 0, answerAfterMs })
  cleanups.push(started.close)
  return started
}

const states = (of: CardTerminalEmulator) => of.ledger().map(({ reference, state }) => [reference, state])

describe('a card terminal', () => {
  test('takes money, and gives it back for the transaction that took it, never more', async () => {
    const its = await emulator()
    const terminal = terminalOn(its.port)
    const paid = await terminal.pay('a', 1250)
    expect(paid).toEqual({
      state: 'approved',
      amount: 1250,
      transaction: 'T000001',
      card: '**** 4242',
    })
    expect(await terminal.refund('b', 1000, 'T000001')).toMatchObject({ state: 'approved' })
    expect(await terminal.refund('c', 251, 'T000001')).toEqual({
      state: 'declined',
      reason: 'refund-not-possible',
    })
    expect(its.charged()).toBe(250)
  })

  test('asked again under the same reference answers the same and charges nothing', async () => {
    const its = await emulator()
    const terminal = terminalOn(its.port)
    const first = await terminal.pay('a', 1250)
    expect(await terminal.pay('a', 1250)).toEqual(first)
    expect(await terminal.status('a')).toEqual(first)
    expect(its.charged()).toBe(1250)
  })

  test('declines with a reason', async () => {
    const its = await emulator()
    its.script({ do: 'decline', reason: 'card-expired' })
    expect(await terminalOn(its.port).pay('a', 100)).toEqual({ state: 'declined', reason: 'card-expired' })
    expect(await terminalOn(its.port).pay('b', 191)).toEqual({
      state: 'declined',
      reason: 'insufficient-funds',
    })
    expect(its.charged()).toBe(0)
  })

  test('that is cut off behind the approval leaves it unknown, and its status tells', async () => {
    const its = await emulator()
    const terminal = terminalOn(its.port)
    expect(await terminal.pay('a', 193)).toEqual({ state: 'unknown' })
    expect(await terminal.status('a')).toMatchObject({ state: 'approved', amount: 193 })
    its.script({ do: 'cut' })
    expect(await terminal.pay('b', 500)).toEqual({ state: 'unknown' })
    expect(await terminal.status('b')).toEqual({ state: 'none' })
    expect(its.charged()).toBe(193)
  })

  test('at which nobody shows a card is unknown after a while, pending, and can be given up', async () => {
    const its = await emulator()
    const terminal = terminalOn(its.port, { payMs: 50 })
    expect(await terminal.pay('a', 192)).toEqual({ state: 'unknown' })
    expect(await terminal.status('a')).toEqual({ state: 'pending' })
    expect(await terminal.cancel('a')).toEqual({ state: 'declined', reason: 'cancelled' })
    expect(its.charged()).toBe(0)
  })

  test('declines what arrives after it was given up', async () => {
    const its = await emulator()
    const terminal = terminalOn(its.port)
    expect(await terminal.cancel('a')).toEqual({ state: 'declined', reason: 'cancelled' })
    expect(await terminal.pay('a', 500)).toEqual({ state: 'declined', reason: 'cancelled' })
    expect(its.charged()).toBe(0)
  })

  test('tells the till that waits when it is given up, and that it was too late', async () => {
    const its = await emulator(30_000)
    const terminal = terminalOn(its.port)
    const paying = terminal.pay('a', 500)
    await expect.poll(() => states(its)).toEqual([['a', 'pending']])
    await terminal.cancel('a')
    expect(await paying).toEqual({ state: 'declined', reason: 'cancelled' })
    const quick = await emulator()
    await terminalOn(quick.port).pay('b', 500)
    expect(await terminalOn(quick.port).cancel('b')).toMatchObject({ state: 'approved' })
  })

  test('that is switched off was not asked, and cannot say anything', async () => {
    const its = await emulator()
    await its.close()
    const terminal = terminalOn(its.port)
    expect(await terminal.pay('a', 500)).toEqual({ state: 'not-asked' })
    expect(await terminal.status('a')).toEqual({ state: 'unreachable' })
  })

  test.each([
    ['nonsense', 'nonsense\n'],
    ['for another payment', '{"reference":"b","state":"none"}\n'],
    ['with half an approval', '{"reference":"a","state":"approved"}\n'],
    ['without end', 'x'.repeat(LINE_LIMIT + 1)],
  ])('is not believed when it answers %s', async (_what, line) => {
    const server = createServer((socket) => socket.resume().end(line))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    cleanups.push(() => new Promise((resolve) => server.close(resolve)))
    const { port } = server.address() as { port: number }
    expect(await terminalOn(port).pay('a', 500)).toEqual({ state: 'unknown' })
    expect(await terminalOn(port).status('a')).toEqual({ state: 'unreachable' })
  })
})

test('lines come through in whatever pieces the network makes of them', () => {
  const question = fc.record({
    v: fc.constant(1 as const),
    do: fc.constant('pay' as const),
    reference: fc.string({ minLength: 1, maxLength: 64 }),
    amount: fc.integer({ min: 1, max: 99_999_999 }),
  })
  fc.assert(
    fc.property(fc.array(question, { maxLength: 5 }), fc.integer({ min: 1, max: 50 }), (asked, size) => {
      const bytes = Buffer.concat(asked.map((each) => encodeLine(each)))
      const read = createLineReader()
      const got: (CardQuestion | null)[] = []
      for (let at = 0; at < bytes.length; at += size) {
        for (const line of read(bytes.subarray(at, at + size)) ?? [])
          got.push(readLine(cardQuestionSchema, line))
      }
      expect(got).toEqual(asked)
    }),
  )
})
