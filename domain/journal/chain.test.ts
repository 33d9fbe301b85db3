import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from './canonical.ts'
import { checkLink, hashEvent, publicKeyFromRaw, rawPublicKey, sealEvent } from './chain.ts'
import { EMPTY_HEAD, type EventBody, type JournalEvent, journalEventSchema, shortHash } from './event.ts'

const DEVICE = '01936f2e-0000-7000-8000-000000000001'
const keys = generateKeyPairSync('ed25519')
const device = { deviceId: DEVICE, publicKey: keys.publicKey }

const body = (seq: number, prevHash: string, payload: EventBody['payload'] = { n: seq }): EventBody => ({
  deviceId: DEVICE,
  seq,
  at: '2026-11-21T09:00:00.000Z',
  actor: { staffId: '01936f2e-0000-7000-8000-000000000002', role: 'cashier' },
  type: 'sale.completed',
  version: 1,
  payload,
  prevHash,
})

const first = sealEvent(body(1, EMPTY_HEAD.hash), keys.privateKey)
const second = sealEvent(body(2, first.hash), keys.privateKey)

describe('a journal', () => {
  it('links each event to the one before', () => {
    expect(checkLink(first, EMPTY_HEAD, device)).toBeNull()
    expect(checkLink(second, first, device)).toBeNull()
  })

  const changed: [string, JournalEvent, string][] = [
    ['an event of another device', { ...second, deviceId: DEVICE.replace(/1$/, '9') }, 'wrong-device'],
    ['a missing event', { ...second, seq: 3 }, 'gap'],
    ['a rewritten past', { ...second, prevHash: 'f'.repeat(64) }, 'broken-chain'],
    ['a changed amount', { ...second, payload: { n: 3 } }, 'wrong-hash'],
    ['a changed clock', { ...second, at: '2026-11-21T09:00:00.001Z' }, 'wrong-hash'],
    ['another signature', { ...second, signature: first.signature }, 'wrong-signature'],
  ]
  it.each(changed)('notices %s', (_, event, fault) => {
    expect(checkLink(event, first, device)).toBe(fault)
  })

  it('notices an event that another key signed', () => {
    const stranger = sealEvent(body(2, first.hash), generateKeyPairSync('ed25519').privateKey)
    expect(checkLink(stranger, first, device)).toBe('wrong-signature')
  })

  it('survives any JSON payload and the way over the wire, in any order of keys', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 2 })),
        (payload) => {
          const text = JSON.stringify(payload)
          fc.pre(!text.includes('"__proto__":'))
          const plain = JSON.parse(text)
          const event = sealEvent(body(2, first.hash, plain), keys.privateKey)
          const reversed = Object.fromEntries(Object.entries(event).reverse())
          const arrived = journalEventSchema.parse(JSON.parse(JSON.stringify(reversed)))
          expect(checkLink(arrived, first, device)).toBeNull()
          expect(hashEvent(arrived)).toBe(event.hash)
        },
      ),
    )
  })

  it('does not take a payload with the one name that cannot be read safely', () => {
    const event = sealEvent(body(2, first.hash, JSON.parse('{"__proto__":[]}')), keys.privateKey)
    const arrived = journalEventSchema.parse(JSON.parse(JSON.stringify(event)))
    expect(checkLink(arrived, first, device)).toBe('wrong-hash')
  })

  it('takes a public key as 32 raw bytes', () => {
    expect(rawPublicKey(publicKeyFromRaw(rawPublicKey(keys.privateKey)))).toBe(rawPublicKey(keys.publicKey))
  })

  it('prints the start of its hash on paper', () => {
    expect(shortHash(first.hash)).toBe(first.hash.slice(0, 8).toUpperCase())
  })
})

describe('canonical JSON (RFC 8785)', () => {
  it.each([
    [{ b: 1, a: [true, null, 'é'] }, '{"a":[true,null,"é"],"b":1}'],
    [
      { '\u20ac': 1, '\r': 2, '1': 3, '\ud83d\ude00': 4, '\ufb33': 5 },
      '{"\\r":2,"1":3,"€":1,"😀":4,"\ufb33":5}',
    ],
    [[1e30, 4.5, 2e-3, 1e-27, -0], '[1e+30,4.5,0.002,1e-27,0]'],
  ])('writes %j', (value, text) => {
    expect(canonicalJson(value)).toBe(text)
  })

  it('has no form for a lone surrogate or NaN', () => {
    expect(() => canonicalJson({ a: '\ud800' })).toThrow()
    expect(() => canonicalJson({ a: Number.NaN })).toThrow()
  })
})
