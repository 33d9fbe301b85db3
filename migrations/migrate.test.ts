import Database from 'better-sqlite3'
import { Kysely, PostgresDialect, SqliteDialect, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROJECTED_KEYS } from '../domain/journal/tables.ts'
import type { RunningPostgres } from '../sync-server/database/embedded-postgres.ts'
import { openPlainPool } from '../sync-server/database/pool.ts'
import { startTestPostgres } from '../sync-server/database/test-postgres.ts'
import { POSTGRES, SQLITE } from './dialect.ts'
import { migrateToLatest } from './migrate.ts'
import { SYNCED_TABLES } from './synced-tables.ts'

/** Columns of synced tables that stay at the server. */
const SERVER_ONLY: Readonly<Record<string, readonly string[]>> = {
  device: ['public_key'],
  event_exception: ['reviewed_at'],
  journal_waiting: ['kind'],
}

describe('the one schema on both databases', () => {
  const sqlite = new Kysely<Record<string, never>>({
    dialect: new SqliteDialect({ database: new Database(':memory:') }),
  })
  let postgres: Kysely<Record<string, never>>
  let server: RunningPostgres

  beforeAll(async () => {
    server = await startTestPostgres()
    const pool = openPlainPool(server.url, 4, () => {})
    postgres = new Kysely({ dialect: new PostgresDialect({ pool }) })
    await migrateToLatest(sqlite, SQLITE)
    await migrateToLatest(postgres, POSTGRES)
  }, 60_000)

  afterAll(async () => {
    await sqlite.destroy()
    await postgres?.destroy()
    await server?.stop()
  })

  it('runs nothing the second time', async () => {
    expect(await migrateToLatest(sqlite, SQLITE)).toEqual([])
    expect(await migrateToLatest(postgres, POSTGRES)).toEqual([])
  })

  it('runs a step that came to the list behind higher ones', async () => {
    await sql`delete from kysely_migration where name = '0011-waiting-events'`.execute(sqlite)
    expect(await migrateToLatest(sqlite, SQLITE)).toEqual(['0011-waiting-events'])
  })

  it.each(SYNCED_TABLES.map((synced) => [synced.table, synced] as const))(
    'gives %s the listed columns and key on both sides',
    async (table, synced) => {
      const listed = Object.keys(synced.columns).sort()
      const till = await sql<{
        name: string
        pk: number
      }>`select name, pk from pragma_table_info(${table})`.execute(sqlite)
      // The till numbers its products for its search index (migration 0017); there the id is unique.
      const own = table === 'product' ? ['number'] : []
      expect(till.rows.map((column) => column.name).sort()).toEqual([...listed, ...own].sort())
      expect(
        till.rows
          .filter((column) => column.pk > 0)
          .sort((a, b) => a.pk - b.pk)
          .map((column) => column.name),
      ).toEqual(own.length > 0 ? own : synced.key)
      const central = await sql<{ name: string }>`select column_name as name from information_schema.columns
        where table_name = ${table}`.execute(postgres)
      const names = central.rows.map((column) => column.name)
      expect(names).toEqual(expect.arrayContaining(listed))
      expect(names.filter((name) => !listed.includes(name))).toEqual(SERVER_ONLY[table] ?? [])
    },
  )

  it('knows the key of every projected table', () => {
    for (const [table, key] of Object.entries(PROJECTED_KEYS)) {
      expect(SYNCED_TABLES.find((synced) => synced.table === table)?.key).toEqual(key)
    }
  })

  it('keeps a till journal append-only and gap-free', async () => {
    const append = (seq: number) =>
      sql`insert into journal (seq, type, hash, body) values (${seq}, 'sale.completed', ${String(seq).padStart(64, '0')}, '{}')`.execute(
        sqlite,
      )
    await append(1)
    await expect(append(3)).rejects.toThrow('must follow its head')
    await expect(sql`update journal set body = ''`.execute(sqlite)).rejects.toThrow('append-only')
    await expect(sql`delete from journal`.execute(sqlite)).rejects.toThrow('append-only')
  })
})
