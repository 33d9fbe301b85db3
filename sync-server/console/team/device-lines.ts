import { formerDevices, type Hearing, hearing } from '../figures/hearing.ts'
import { useLive, useNow } from '../live/live-context.ts'
import type { Device } from '../live/live-state.ts'
import { ofBranch, type Place, placeOf } from '../views/places.ts'
import type { DecidedDevice } from './team-data.ts'

/** A till as it is listed. */
export interface DeviceLine {
  device: Device
  place: Place
  hearing: Hearing
  heardAt: string | null
  version: string | null
  /** Sales that it has not sent. */
  waiting: number
  /** Another stands at its register. */
  isReplaced: boolean
  decided: DecidedDevice
}

/** Whether it may no longer sync. */
export const isRevoked = ({ device }: DeviceLine) => device.revoked_at !== null

/** Every till of a branch or of all, but for those that go on under another identity. */
export function useDeviceLines(branchId: string | null, decided: readonly DecidedDevice[]): DeviceLine[] {
  const nowMs = useNow()
  const directory = useLive((state) => state.directory)
  const statuses = useLive((state) => state.statuses)
  const sessions = useLive((state) => state.sessions)
  const all = directory?.devices ?? []
  const former = formerDevices(all, (id) => statuses.get(id)?.last_heard_at)
  const standing = new Set(all.flatMap((row) => (row.revoked_at === null && row.register_id) || []))
  const byId = new Map(decided.map((each) => [each.id, each]))
  return ofBranch(all, branchId)
    .filter(({ id }) => !former.has(id))
    .map((device) => {
      const status = statuses.get(device.id)
      const open = sessions.some((row) => row.device_id === device.id && row.closed_at === null)
      return {
        device,
        place: placeOf(directory, device.branch_id, device.register_id),
        hearing: hearing(status?.last_heard_at ?? null, open, nowMs),
        heardAt: status?.last_heard_at ?? null,
        version: status?.version ?? null,
        isReplaced: device.register_id !== null && standing.has(device.register_id),
        waiting: status?.pending_sales ?? 0,
        decided: byId.get(device.id) ?? { id: device.id, version: 0, last: null },
      }
    })
    .sort(
      (a, b) =>
        a.place.branchName.localeCompare(b.place.branchName) ||
        (a.place.register?.number ?? 0) - (b.place.register?.number ?? 0) ||
        Number(isRevoked(a)) - Number(isRevoked(b)) ||
        b.device.enrolled_at.localeCompare(a.device.enrolled_at),
    )
}

/** What a till is called in a sentence. */
export const nameOfTill = ({ place, device }: Pick<DeviceLine, 'place' | 'device'>): string =>
  `${place.branchName} · ${place.registerName || device.name}`
