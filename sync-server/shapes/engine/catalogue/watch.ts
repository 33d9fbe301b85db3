import type { Database } from '../database.ts'
import type { EngineEvent, Settings } from '../options.ts'
import type { Registry } from '../registry.ts'
import type { Shape } from '../shape.ts'
import { isRewritten, layoutOf, loadTables, publishedAmong } from './table.ts'

/**
 * Finds shapes whose table is no longer what they were made of, which Postgres tells only with the next row changed; or
 * is no longer published, which Postgres never tells.
 */
export class CatalogueWatch {
  readonly #db: Database
  readonly #registry: Registry
  readonly #publication: string
  readonly #onEvent: (event: EngineEvent) => void
  readonly #running = new Map<number, Promise<void>>()
  readonly #queued = new Map<number, Promise<void>>()

  constructor(db: Database, registry: Registry, { name, onEvent }: Pick<Settings, 'name' | 'onEvent'>) {
    this.#db = db
    this.#publication = name
    this.#onEvent = onEvent
    this.#registry = registry
  }

  /** Calls `end` with each shape of these tables that is over; of all tables that have shapes when none are given. */
  async check(end: (shape: Shape) => void, oids = this.#registry.router.tableOids): Promise<void> {
    if (oids.length === 0) return
    const found = await Promise.all([
      loadTables(this.#db.pool, oids),
      publishedAmong(this.#db.pool, this.#publication, oids),
    ]).catch(() => null)
    if (!found) return
    const [tables, published] = found
    const layouts = new Map([...tables].map(([oid, table]) => [oid, layoutOf(table)]))
    for (const oid of oids) {
      const table = tables.get(oid)
      const [layout, membership] = [layouts.get(oid), published.get(oid)]
      const shapes = [...(this.#registry.router.route(oid)?.shapes ?? [])]
      const isSame = ({ definition }: Shape) =>
        table && definition.layout === layout && !isRewritten(definition.record.table, table)
      const altered = shapes.filter((shape) => !isSame(shape))
      const untold = shapes.filter(
        (shape) => isSame(shape) && shape.definition.record.table.membership !== membership,
      )
      if (untold[0]) this.#warnOfUntold(untold[0])
      for (const shape of [...altered, ...untold]) end(shape)
    }
  }

  #warnOfUntold({ definition }: Shape): void {
    const message = `${definition.keyPrefix} was not in the publication "${this.#publication}" for a while: its shapes begin anew.`
    this.#onEvent({ level: 'warn', message })
  }

  /** Checks one table as it is now or later, never as it was before the call; those who call meanwhile share a look. */
  checkNow(oid: number, end: (shape: Shape) => void): Promise<void> {
    const queued = this.#queued.get(oid)
    if (queued) return queued
    const look = () => {
      this.#queued.delete(oid)
      const looking = this.check(end, [oid]).finally(() => this.#running.delete(oid))
      this.#running.set(oid, looking)
      return looking
    }
    const running = this.#running.get(oid)
    if (!running) return look()
    const next = running.then(look)
    this.#queued.set(oid, next)
    return next
  }
}
