import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { carriedBy, damageCarriedBy } from '../../../domain/journal/carried.ts'
import type { DeviceIdentity } from '../device/identity.ts'
import { createOverlay } from '../replica/overlay.ts'
import { accepted, cents, openTestTill, type TestTill } from '../test-fixtures.ts'
import { takeOverJournal } from './history.ts'
import { openJournal } from './journal.ts'
import { openOwnHistory } from './own-history.ts'

/** The opening and three sales of one pack each. */
let till: TestTill
beforeEach(async () => {
  till = await openTestTill()
  await till.unlockAs('pharmacist')
  accepted(till.openSession(cents(10_000)))
  for (let n = 0; n < 3; n += 1) sell()
})
afterEach(() => till.dispose())

function sell(): number {
  accepted(till.scan('3400935955838'))
  return accepted(till.completeSale({ kind: 'cash', given: cents(1000) }, till.basket.revision()))
    .receiptNumber
}

const db = () => till.context.db

function rot(seq: number, from: RegExp, to: string): void {
  db().exec('drop trigger if exists journal_no_update')
  const body = String(db().prepare('select body from journal where seq = ?').pluck().get(seq))
  expect(body).toMatch(from)
  db().prepare('update journal set body = ? where seq = ?').run(body.replace(from, to), seq)
}

const reopened = () => openJournal(db(), till.identity)
const readable = () =>
  reopened()
    .entries(0, 10)
    .map(({ seq, event }) => (event ? seq : null))

it.each<[string, RegExp, string, (number | null)[]]>([
  ['its content', /"total":\d/, '"total":9', [1, 2, null, 4]],
  ['a bracket', /^\{/, '[', [1, 2, null, 4]],
  ['its signature', /"signature":"./, '"signature":"!', [1, 2, 3, 4]],
  ['the hash in it', /"hash":"./, '"hash":"!', [1, 2, 3, 4]],
  ['its link', /"prevHash":"./, '"prevHash":"!', [1, 2, 3, 4]],
  ['its number', /"seq":3/, '"seq":7', [1, 2, 3, 4]],
])('reads every other event when one has lost %s', (_, from, to, seqs) => {
  rot(3, from, to)
  expect(readable()).toEqual(seqs)
})

it('lays nothing over the rows that was not sealed', () => {
  rot(3, /"total":\d/, '"total":9')
  const { deviceId } = till.identity
  const overlay = createOverlay(openOwnHistory(db(), { deviceId, journal: reopened() }))
  expect(overlay.read({ head: 0, waiting: new Set(), isBrought: null }, 10)).toBe(false)
  const sold = [...overlay.totals().values()].find(({ table }) => table === 'stock_on_hand')
  expect(sold?.add).toEqual({ quantity: -2 })
})

it('goes on selling whatever its last event has become', () => {
  rot(4, /^\{/, '[')
  expect(sell()).toBe(4)
  expect(readable()).toEqual([1, 2, 3, null, 5])
})

it('names its last event by what it was when that was written by this till', () => {
  const { hash } = till.context.journal.head()
  rot(4, /"total":\d/, '"total":9')
  sell()
  expect(till.context.journal.above(4, 1)[0]?.prevHash).toBe(hash)
})

it('proves nothing by its signature that it finds at the end of its journal and did not sign', () => {
  const stranger = generateKeyPairSync('ed25519').privateKey
  const forger = openJournal(db(), { ...till.identity, privateKey: stranger })
  const { type, version, payload, actor, at } = till.context.journal.above(0, 1)[0] ?? ({ type: '' } as never)
  const session = { ...payload, sessionId: '0190a000-0000-7000-8000-0000000000aa' }
  const forged = db().transaction(() => forger.append({ type, version, payload: session, actor, at }))()
  const own = reopened()
  const next = db().transaction(() => {
    const again = { ...payload, sessionId: '0190a000-0000-7000-8000-0000000000bb' }
    return own.append({ type, version, payload: again, actor, at })
  })()
  expect(next.seq).toBe(forged.seq + 1)
  expect(next.prevHash).not.toBe(forged.hash)
})

const successorOf = (predecessorId: string, deviceId: string, common: number): DeviceIdentity => ({
  ...till.identity,
  deviceId,
  privateKey: generateKeyPairSync('ed25519').privateKey,
  handover: {
    predecessorId,
    reason: 'device-restored',
    common,
    register: { id: till.identity.registerId, number: 1, name: 'Caisse 1' },
    numbers: { receipt: 7, z: 0, refund: 0 },
  },
})

it('brings what has rotted along as it is, and which sale it was, each time it goes on under another identity', () => {
  rot(3, /^\{/, '[')
  const first = successorOf(till.identity.deviceId, '0190a000-0000-7000-8000-000000000022', 1)
  const second = successorOf(first.deviceId, '0190a000-0000-7000-8000-000000000023', 0)
  for (const successor of [first, second]) {
    takeOverJournal(db(), successor, '2026-03-13T08:00:00.000Z')
    const carriers = openJournal(db(), successor).above(0, 10)
    expect(carriers.map((carrier) => carriedBy(carrier)?.seq ?? damageCarriedBy(carrier)?.told)).toEqual([
      2,
      { receiptNumber: 2, total: 116 },
      4,
    ])
  }
})
