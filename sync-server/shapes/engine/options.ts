export interface EngineOptions {
  /** A connection string of the database, by a role with REPLICATION that owns the tables served. */
  readonly databaseUrl: string
  /** A folder of the engine's own: the change log and the snapshots. One engine at a time. */
  readonly dataDir: string
  /** Name of the slot and publication; engines on one database need different ones. */
  readonly name?: string
  /** Answer DELETE /v1/shape, for tests. */
  readonly allowDelete?: boolean
  readonly longPollMs?: number
  readonly sseKeepAliveMs?: number
  readonly sseLengthMs?: number
  /** Answers are cut into chunks of about this size. */
  readonly chunkBytes?: number
  readonly segmentBytes?: number
  /** How long a cache keeps what a client catches up with, in seconds; and how long it may use that while it asks again. */
  readonly cacheMaxAgeS?: number
  readonly cacheStaleAgeS?: number
  /** Requests for shapes that are not there yet, and snapshots waiting for their turn; beyond, the answer is 429. */
  readonly maxNewShapes?: number
  /** Requests under way at once, waiting ones included; beyond, the answer is 429. */
  readonly maxRequests?: number
  /** The change log is kept for this long and this large, whichever ends first. */
  readonly retentionMs?: number
  readonly retentionBytes?: number
  /** An operator is warned when Postgres holds more WAL for the slot. */
  readonly slotWarnBytes?: number
  /** How often tables that have shapes are compared with the catalogue. */
  readonly catalogueCheckMs?: number
  /** Hears of what an operator must know. */
  readonly onEvent?: (event: EngineEvent) => void
  /** The engine can do nothing more until its process begins again; the message is one sentence for an operator. */
  readonly onFatal?: (message: string) => void
}

export interface EngineEvent {
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
}

export type Settings = Required<EngineOptions>

const MIB = 1024 * 1024
const DAY_MS = 86_400_000

export function withDefaults(options: EngineOptions): Settings {
  return {
    name: 'shape_engine',
    allowDelete: false,
    longPollMs: 20_000,
    sseKeepAliveMs: 21_000,
    sseLengthMs: 60_000,
    chunkBytes: 10 * MIB,
    segmentBytes: 64 * MIB,
    cacheMaxAgeS: 60,
    cacheStaleAgeS: 300,
    maxNewShapes: 300,
    maxRequests: 10_000,
    retentionMs: 14 * DAY_MS,
    retentionBytes: 4096 * MIB,
    slotWarnBytes: 512 * MIB,
    catalogueCheckMs: 10_000,
    onEvent: () => undefined,
    onFatal: () => undefined,
    ...options,
  }
}
