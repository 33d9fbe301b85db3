import { useSyncExternalStore } from 'react'
import { may, type Permission, type Role } from '../../../domain/permissions.ts'

/** The parts of the console. Which one is open is in the address, so that Back works and a link can be sent. */
const AREAS = {
  today: 'console.view',
  prices: 'price.set',
  customers: 'console.view',
  branches: 'branch.set',
  team: 'staff.manage',
} as const satisfies Record<string, Permission>
export type Area = keyof typeof AREAS

const subscribe = (onChange: () => void) => {
  addEventListener('hashchange', onChange)
  return () => removeEventListener('hashchange', onChange)
}

/** The part that is open, and those that a role may use; any other address is today's. */
export function useArea(role: Role): { area: Area; areas: readonly Area[] } {
  const hash = useSyncExternalStore(subscribe, () => location.hash.slice(1))
  const areas = (Object.keys(AREAS) as Area[]).filter((area) => may(role, AREAS[area]))
  return { area: areas.find((area) => area === hash) ?? 'today', areas }
}
