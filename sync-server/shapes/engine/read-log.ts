import type { ChangeLog } from './log/change-log.ts'
import type { Shape } from './shape.ts'
import { blockMessages, firstOpOf } from './wire/messages.ts'
import type { Offset } from './wire/offset.ts'

export interface LogPart {
  /** JSON texts of the messages, in order. */
  readonly messages: readonly string[]
  readonly offset: Offset
  /** All messages up to `globalLsn` have been given. */
  readonly upToDate: boolean
  readonly globalLsn: number
}

/**
 * How many blocks of the transaction that a client is in the middle of hold nothing but what it has: a large one is
 * read over many requests, none of which should read it from its beginning.
 */
async function blocksBefore(log: ChangeLog, pairs: Float64Array, from: Offset): Promise<number> {
  let low = 0
  let high = pairs.length / 2
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    const firstOp = firstOpOf(await log.firstChangeAt(pairs[middle * 2 + 1] ?? 0))
    if (firstOp <= from.op) low = middle
    else high = middle
  }
  return low
}

/**
 * Reads a shape's messages after an offset, up to about `limitBytes`. `globalLsn` must be the feed's at the moment of
 * the call: the entries known now hold everything up to it, so that an up-to-date answer never promises more.
 */
export async function readLog(
  log: ChangeLog,
  shape: Shape,
  request: { from: Offset; globalLsn: number; limitBytes: number },
): Promise<LogPart> {
  const { from, globalLsn, limitBytes } = request
  const { entries, definition, lastOffset } = shape
  const first = entries.firstFrom(from.lsn)
  const skipped = await blocksBefore(log, entries.pairsFrom(first, entries.firstFrom(from.lsn + 1)), from)
  const pairs = entries.pairsFrom(first + skipped)
  const messages: string[] = []
  let bytes = 0
  for (let i = 0; i < pairs.length; i += 2) {
    const lastOfTransaction = pairs[i] !== pairs[i + 2]
    const block = await log.read(pairs[i + 1] ?? 0)
    for (const { op, json } of blockMessages(definition, block, lastOfTransaction)) {
      if (block.commitLsn === from.lsn && op <= from.op) continue
      messages.push(json)
      bytes += json.length
      const offset = { lsn: block.commitLsn, op }
      const finished = offset.lsn === lastOffset.lsn && op === lastOffset.op
      if (bytes >= limitBytes && !finished) return { messages, offset, upToDate: false, globalLsn }
    }
  }
  return { messages, offset: lastOffset, upToDate: true, globalLsn }
}
