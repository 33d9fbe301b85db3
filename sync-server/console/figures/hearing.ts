import type { DeviceStatusRow } from '../../../migrations/schema.ts'

/** From here on a till that should speak is silent, ms: it reports every few seconds while it has a line. */
export const SILENT_AFTER_MS = 120_000

/** Under this age what is shown is what is. */
const LIVE_MS = 5_000

/**
 * What is known of a till: `live`; heard of a moment ago (`as-of`); `silent` while its drawer is open, which someone
 * should look at; `closed`, silent with the drawer closed, which no one need; `never` heard of.
 */
export type Hearing =
  | { state: 'live' }
  | { state: 'as-of'; at: string }
  | { state: 'silent'; at: string; minutes: number }
  | { state: 'closed'; at: string }
  | { state: 'never' }

/**
 * @param lastHeardAt ISO instant of the last word, server's clock; null when there was none
 * @param drawerOpen whether a cash session is open there, so that silence is not just closing time
 * @param nowMs the server's time, milliseconds since the Unix epoch
 */
export function hearing(lastHeardAt: string | null, drawerOpen: boolean, nowMs: number): Hearing {
  if (lastHeardAt === null) return { state: 'never' }
  const ageMs = nowMs - Date.parse(lastHeardAt)
  if (ageMs < LIVE_MS) return { state: 'live' }
  if (ageMs < SILENT_AFTER_MS) return { state: 'as-of', at: lastHeardAt }
  if (!drawerOpen) return { state: 'closed', at: lastHeardAt }
  return { state: 'silent', at: lastHeardAt, minutes: Math.floor(ageMs / 60_000) }
}

/** The newest word from any of several devices, or null. */
export function lastHeard(statuses: readonly Pick<DeviceStatusRow, 'last_heard_at'>[]): string | null {
  return statuses.reduce<string | null>(
    (last, { last_heard_at: at }) => (last === null || at > last ? at : last),
    null,
  )
}

/** What is known of a device's place among others. */
interface Standing {
  id: string
  enrolled_at: string
  succeeds?: string | null
}

/**
 * The devices that go on under another identity and were not heard of since: they are not silent, they are no more. One
 * that still speaks beside its successor was copied; it stays in sight.
 */
export function formerDevices(
  devices: readonly Standing[],
  lastHeardOf: (deviceId: string) => string | undefined,
): Set<string> {
  return new Set(
    devices.flatMap(({ succeeds, enrolled_at: since }) => {
      if (succeeds == null) return []
      const heard = lastHeardOf(succeeds)
      return heard === undefined || heard <= since ? [succeeds] : []
    }),
  )
}
