/** Bytes handed on at a time. */
const PIECE_BYTES = 65_536

/** Up to here a body is handed on whole: one write sends it. */
const WHOLE_BYTES = 4 * PIECE_BYTES

/**
 * A body for a response: a large one as views of the same bytes, taken as they are read. Whoever passes a response of
 * bytes on is given a copy of all of them first.
 */
export function inPieces(
  bytes: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> {
  if (bytes.length <= WHOLE_BYTES) return bytes
  let at = 0
  return new ReadableStream<Uint8Array>({
    pull: (controller) => {
      controller.enqueue(bytes.subarray(at, at + PIECE_BYTES))
      at += PIECE_BYTES
      if (at >= bytes.length) controller.close()
    },
  })
}
