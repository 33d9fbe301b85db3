import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  createFrameReader,
  encodeFrame,
  encodePacked,
  encodeSilence,
  joined,
  OPENING,
} from './shape-bundle.ts'

const answer = fc.record({
  ask: fc.nat(99),
  status: fc.constantFrom(200, 409, 503),
  headers: fc.dictionary(fc.stringMatching(/^[a-z-]{1,20}$/), fc.string()),
  body: fc.uint8Array({ maxLength: 2000 }),
})

it('reads what was written, however it is cut on its way', () => {
  fc.assert(
    fc.property(fc.array(answer), fc.array(fc.nat(500), { minLength: 1 }), (answers, cuts) => {
      const bytes = joined([OPENING, ...answers.map(encodeFrame)])
      const read = createFrameReader()
      const got = []
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const size = 1 + (cuts[i % cuts.length] ?? 0)
        got.push(...read(bytes.subarray(at, at + size)))
        at += size
      }
      expect(got).toEqual([null, ...answers])
    }),
  )
})

it('reads what was made smaller for the way, where that was asked for', () => {
  const answer = { ask: 1, status: 200, headers: { 'electric-offset': '7_0' }, body: new Uint8Array([1]) }
  const silence = { silent: [{ lsn: '18446744073709551615', asks: [0, 2] }], round: 3 }
  const frames = [{ ...answer, goesOn: true as const, round: 3 }, silence]
  const bytes = joined([encodeFrame({ ...answer, goesOn: true, round: 3 }), encodeSilence(silence)])
  const flip = (text: Uint8Array) => text.map((byte) => byte ^ 255)
  expect(createFrameReader(flip)(joined([OPENING, encodePacked(flip(bytes))]))).toEqual([null, ...frames])
  expect(() => createFrameReader()(encodePacked(flip(bytes)))).toThrow('nobody asked')
})

it('does not take a page for frames', () => {
  const page = new TextEncoder().encode('<html><body>Welcome to our WiFi</body></html>')
  expect(() => createFrameReader()(page)).toThrow('not an answer')
})
