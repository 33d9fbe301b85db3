export interface EngineHealth {
  readonly status: 'active' | 'starting'
  readonly shapes: number
  readonly waitingClients: number
  readonly globalLsn: number
  readonly logBytes: number
  /** WAL that Postgres keeps for the slot, in bytes; null while the database is out of reach. */
  readonly slotHeldBytes: number | null
  readonly slotStatus: string | null
}
