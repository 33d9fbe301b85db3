export interface EngineHealth {
  /** `failed`: only a new process goes on. */
  readonly status: 'active' | 'starting' | 'failed'
  /** Why it takes nothing more from Postgres, such as a full disk, in one sentence. */
  readonly trouble: string | null
  readonly shapes: number
  readonly waitingClients: number
  readonly globalLsn: number
  readonly logBytes: number
  /** WAL that Postgres keeps for the slot, in bytes; null while the database is out of reach. */
  readonly slotHeldBytes: number | null
  readonly slotStatus: string | null
  /** Postgres holds more than an operator wants, or is about to give the slot up. */
  readonly slotAtRisk: boolean
}
