import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createPrinter, type PrinterTimeouts } from '../../../hardware/devices/printer.ts'
import { type PrinterEmulator, startPrinterEmulator } from '../../../hardware/emulators/printer.ts'
import { PRINTER_PROFILES } from '../../../hardware/protocols/esc-pos/profiles.ts'
import { tcpTransport } from '../../../hardware/transports/tcp.ts'
import { accepted, cents, openTestTill, type TestTill } from '../test-fixtures.ts'
import { type Spool, startSpool } from './spool.ts'

const QUICK: PrinterTimeouts = { answerMs: 500, pollMs: 20, confirmMs: 500, stallMs: 300 }
const TIMINGS = { idlePollMs: 50, troublePollMs: 20, retryMs: [30, 60, 100], stopMs: 100 }
const until = <T>(condition: () => T) => vi.waitFor(condition, { timeout: 10_000, interval: 10 })

let till: TestTill
let emulator: PrinterEmulator
let spool: Spool | null = null

beforeEach(async () => {
  till = await openTestTill()
  emulator = await startPrinterEmulator({ port: 0 })
  await till.unlockAs('cashier')
  accepted(till.openSession(cents(0)))
})
afterEach(async () => {
  await spool?.stop()
  spool = null
  await emulator.close()
  till.dispose()
})

const start = (port = emulator.port ?? 0) => {
  const { db, changes } = till.context
  spool = startSpool({
    db,
    changes,
    locale: 'fr',
    now: till.context.now,
    log: pino({ level: 'silent' }),
    printer: createPrinter({
      transport: tcpTransport({ host: '127.0.0.1', port }),
      profile: PRINTER_PROFILES['epson-80'],
      timeouts: QUICK,
    }),
    timings: TIMINGS,
  })
  return spool
}

const sell = () => {
  accepted(till.scan('3400935955838'))
  accepted(till.completeSale({ kind: 'cash', given: cents(200) }, till.basket.revision()))
  spool?.nudge()
}

const jobs = () =>
  till.context.db.prepare('select state, attempts, last_error from print_job order by id').all() as {
    state: string
    attempts: number
    last_error: string | null
  }[]
const states = () => jobs().map((job) => job.state)

describe('the print spool', () => {
  test('prints a receipt on the emulated printer and opens its drawer', async () => {
    start()
    sell()
    await until(() => expect(states()).toEqual(['printed']))
    const text = emulator.text()
    expect(text).toContain('DOLIPRANE 1000 mg, comprimé')
    expect(text).toContain('R-1-000001')
    expect(text).toMatch(/TOTAL\s+1,16 €/)
    expect(text).toMatch(/Rendu\s+0,84 €/)
    expect(text).not.toContain('DUPLICATA')
    expect(emulator.drawer.pulses).toBe(1)
    expect(spool?.status()).toEqual({ state: 'ready', waiting: 0 })
  })

  test('keeps what was sold without a printer in reach, and prints it in order once it is', async () => {
    const port = emulator.port ?? 0
    await emulator.close()
    start(port)
    sell()
    sell()
    await until(() => expect(spool?.status()).toEqual({ state: 'unreachable', waiting: 2 }))
    await until(() => expect(jobs()[0]?.attempts).toBeGreaterThan(1))
    expect(jobs()[0]?.last_error).toBe('unreachable')
    emulator = await startPrinterEmulator({ port })
    await until(() => expect(states()).toEqual(['printed', 'printed']))
    const text = emulator.text()
    expect(text.indexOf('R-1-000001')).toBeLessThan(text.indexOf('R-1-000002'))
    expect(text).not.toContain('DUPLICATA')
  })

  test('waits for paper, says so, and goes on when there is some', async () => {
    emulator.setCondition({ state: 'paper-out' })
    start()
    sell()
    await until(() => expect(spool?.status()).toEqual({ state: 'paper-out', waiting: 1 }))
    emulator.setCondition({ state: 'ready' })
    await until(() => expect(states()).toEqual(['printed']))
    expect(emulator.text()).not.toContain('DUPLICATA')
  })

  test('prints again, marked and without a second pulse, what broke off in the middle', async () => {
    emulator.setLinesLeft(8)
    start()
    sell()
    await until(() => expect(jobs()[0]).toMatchObject({ state: 'waiting', last_error: 'paper-out' }))
    emulator.setLinesLeft(null)
    emulator.setCondition({ state: 'ready' })
    await until(() => expect(states()).toEqual(['printed']))
    await until(() => expect(emulator.receipts().at(-1)?.lines.join('\n')).toContain('DUPLICATA'))
    expect(emulator.drawer.pulses).toBe(1)
  })

  test('prints again, marked, what was under way when the till died', async () => {
    sell()
    till.context.db.exec(`update print_job set state = 'printing', attempts = 1`)
    start()
    await until(() => expect(states()).toEqual(['printed']))
    expect(emulator.text()).toContain('DUPLICATA')
    expect(emulator.drawer.pulses).toBe(0)
  })

  test('keeps a job that cannot be read, with its reason, and prints the ones behind it', async () => {
    const insert = till.context.db.prepare(
      `insert into print_job (id, kind, document, created_at, state) values (?, 'receipt', ?, '2026-01-01T00:00:00.000Z', 'waiting')`,
    )
    insert.run(`0${randomUUID().slice(1)}`, '{"title":')
    insert.run(`0${randomUUID().slice(1)}`, '{"title":"x","elements":[{"kind":"spell"}]}')
    sell()
    start()
    await until(() => expect(states().toSorted()).toEqual(['kept', 'kept', 'printed']))
    const reasons = jobs().flatMap((job) => job.last_error ?? [])
    expect(reasons).toHaveLength(2)
    expect(reasons.join()).toMatch(/not JSON/)
    expect(reasons.join()).toMatch(/elements/)
  })

  test('goes on after a disk that was full, the paper in between marked and the drawer left shut', async () => {
    const { db } = till.context
    db.exec(`create trigger disk_full before update on print_job when new.state in ('printed', 'kept')
      begin select raise(abort, 'disk full'); end`)
    start()
    sell()
    await until(() => expect(emulator.text()).toContain('R-1-000001'))
    await until(() => expect(spool?.status().state).toBe('offline'))
    db.exec('drop trigger disk_full')
    await until(() => expect(states()).toEqual(['printed']))
    expect(emulator.text()).toContain('DUPLICATA')
    expect(emulator.drawer.pulses).toBe(1)
  })

  test('leaves what is not printed for the next start', async () => {
    emulator.setCondition({ state: 'cover-open' })
    const first = start()
    sell()
    await until(() => expect(first.status().state).toBe('cover-open'))
    await first.stop()
    expect(states()).toEqual(['waiting'])
    emulator.setCondition({ state: 'ready' })
    start()
    await until(() => expect(states()).toEqual(['printed']))
  })
})

test('without a printer papers are kept, not queued', async () => {
  const bare = await openTestTill({ hasPrinter: false })
  await bare.unlockAs('cashier')
  accepted(bare.openSession(cents(0)))
  accepted(bare.scan('3400935955838'))
  accepted(bare.completeSale({ kind: 'card' }, bare.basket.revision()))
  expect(bare.context.db.prepare('select state, last_error from print_job').all()).toEqual([
    { state: 'kept', last_error: 'no printer is set up' },
  ])
  bare.dispose()
})
