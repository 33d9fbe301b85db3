import { gzipSync, inflateRawSync } from 'node:zlib'
import {
  answerResponse,
  BEAT_HEADER,
  BUNDLE_TYPE,
  type BundleFrame,
  createFrameReader,
  FOLLOW_HEADER,
} from '../../../domain/shape-bundle.ts'
import { letGo } from '../device/let-go.ts'
import { type Hearing, LATELY_MS } from './hearing.ts'

/** A bundle that has not begun to be answered by then is given up, ms: later each time in a row, the line may be slow. */
const OPENING_MS = { first: 5000, look: 1000, most: 20_000 }

/** Where bundles have come through, so many in a row must not before something on the way is held to gather them. */
const UNOPENED_MOST = 3

/** Where bundles do not come through, requests go by themselves for so long; longer each time in a row, ms. */
const ALONE_MS = { first: 60_000, most: 3_600_000 }

/** A server that tells of no beats answers within the 20 s of a long poll, ms. */
const UNSAID_MS = 30_000

/** Below this a question is sent as it is, bytes. */
const WORTH_COMPRESSING = 1024

/** No bundle unfolds to more, bytes. */
const UNFOLDED_MOST = 1024 * 1024

/** A connection on which so many beats in a row are missed is dead. */
const BEATS_MISSED = 2.5

/** What a bundle's answer says of bundles as such. */
export class NoBundles extends Error {
  override name = 'NoBundles'
}

/** A server of an older release has no such route. */
const isUnknown = ({ status }: Response) => status === 404 || status === 405

/** Whether bundles come through; when they do not, they are tried again from time to time. */
export function createWay(hearing: Hearing) {
  let aloneUntil = Number.NEGATIVE_INFINITY
  let span = ALONE_MS.first
  let everOpened = false
  let unopened = 0
  let takesGzip = false
  return {
    /** A server that follows on takes compressed questions too. */
    takesGzip: () => takesGzip,
    isOpen: () => performance.now() >= aloneUntil,
    failed: () => {
      aloneUntil = performance.now() + span
      span = Math.min(ALONE_MS.most, span * 2)
    },
    opened: ({ headers }: Response) => {
      everOpened = true
      takesGzip = headers.has(FOLLOW_HEADER)
      unopened = 0
      span = ALONE_MS.first
    },
    hasOpened: () => everOpened,
    patience: () => Math.min(OPENING_MS.most, OPENING_MS.first * 2 ** unopened),
    /** Whether an answer that is late may still come: others do, and bundles have come through before. */
    isSlow: (waitedMs: number) => everOpened && waitedMs < OPENING_MS.most && hearing.within(LATELY_MS),
    /** @returns whether that is the way's fault: on a dead line nothing else is heard either */
    unopened: (): boolean => {
      unopened += 1
      return hearing.within(LATELY_MS) && (!everOpened || unopened >= UNOPENED_MOST)
    },
  }
}

/**
 * Breaks a bundle off when it has been silent for longer than the server says it is, or, should that be one of an older
 * release, than an answer may take.
 */
function listenForBeats({ headers }: Response, over: AbortController) {
  const beat = Number(headers.get(BEAT_HEADER) ?? 0)
  let timer: NodeJS.Timeout | null = null
  const stop = () => {
    if (timer) clearTimeout(timer)
  }
  const heard = () => {
    stop()
    const dead = new TypeError('nothing comes by this connection any more')
    timer = setTimeout(() => over.abort(dead), beat > 0 ? beat * BEATS_MISSED : UNSAID_MS)
  }
  heard()
  return { heard, stop }
}

/** How bundles go. */
export interface Road {
  url: URL
  inner: typeof fetch
  way: ReturnType<typeof createWay>
  hearing: Hearing
}

/** What becomes of a bundle's answer. */
interface Takers {
  begun(response: Response): void
  take(frame: BundleFrame): void
  /**
   * A refusal or an overloaded server: what each would have been told by itself. Every one has an answer of its own; of
   * clones, which share one body, none can be let go of before all others are.
   */
  refused(answer: () => Response): void
}

/** Reads a bundle's answers as they come. */
async function readBundle(
  response: Response,
  over: AbortController,
  { heard, take }: { heard(): void; take(frame: BundleFrame): void },
): Promise<void> {
  const read = createFrameReader((deflated) => inflateRawSync(deflated, { maxOutputLength: UNFOLDED_MOST }))
  const beats = listenForBeats(response, over)
  try {
    for await (const bytes of response.body ?? []) {
      beats.heard()
      heard()
      for (const frame of read(bytes)) take(frame)
    }
  } finally {
    beats.stop()
  }
}

/**
 * Gives up on a bundle that does not begin to be answered; a line on which other answers come is given more time. One that was
 * sent into a dead line is lost, also when that comes back, and says nothing about bundles.
 */
function createOpening({ way, hearing }: Road, over: AbortController) {
  const began = performance.now()
  const intoSilence = way.hasOpened() && !hearing.within(LATELY_MS)
  let isLate = false
  const late = () => {
    if (!intoSilence && way.isSlow(performance.now() - began)) {
      timer = setTimeout(late, OPENING_MS.look)
      return
    }
    isLate = true
    over.abort(new TypeError('nothing came in time'))
  }
  let timer = setTimeout(late, intoSilence ? OPENING_MS.first : way.patience())
  return { isLate: () => isLate && !intoSilence, stop: () => clearTimeout(timer) }
}

function bodyOf(
  asks: readonly string[],
  takesGzip: boolean,
): { body: string | Uint8Array<ArrayBuffer>; encoding: Record<string, string> } {
  const body = JSON.stringify({ asks })
  if (!takesGzip || body.length < WORTH_COMPRESSING) return { body, encoding: {} }
  return { body: new Uint8Array(gzipSync(body, { level: 1 })), encoding: { 'content-encoding': 'gzip' } }
}

/** Sends one bundle and hands on what comes. @throws NoBundles when its questions are to be asked one by one */
export async function send(
  road: Road,
  { asks, follows }: { asks: readonly string[]; follows: boolean },
  over: AbortController,
  { begun, take, refused }: Takers,
): Promise<void> {
  const { url, inner, way, hearing } = road
  const opening = createOpening(road, over)
  try {
    const { body, encoding } = bodyOf(asks, way.takesGzip())
    const response = await inner(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...encoding, ...(follows && { [FOLLOW_HEADER]: '1' }) },
      body,
      signal: over.signal,
    })
    if (isUnknown(response)) {
      letGo(response)
      throw new NoBundles(`the server answers ${response.status}`)
    }
    if (response.headers.get('content-type') !== BUNDLE_TYPE) {
      const { status, headers } = response
      const body = await response.arrayBuffer()
      return refused(() => answerResponse(status, headers, body))
    }
    let isOpen = false
    await readBundle(response, over, {
      heard: hearing.note,
      take: (frame) => {
        if (!isOpen) {
          opening.stop()
          way.opened(response)
          begun(response)
        }
        isOpen = true
        take(frame)
      },
    })
  } catch (error) {
    throw opening.isLate() && way.unopened() ? new NoBundles('nothing came in time') : error
  } finally {
    opening.stop()
  }
}
