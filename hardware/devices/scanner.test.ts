import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openPseudoTerminals } from '../emulators/pseudo-terminals.ts'
import { plugInScanner } from '../emulators/scanner.ts'
import { serialTransport } from '../transports/serial.ts'
import { createScanAssembler, type Scan } from './scan-assembler.ts'
import { type ScannerState, startScanner } from './scanner.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const bytes = (text: string) => Buffer.from(text, 'latin1')

describe('scan assembler', () => {
  test.each([
    ['CR', '\r'],
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['TAB', '\t'],
    ['ETX', '\u0003'],
  ])('%s ends a scan, however the bytes are split', (_, suffix) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), (step) => {
        const scans: Scan[] = []
        const assembler = createScanAssembler({ onScan: (scan) => scans.push(scan) })
        const all = bytes(`3400936145825${suffix}]d20103400936145825\u001d10A${suffix}`)
        for (let at = 0; at < all.length; at += step) assembler.push(all.subarray(at, at + step))
        assembler.reset()
        expect(scans).toEqual([
          { text: '3400936145825', aim: null },
          { text: '0103400936145825\u001d10A', aim: ']d2' },
        ])
      }),
    )
  })

  test('without a suffix, 50 ms of silence end a scan and 49 do not', () => {
    vi.useFakeTimers()
    const scans: Scan[] = []
    const assembler = createScanAssembler({ onScan: (scan) => scans.push(scan) })
    assembler.push(bytes('34009'))
    vi.advanceTimersByTime(49)
    assembler.push(bytes('36145825'))
    vi.advanceTimersByTime(49)
    expect(scans).toEqual([])
    vi.advanceTimersByTime(1)
    expect(scans).toEqual([{ text: '3400936145825', aim: null }])
  })

  test('bytes without end are dropped, told, and the next scan is whole', () => {
    const scans: Scan[] = []
    const overflows: unknown[] = []
    const assembler = createScanAssembler({
      onScan: (scan) => scans.push(scan),
      onOverflow: (overflow) => overflows.push(overflow),
      maxLength: 10,
    })
    assembler.push(bytes(`${'9'.repeat(25)}\r96385074\r`))
    expect(overflows).toEqual([{ overflow: 25 }])
    expect(scans).toEqual([{ text: '96385074', aim: null }])
  })
})

test('a serial scanner: scans arrive, the cable is pulled and comes back', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'scanner-'))
  cleanups.push(() => rm(directory, { recursive: true, force: true }))
  let pair = await openPseudoTerminals({ directory })
  const scans: Scan[] = []
  const states: ScannerState[] = []
  const scanner = startScanner({
    transport: serialTransport({ path: pair.near }),
    onScan: (scan) => scans.push(scan),
    onState: (state) => states.push(state),
    retryMs: [20],
  })
  cleanups.push(scanner.close)
  await vi.waitFor(() => expect(states).toEqual([{ state: 'connected' }]))

  let gun = await plugInScanner({ transport: serialTransport({ path: pair.far }) })
  await gun.scan('3400936145825')
  await gun.scan('0103400936145825\u001d10A', ']d2')
  await vi.waitFor(() => expect(scans).toHaveLength(2))
  expect(scans[1]).toEqual({ text: '0103400936145825\u001d10A', aim: ']d2' })

  await gun.close()
  await pair.close()
  await vi.waitFor(() => expect(states.at(-1)?.state).toBe('away'))
  expect(states[1]).toMatchObject({ state: 'away', failure: 'unplugged', retryInMs: 20 })

  pair = await openPseudoTerminals({ directory })
  cleanups.push(pair.close)
  await vi.waitFor(() => expect(states.at(-1)).toEqual({ state: 'connected' }))
  gun = await plugInScanner({ transport: serialTransport({ path: pair.far }), suffix: '' })
  cleanups.push(gun.close)
  await gun.scan('96385074')
  await vi.waitFor(() => expect(scans.at(-1)).toEqual({ text: '96385074', aim: null }))
})
