import pg from 'pg'

/** Texts of values come out the same in snapshots and in the replication stream, whoever wrote them. */
const TEXT_SETTINGS = `SET datestyle = 'ISO, YMD'; SET intervalstyle = 'iso_8601'; SET timezone = 'UTC';
  SET bytea_output = 'hex'; SET extra_float_digits = 1; SET statement_timeout = 0;
  SET idle_in_transaction_session_timeout = 0; SET standard_conforming_strings = on`

const APPLICATION = 'shape-engine'
const CONNECT_TIMEOUT_MS = 10_000

/** Connections to the one database whose tables are served. */
export class Database {
  readonly #url: string
  /** For catalogue look-ups and small statements. */
  readonly pool: pg.Pool

  constructor(url: string) {
    this.#url = url
    this.pool = new pg.Pool({ ...this.#config(), max: 4, idleTimeoutMillis: 10_000 })
    // An idle connection that breaks is replaced at the next use.
    this.pool.on('error', () => undefined)
  }

  /** A connection of its own; `replication` for a walsender. The caller ends it. */
  async connect(kind: 'plain' | 'replication' = 'plain'): Promise<pg.Client> {
    const config = kind === 'replication' ? { ...this.#config(), replication: 'database' } : this.#config()
    const client = new pg.Client(config)
    client.on('error', () => undefined)
    await client.connect()
    await client.query(TEXT_SETTINGS)
    return client
  }

  async close(): Promise<void> {
    await this.pool.end()
  }

  #config(): pg.ClientConfig {
    return {
      connectionString: this.#url,
      application_name: APPLICATION,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    }
  }
}
