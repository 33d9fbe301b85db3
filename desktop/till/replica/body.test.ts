import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readMessages } from './body.ts'

const stream = (pieces: Uint8Array[]) =>
  new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(piece)
      controller.close()
    },
  })

/** Cuts bytes at the given places. */
const cutAt = (bytes: Uint8Array, places: readonly number[]) => {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end))
}

const message = fc.record({
  headers: fc.record({ operation: fc.constant('insert'), lsn: fc.string() }),
  value: fc.dictionary(fc.string(), fc.option(fc.string({ unit: 'binary' }), { nil: null })),
})

it('reads what JSON.parse reads, wherever the wire cuts it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(message, { maxLength: 8 }),
      fc.array(fc.nat()),
      fc.boolean(),
      async (messages, places, spaced) => {
        const text = spaced ? `${JSON.stringify(messages, null, 1)}\n` : JSON.stringify(messages)
        const got: unknown[] = []
        for await (const part of readMessages(stream(cutAt(new TextEncoder().encode(text), places)))) {
          got.push(...part)
        }
        expect(got).toEqual(JSON.parse(text))
      },
    ),
  )
})

it('takes no answer for whole that was cut off', async () => {
  const text = '[{"headers":{"operation":"insert"},"value":{"id":"}]"}},{"headers":{"control":"x"}}]'
  for (let end = 0; end < text.length; end++) {
    const read = async () => {
      for await (const _ of readMessages(stream([new TextEncoder().encode(text.slice(0, end))]))) {
        // Whole messages before the cut may be given.
      }
    }
    await expect(read()).rejects.toThrow(SyntaxError)
  }
})
