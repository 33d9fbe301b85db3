import type { CashSessionRow } from '../../../domain/cash-session/rows.ts'
import type {
  BranchRow,
  DeviceRow,
  DeviceStatusRow,
  EventExceptionRow,
  RegisterRow,
  StaffRow,
} from '../../../migrations/schema.ts'
import type { SeenSale } from '../../../migrations/synced-tables.ts'
import type { NumberRange } from '../figures/receipt-numbers.ts'
import type { Days } from './days.ts'
import type { Pulse } from './pulse.ts'

/** A device without its key, which stays at the server. */
export type Device = Omit<DeviceRow, 'public_key'>

/** Who and what there is. */
export interface Directory {
  branches: readonly BranchRow[]
  registers: ReadonlyMap<string, RegisterRow>
  devices: readonly Device[]
  staff: ReadonlyMap<string, StaffRow>
}

export type LiveTable = 'sale' | 'cash_session' | 'device_status' | 'event_exception'

export interface LiveState {
  directory: Directory | null
  /** The days whose sales and drawers are followed; what is older is asked for. */
  days: Days
  /** Sales of these days, newest first. */
  sales: readonly SeenSale[]
  /** Drawers of these days, and any that is open. */
  sessions: readonly CashSessionRow[]
  statuses: ReadonlyMap<string, DeviceStatusRow>
  /** What nobody has reviewed, however old. */
  exceptions: readonly EventExceptionRow[]
  /** Counts how often a till's journal has moved: whatever is asked for is asked for again. */
  moves: number
  /** Receipt numbers that are not there, by register. Registers without gaps are absent. */
  missing: ReadonlyMap<string, readonly NumberRange[]>
  /** Gross by hour of the day a week before each of today's, by `dayKey`. */
  weekAgo: ReadonlyMap<string, readonly number[]>
  /** What has been up to date at least once. */
  loaded: ReadonlySet<LiveTable>
  pulse: Pulse
}
