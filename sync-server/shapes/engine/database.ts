import pg from 'pg'

/** Texts of values come out the same in snapshots and in the replication stream, whoever wrote them. */
const SETTINGS = {
  datestyle: 'ISO',
  intervalstyle: 'iso_8601',
  timezone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  standard_conforming_strings: 'on',
}

/** So that Postgres notices soon when the reader of its slot has gone without a word. */
const REPLICATION_SETTINGS = {
  wal_sender_timeout: '30s',
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '3',
}

const APPLICATION = 'shape-engine'
const CONNECT_TIMEOUT_MS = 10_000

/** Connections to the one database whose tables are served. */
export class Database {
  readonly #url: string
  /** For catalogue look-ups and snapshots. */
  readonly pool: pg.Pool

  constructor(url: string) {
    this.#url = url
    this.pool = new pg.Pool({ ...this.#config(SETTINGS), max: 10, idleTimeoutMillis: 10_000 })
    // An idle connection that breaks is replaced at the next use.
    this.pool.on('error', () => undefined)
    // One that breaks while it is lent has no listener of the pool's, and would end the process.
    this.pool.on('connect', (client) => client.on('error', () => undefined))
  }

  /** A walsender's connection. The caller ends it. */
  async connectForReplication(): Promise<pg.Client> {
    const config: pg.ClientConfig & { replication: string } = {
      ...this.#config({ ...SETTINGS, ...REPLICATION_SETTINGS }),
      replication: 'database',
    }
    const client = new pg.Client(config)
    client.on('error', () => undefined)
    await client.connect()
    return client
  }

  async close(): Promise<void> {
    await this.pool.end()
  }

  #config(settings: Readonly<Record<string, string>>): pg.ClientConfig {
    return {
      connectionString: this.#url,
      application_name: APPLICATION,
      options: Object.entries(settings)
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(' '),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    }
  }
}
