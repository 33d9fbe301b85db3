/** Whether head office's server answers. `sinceMs`: when it last did, once it does not; server's time. */
export interface Pulse {
  answering: boolean
  sinceMs: number | null
}

const EVERY_MS = 4_000
const EVERY_WHILE_SILENT_MS = 1_000
const ANSWER_WITHIN_MS = 5_000

async function isHealthy(signal: AbortSignal): Promise<boolean> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)])
    return (await fetch('/v1/health', { signal: limit, cache: 'no-store' })).ok
  } catch {
    return false
  }
}

/**
 * Asks the server every few seconds whether it is there. The followed shapes cannot tell: a quiet one and a dead line
 * look the same for as long as a long poll lasts.
 * @param onChange told when it stops answering and when it answers again
 */
export function watchPulse(signal: AbortSignal, now: () => number, onChange: (pulse: Pulse) => void): void {
  let lastMs = now()
  let answering = true
  const beat = async () => {
    const healthy = await isHealthy(signal)
    if (signal.aborted) return
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
