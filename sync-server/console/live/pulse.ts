import type { TokenSource } from '../session/api.ts'

/** Whether head office's server answers. `sinceMs`: when it last did, once it does not; server's time. */
export interface Pulse {
  answering: boolean
  sinceMs: number | null
}

const EVERY_MS = 4_000
const EVERY_WHILE_SILENT_MS = 1_000
const ANSWER_WITHIN_MS = 5_000

async function beatOnce(
  token: TokenSource,
  signal: AbortSignal,
): Promise<'answering' | 'silent' | 'refused'> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)])
    const headers = { authorization: `Bearer ${await token()}` }
    const { ok, status } = await fetch('/v1/me', { signal: limit, cache: 'no-store', headers })
    if (status === 401 || status === 403) return 'refused'
    return ok ? 'answering' : 'silent'
  } catch {
    return 'silent'
  }
}

/**
 * Asks the server every few seconds whether it is there and still knows this person. The followed shapes cannot tell
 * soon: a quiet one and a dead line look the same for as long as a long poll lasts.
 */
export function watchPulse(options: {
  token: TokenSource
  signal: AbortSignal
  now: () => number
  /** Told when it stops answering and when it answers again. */
  onChange(pulse: Pulse): void
  /** The person has been signed out or let go. */
  onRefused(): void
}): void {
  const { token, signal, now, onChange } = options
  let lastMs = now()
  let answering = true
  const beat = async () => {
    const answer = await beatOnce(token, signal)
    if (signal.aborted) return
    if (answer === 'refused') return options.onRefused()
    const healthy = answer === 'answering'
    if (healthy) lastMs = now()
    if (healthy !== answering) {
      answering = healthy
      onChange({ answering, sinceMs: healthy ? null : lastMs })
    }
    const timer = setTimeout(beat, answering ? EVERY_MS : EVERY_WHILE_SILENT_MS)
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  }
  void beat()
}
