import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import type pg from 'pg'
import { quoteIdentifier, quoteLiteral } from '../catalogue/identifier.ts'
import type { Database } from '../database.ts'
import { writeDurably } from '../log/files.ts'

/** What the database is known to bear: one text, or while it is being changed the one before or the one after. */
interface Kept {
  readonly current: string | null
  readonly next: string | null
}

/** For a database that does not answer while the engine is to end. */
const QUERY_TIMEOUT_MS = 5000

/**
 * A text that stands in the database and beside the log, and is changed as the log goes on. A database that was set back to an
 * older copy of its files bears an older text, be its WAL longer by now than what the log has seen. It is kept as the
 * publication's comment: a catalogue entry that is nobody's row.
 */
export class HistoryMark {
  readonly #db: Database
  readonly #publication: string
  readonly #path: string
  #isDue = false
  #changing: Promise<void> = Promise.resolve()

  constructor(db: Database, publication: string, path: string) {
    this.#db = db
    this.#publication = publication
    this.#path = path
  }

  /** The log, or a snapshot, holds more of the database's history than when the mark was last changed. */
  touch(): void {
    this.#isDue = true
  }

  /** Whether the database bears what was last put there. True of a log that has never been marked. */
  async isBorne(): Promise<boolean> {
    await this.#changing.catch(() => undefined)
    const kept = this.#kept()
    return kept === null || isOf(kept, await this.#read())
  }

  /** Puts another mark into the database, whatever it bears: the log begins anew with it. */
  begin(): Promise<void> {
    return this.#inTurn(async () => this.#change(await this.#read()))
  }

  /** Puts another mark into the database; after a crash at any point it or the one before is known. */
  renew(): Promise<void> {
    return this.#inTurn(async () => {
      const [kept, borne] = [this.#kept(), await this.#read()]
      if (kept !== null && !isOf(kept, borne))
        throw new Error(
          `the comment on the publication "${this.#publication}" is not the one the engine left there`,
        )
      await this.#change(borne)
    })
  }

  async renewIfDue(): Promise<void> {
    if (this.#isDue) await this.renew()
  }

  #inTurn(task: () => Promise<void>): Promise<void> {
    this.#changing = this.#changing.catch(() => undefined).then(task)
    return this.#changing
  }

  async #change(current: string | null): Promise<void> {
    this.#isDue = false
    const next = randomUUID()
    await this.#keep({ current, next })
    const comment = `COMMENT ON PUBLICATION ${quoteIdentifier(this.#publication)} IS ${quoteLiteral(next)}`
    // Else it could be lost with a crash of the database alone, and be missed.
    await this.#query(`BEGIN; SET LOCAL synchronous_commit = on; ${comment}; COMMIT`)
    await this.#keep({ current: next, next: null })
  }

  async #read(): Promise<string | null> {
    const { rows } = await this.#query(
      `SELECT obj_description(oid, 'pg_publication') AS mark FROM pg_publication WHERE pubname = ${quoteLiteral(this.#publication)}`,
    )
    return rows[0]?.mark ?? null
  }

  #query(text: string): Promise<pg.QueryResult<{ mark: string | null }>> {
    const config: pg.QueryConfig & { query_timeout: number } = { text, query_timeout: QUERY_TIMEOUT_MS }
    return this.#db.pool.query(config)
  }

  #kept(): Kept | null {
    if (!existsSync(this.#path)) return null
    return JSON.parse(readFileSync(this.#path, 'utf8')) as Kept
  }

  #keep(kept: Kept): Promise<void> {
    return writeDurably(this.#path, JSON.stringify(kept))
  }
}

function isOf({ current, next }: Kept, mark: string | null): boolean {
  return mark !== null && (mark === current || mark === next)
}
