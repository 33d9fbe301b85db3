import { spawnSync } from 'node:child_process'
import { createPublicKey } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { checkLink } from '../../domain/journal/chain.ts'
import { EMPTY_HEAD, journalEventSchema } from '../../domain/journal/event.ts'
import { startPrinterEmulator } from '../../hardware/emulators/printer.ts'
import { openPseudoTerminals } from '../../hardware/emulators/pseudo-terminals.ts'
import { plugInScanner } from '../../hardware/emulators/scanner.ts'
import { serialTransport } from '../../hardware/transports/serial.ts'
import { type Bridge, BridgeLost } from '../bridge/client.ts'
import { databaseFile, tokenFile } from './data-folder.ts'
import { accepted, cents, type SeededTill, seedTill } from './test-fixtures.ts'
import { spawnTill, type TillProcess } from './test-process.ts'

const CODES = ['3400935955838', '3400937412117', '3400949004751', '3400934744198', '3400930065891']

let seeded: SeededTill
let till: TillProcess | null = null
beforeEach(async () => {
  seeded = await seedTill(mkdtempSync(join(tmpdir(), 'till-')))
})
afterEach(async () => {
  await till?.kill()
  till = null
  rmSync(seeded.dataDir, { recursive: true, force: true })
})

const start = async (args: readonly string[] = []) => {
  till = await spawnTill(seeded.dataDir, args)
  return till
}

interface Sold {
  saleId: string
  receiptNumber: number
  total: number
}

/** What the till acknowledged before it died. */
interface Told {
  sales: Sold[]
  /** Packs in the basket after the last acknowledged change, by CIP13. */
  basket: Map<string, number>
}

/** Sells as fast as it can until the till is gone; `told` holds all that was acknowledged. */
async function sellUntilGone(
  bridge: Bridge,
  told: Told,
  from: { revision: number; seed: number },
): Promise<void> {
  let { revision, seed } = from
  try {
    for (;;) {
      seed = (seed * 48_271) % 2_147_483_647
      const raw = CODES[seed % CODES.length] ?? ''
      accepted(await bridge.call('basket.scan', { raw }))
      told.basket.set(raw, (told.basket.get(raw) ?? 0) + 1)
      revision += 1
      if (seed % 3 !== 0) continue
      told.sales.push(accepted(await bridge.call('sale.pay-cash', { given: cents(1_000_000), revision })))
      told.basket.clear()
      revision += 1
    }
  } catch (error) {
    if (!(error instanceof BridgeLost)) throw error
  }
}

/** Everything that must hold of the file, whenever the till died. */
function verifyFile(told: Told): { sales: number; basket: Map<string, number> } {
  const db = new Database(databaseFile(seeded.dataDir), { readonly: true })
  try {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    const events = (db.prepare('select body from journal order by seq').pluck().all() as string[]).map(
      (body) => journalEventSchema.parse(JSON.parse(body)),
    )
    const device = {
      deviceId: seeded.identity.deviceId,
      publicKey: createPublicKey(seeded.identity.privateKey.export({ format: 'pem', type: 'pkcs8' })),
    }
    let head = EMPTY_HEAD
    for (const event of events) {
      expect(checkLink(event, head, device)).toBeNull()
      head = event
    }
    const sales = db
      .prepare('select id, receipt_number as n, total from sale order by receipt_number')
      .all() as {
      id: string
      n: number
      total: number
    }[]
    expect(sales.map((sale) => sale.n)).toEqual(sales.map((_, index) => index + 1))
    const soldEvents = events.filter((event) => event.type === 'sale.completed')
    expect(soldEvents.map((event) => event.payload.saleId)).toEqual(sales.map((sale) => sale.id))
    for (const sale of told.sales) {
      expect(sales).toContainEqual({ id: sale.saleId, n: sale.receiptNumber, total: sale.total })
    }
    expect(db.prepare('select count(*) from print_job').pluck().get()).toBe(sales.length)
    const total = sales.reduce((sum, sale) => sum + sale.total, 0)
    expect(db.prepare('select amount from drawer_balance').pluck().get()).toBe(10_000 + total)
    expect(db.prepare('select sum(amount) from cash_movement').pluck().get()).toBe(10_000 + total)
    expect(db.prepare('select gross_total from register_total').pluck().get() ?? 0).toBe(total)
    const lines = db
      .prepare('select p.cip13, l.quantity from basket_line l join product p on p.id = l.product_id')
      .all() as { cip13: string; quantity: number }[]
    return { sales: sales.length, basket: new Map(lines.map((line) => [line.cip13, line.quantity])) }
  } finally {
    db.close()
  }
}

const packs = (basket: Map<string, number>) =>
  [...basket.values()].reduce((sum, quantity) => sum + quantity, 0)

describe('kill -9', () => {
  test('between and during sales loses nothing acknowledged and doubles nothing', async () => {
    const told: Told = { sales: [], basket: new Map() }
    let untold = 0
    for (let round = 0; round < 8; round++) {
      const running = await start()
      const { bridge, live } = await running.connect()
      accepted(await bridge.call('operator.unlock', { pin: '1111' }))
      if (round === 0) accepted(await bridge.call('session.open', { float: cents(10_000) }))
      const from = { revision: live.basket?.revision ?? 0, seed: 7919 * (round + 1) }
      const selling = sellUntilGone(bridge, told, from)
      const least = told.sales.length + 3
      await vi.waitFor(() => expect(told.sales.length).toBeGreaterThanOrEqual(least), {
        timeout: 60_000,
        interval: 1,
      })
      await running.kill()
      await selling

      const file = verifyFile(told)
      const underWay = file.sales - told.sales.length - untold
      expect([0, 1]).toContain(underWay)
      untold += underWay
      if (underWay === 1) {
        expect(file.basket.size).toBe(0)
      } else {
        for (const [code, quantity] of told.basket) {
          expect(file.basket.get(code) ?? 0).toBeGreaterThanOrEqual(quantity)
        }
        expect([0, 1]).toContain(packs(file.basket) - packs(told.basket))
      }
      told.basket = file.basket
    }
    expect(told.sales.length).toBeGreaterThanOrEqual(24)
  })
})

describe('a till process', () => {
  test('owns its data folder, keeps its token to itself, and goes when told to', async () => {
    const running = await start()
    await expect(spawnTill(seeded.dataDir)).rejects.toThrow(/Another till already runs on/)
    expect(statSync(tokenFile(seeded.dataDir)).mode & 0o777).toBe(0o600)
    const { address } = running
    expect(await running.stop()).toBe(0)
    const again = await start()
    expect(new URL(again.address).hash).toBe(new URL(address).hash)
  })

  test('takes scans of a serial scanner and prints over the network', async () => {
    const line = await openPseudoTerminals()
    const printer = await startPrinterEmulator({ port: 0 })
    const running = await start([
      '--scanner',
      `serial:${line.near}`,
      '--printer',
      `tcp://127.0.0.1:${printer.port}`,
    ])
    const ui = await running.connect()
    accepted(await ui.bridge.call('operator.unlock', { pin: '1111' }))
    accepted(await ui.bridge.call('session.open', { float: cents(0) }))
    const scanner = await plugInScanner({ transport: serialTransport({ path: line.far }) })
    await vi.waitFor(() => expect(ui.live.status?.scanner).toEqual({ state: 'ready' }), { timeout: 10_000 })
    await scanner.scan('3400935955838')
    await vi.waitFor(() => expect(ui.live.basket?.total).toBe(116), { timeout: 10_000 })
    const revision = ui.live.basket?.revision ?? -1
    accepted(await ui.bridge.call('sale.pay-cash', { given: cents(200), revision }))
    await vi.waitFor(() => expect(printer.text()).toContain('R-1-000001'), { timeout: 10_000 })
    await vi.waitFor(() => expect(ui.live.status?.printer).toEqual({ state: 'ready', waiting: 0 }), {
      timeout: 10_000,
    })
    await scanner.close()
    await running.stop()
    till = null
    await printer.close()
    await line.close()
  })

  const run = (...args: string[]) =>
    spawnSync(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url)), ...args], {
      encoding: 'utf8',
    })

  test('says in one sentence what is wrong with how it was started', () => {
    const empty = mkdtempSync(join(tmpdir(), 'till-'))
    expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--data <dir>') })
    expect(run()).toMatchObject({ status: 2, stderr: expect.stringContaining('--data is missing') })
    expect(run('--data', empty)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('is not enrolled'),
    })
    expect(run('--data', empty, '--server', 'http://127.0.0.1:1', '--enrol', 'CODE')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('could not be reached for enrolment'),
    })
    rmSync(empty, { recursive: true })
  })
})
