import { RequestError } from './errors.ts'
import { type LogPart, readLog } from './read-log.ts'
import type { ShapeRequest } from './request.ts'
import type { RequestContext, Serving } from './serving.ts'
import type { Shape } from './shape.ts'
import { streamPart } from './snapshot/snapshot-file.ts'
import { eventStream } from './sse.ts'
import { mustRefetch } from './wire/answers.ts'
import {
  type AnswerFacts,
  answerHeaders,
  CACHE,
  catchUpCache,
  matchesEtag,
  nextCursor,
} from './wire/headers.ts'
import { inPieces } from './wire/in-pieces.ts'
import { upToDateMessage } from './wire/messages.ts'
import { BEGINNING, compareOffsets, formatOffset, type Offset } from './wire/offset.ts'

let answerCount = 0

const OPEN = 0x5b
const CLOSE = 0x5d
const COMMA = 0x2c

/** The client has gone: nobody reads this. */
const NOBODY = () => new Response(null, { status: 499 })

function answer(facts: AnswerFacts, context: RequestContext, body: () => BodyInit): Response {
  const headers = answerHeaders(context.cacheable ? facts : { ...facts, cache: CACHE.posted })
  if (!matchesEtag(context.ifNoneMatch, headers.etag)) return new Response(body(), { headers })
  delete headers['electric-schema']
  return new Response(null, { status: 304, headers })
}

function serveChunk(
  { settings }: Serving,
  { shape, chunk }: { shape: Shape; chunk: number },
  request: ShapeRequest,
  context: RequestContext,
): Response {
  const facts = {
    shape,
    askedOffset: request.offsetText,
    offset: { lsn: 0, op: chunk },
    cache: request.offset === BEGINNING ? CACHE.snapshot : catchUpCache(settings),
    upToDate: false,
    hasData: true,
    cursor: null,
  }
  const part = { start: shape.chunkEnds[chunk - 1] ?? 0, end: shape.chunkEnds[chunk] ?? 0 }
  return answer(facts, context, () => streamPart(shape.snapshotPath, part, { before: '[', after: ']' }))
}

/**
 * An answer's bytes, made once for all clients that get it. Each message is written where it belongs: joined into one text,
 * ten megabytes of them would be copied twice more on their way.
 */
function bodyOf(part: LogPart): Uint8Array<ArrayBuffer> {
  const messages = part.upToDate ? [...part.messages, upToDateMessage(part.globalLsn)] : part.messages
  const size = messages.reduce((bytes, message) => bytes + 1 + Buffer.byteLength(message), 1)
  const body = Buffer.allocUnsafeSlow(Math.max(2, size))
  let at = 0
  for (const message of messages) {
    body[at] = at === 0 ? OPEN : COMMA
    at += 1 + body.write(message, at + 1)
  }
  if (at === 0) body[at++] = OPEN
  body[at] = CLOSE
  return body
}

/** An answer without messages: the client is told only how far the database has come. */
function serveNothing(
  serving: Serving,
  shape: Shape,
  request: ShapeRequest,
  context: RequestContext,
): Response {
  const facts = {
    shape,
    askedOffset: request.offsetText,
    offset: shape.lastOffset,
    cache: request.live ? CACHE.live : catchUpCache(serving.settings),
    upToDate: true,
    hasData: false,
    cursor: request.live ? cursorFor(serving, request) : null,
    etagSuffix: `:${Date.now()}${answerCount++}`,
  }
  return answer(facts, context, () => `[${upToDateMessage(serving.globalLsn())}]`)
}

function cursorFor({ settings }: Serving, request: ShapeRequest): string {
  return nextCursor(Date.now(), settings.longPollMs, request.cursor, Math.random)
}

interface Read extends LogPart {
  readonly body: Uint8Array<ArrayBuffer>
}

/** One reading of the log serves all clients that are woken at the same place; it is not kept beyond that. */
const sharedReads = new WeakMap<Shape, { key: string; part: Promise<Read> }>()

function read(serving: Serving, shape: Shape, from: Offset): Promise<Read> {
  const globalLsn = serving.globalLsn()
  const key = `${formatOffset(from)} ${shape.entries.count} ${globalLsn}`
  const shared = sharedReads.get(shape)
  if (shared?.key === key) return shared.part
  const request = { from, globalLsn, limitBytes: serving.settings.chunkBytes }
  const part = readLog(serving.log, shape, request).then((found) => ({ ...found, body: bodyOf(found) }))
  const entry = { key, part }
  sharedReads.set(shape, entry)
  const forget = () =>
    setImmediate(() => {
      if (sharedReads.get(shape) === entry) sharedReads.delete(shape)
    })
  part.then(forget, forget)
  return part
}

async function serveLog(
  serving: Serving,
  shape: Shape,
  request: ShapeRequest & { offset: Offset },
  context: RequestContext,
): Promise<Response> {
  const { offset, live } = request
  if (live && !shape.isBehind(offset)) {
    if (request.sse) return eventStream(serving, shape, request, context)
    const result = await serving.polls.wait(
      shape,
      context.signal,
      () => shape.ended || shape.isBehind(offset),
    )
    if (result === 'aborted') return NOBODY()
    if (result === 'timeout' && !shape.ended) return serveNothing(serving, shape, request, context)
  }
  if (shape.ended) return mustRefetch(null)
  if (request.sse) return eventStream(serving, shape, request, context)
  const part = await read(serving, shape, offset)
  const facts = {
    shape,
    askedOffset: request.offsetText,
    offset: part.offset,
    cache: live ? CACHE.live : catchUpCache(serving.settings),
    upToDate: part.upToDate,
    hasData: true,
    cursor: live ? cursorFor(serving, request) : null,
  }
  return answer(facts, context, () => inPieces(part.body))
}

/**
 * Where a client that names an offset stands in a shape's log. An event stream tells how far the database has come, and
 * the official client comes back with that LSN as its offset: nothing of the shape lies between its last change and it.
 */
function standing(serving: Serving, shape: Shape, offset: Offset): Offset {
  const ahead = compareOffsets(offset, shape.lastOffset) > 0
  return ahead && offset.lsn <= serving.globalLsn() ? shape.lastOffset : offset
}

/** Answers a GET of a shape that the request names rightly. */
export async function serveShape(
  serving: Serving,
  shape: Shape,
  request: ShapeRequest,
  context: RequestContext,
): Promise<Response> {
  if (request.offset === 'now') {
    await shape.chunkReady(Number.POSITIVE_INFINITY)
    return shape.ended ? mustRefetch(null) : serveNothing(serving, shape, request, context)
  }
  const asked = request.offset
  if (asked.lsn <= 0 && Number.isFinite(asked.op)) {
    const chunk = asked === BEGINNING ? 0 : asked.op + 1
    if (await shape.chunkReady(chunk)) return serveChunk(serving, { shape, chunk }, request, context)
  }
  await shape.chunkReady(Number.POSITIVE_INFINITY)
  if (shape.ended) return mustRefetch(null)
  const offset = standing(serving, shape, asked)
  if (compareOffsets(offset, shape.trimmed) < 0) return mustRefetch(await serving.successor(shape))
  if (compareOffsets(offset, shape.lastOffset) > 0) {
    const inBounds = () => shape.ended || compareOffsets(offset, shape.lastOffset) <= 0
    const result = await serving.early.wait(shape, context.signal, inBounds)
    if (result === 'aborted') return NOBODY()
    if (!inBounds()) throw new RequestError({ offset: ['out of bounds for this shape'] })
  }
  return serveLog(serving, shape, { ...request, offset }, context)
}
