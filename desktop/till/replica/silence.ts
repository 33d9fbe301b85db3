/** A live request is answered within the 20 s of a long poll; whoever is silent for longer is gone, ms. */
const LIVE_MS = 30_000

/**
 * A first answer of a shape may first have to be worked out, ms: what was begun for a request that was given up is there for
 * the next. While one table's first answer is waited for, all others stand still.
 */
const FIRST_WORD_MS = 12_000

/** A log that is gone on with is at hand, ms. */
const RESUMED_MS = 8000

/** Both are waited for longer each time in a row, as a slow line or a busy server needs, but never longer than this, ms. */
const WORD_MOST_MS = 120_000

/** So long may an answer that has begun pause, ms. */
const PAUSE_MS = 30_000

/** The other end has said nothing for longer than it can have had to. */
class Silence extends Error {
  override name = 'Silence'
}

/** Limits in ms; those of the product unless a test is in a hurry. */
interface Patience {
  live?: number
  firstWord?: number
  resumed?: number
  pause?: number
  /** Told when bytes have come. */
  heard?: (() => void) | undefined
}

/**
 * A `fetch` that gives up on silence. A connection whose other end has vanished without a word is open for ever as far as
 * this end can tell; a request that waits on it would never be asked again.
 * @throws Silence, also while the body is read
 */
export function fetchUnlessSilent(inner: typeof fetch, patience: Patience = {}): typeof fetch {
  const { live = LIVE_MS, firstWord = FIRST_WORD_MS, pause = PAUSE_MS, heard: told = () => {} } = patience
  const { resumed = RESUMED_MS } = patience
  let unanswered = 0
  const limitOf = ({ searchParams }: URL) => {
    if (searchParams.has('live')) return live
    const isFirst = (searchParams.get('offset') ?? '-1') === '-1'
    return Math.min(WORD_MOST_MS, (isFirst ? firstWord : resumed) * 2 ** unanswered)
  }
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const giveUp = new AbortController()
    const watch = watchFor(giveUp)
    watch.expectWithin(limitOf(url))
    const signal = init?.signal ? AbortSignal.any([init.signal, giveUp.signal]) : giveUp.signal
    try {
      const response = await inner(input, { ...init, signal })
      unanswered = 0
      if (!response.body) {
        watch.stop()
        return response
      }
      watch.expectWithin(pause)
      const { status, statusText, headers } = response
      const heard = new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => {
          watch.expectWithin(pause)
          told()
          controller.enqueue(chunk)
        },
        flush: watch.stop,
      })
      giveUp.signal.addEventListener('abort', () => watch.stop())
      return new Response(response.body.pipeThrough(heard), { status, statusText, headers })
    } catch (error) {
      watch.stop()
      if (giveUp.signal.aborted) unanswered += 1
      throw error
    }
  }
}

function watchFor(giveUp: AbortController) {
  let timer: NodeJS.Timeout | null = null
  const stop = () => {
    if (timer) clearTimeout(timer)
    timer = null
  }
  return {
    expectWithin: (ms: number) => {
      stop()
      timer = setTimeout(() => giveUp.abort(new Silence(`nothing was heard for ${ms / 1000} s`)), ms)
      timer.unref()
    },
    stop,
  }
}
