import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { databaseFile } from '../../desktop/till/data-folder.ts'
import { seedTill } from '../../desktop/till/test-fixtures.ts'
import { spawnTill, type TillProcess } from '../../desktop/till/test-process.ts'
import {
  type CardTerminalEmulator,
  startCardTerminalEmulator,
} from '../../hardware/emulators/card-terminal.ts'
import { buildTillUi, launch, openWindow, type TillWindow } from './window.ts'

const DOLIPRANE = '3400935955838'
const VENTOLINE = '3400949004751'

let its: CardTerminalEmulator
let dataDir: string
let till: TillProcess
const opened: { close(): Promise<void> }[] = []

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'till-killed-'))
  await seedTill(dataDir)
  its = await startCardTerminalEmulator({ port: 0, answerAfterMs: 100 })
})
afterEach(async () => {
  for (const each of opened.splice(0).toReversed()) await each.close()
  await till.kill()
  await its.close()
  await rm(dataDir, { recursive: true, force: true })
})

/** The till as a pharmacy runs it, in a process of its own, and the window onto it that Chromium draws. */
async function start(ui: string, browser: Awaited<ReturnType<typeof launch>>): Promise<TillWindow> {
  till = await spawnTill(dataDir, ['--terminal', `tcp://127.0.0.1:${its.port}`, '--ui', ui])
  const window = await openWindow(browser, till.address, { width: 1024, height: 768 })
  opened.push(window)
  await window.page.waitForSelector('[name=pin]')
  await window.type('1111')
  await window.keys('Enter')
  return window
}

test('a till killed in the middle of a card payment goes on where it was: charged once, sold once', async () => {
  const ui = await buildTillUi()
  const browser = await launch()
  opened.push(browser)
  let window = await start(ui, browser)
  await window.page.waitForSelector('[name=float]')
  await window.type('100')
  await window.keys('Enter')
  await window.page.getByText('Ready').waitFor()
  // Two packs at 1.16 and one at 3.41, 5.73 in all: 2.00 in cash, the rest by card.
  for (const code of [DOLIPRANE, DOLIPRANE, VENTOLINE]) await window.scan(code)
  await window.page.getByTestId('total').getByText('€5.73').waitFor()
  await window.keys('F12')
  await window.page.waitForSelector('[name=given]')
  await window.type('2')
  await window.keys('F12')
  await window.page.getByTestId('taken').getByText('€2.00').waitFor()
  // The power goes while the customer is at the terminal; they go on, and are charged.
  its.script({ do: 'time-out' })
  await window.keys('F9')
  await window.page.getByText('The customer is at the card terminal').waitFor()
  await expect.poll(() => its.ledger().length).toBe(1)
  await till.kill()
  its.present()
  expect(its.charged()).toBe(373)

  await window.close()
  opened.pop()
  window = await start(ui, browser)
  // Found out by itself when it started: all is paid, and one key makes the sale.
  await window.page.getByText('Paid in full').waitFor()
  await window.keys('Enter')
  await window.page.getByText('The next scan starts the next sale').waitFor()
  expect(its.ledger()).toMatchObject([{ kind: 'pay', amount: 373, state: 'approved' }])

  await till.stop()
  const db = new Database(databaseFile(dataDir), { readonly: true })
  const rows = (sql: string) => db.prepare(sql).raw().all()
  expect(rows('select total, receipt_number from sale')).toEqual([[573, 1]])
  expect(rows('select kind, amount, reference from sale_tender order by id')).toEqual([
    ['cash', 200, null],
    ['card', 373, 'T000001'],
  ])
  expect(rows('select count(*) from payment_part')).toEqual([[0]])
  expect(rows('select amount from drawer_balance')).toEqual([[10_200]])
  db.close()
})
