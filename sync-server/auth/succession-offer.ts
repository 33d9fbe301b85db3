import { sql, type Transaction } from 'kysely'
import type { ServerTables } from '../../migrations/schema.ts'

type Trx = Transaction<ServerTables>

/** Notes which facts a successor will bring: should the other device send them first, the successor hears of it. */
export async function noteOffer(
  trx: Trx,
  deviceId: string,
  common: number,
  { above, hashes }: { above: number; hashes: string[] },
): Promise<void> {
  const offered = hashes.slice(common - above)
  if (offered.length === 0) return
  await sql`insert into succession_offer (hash, device_id)
    select hash, ${deviceId} from unnest(${offered}::text[]) as hash on conflict do nothing`.execute(trx)
}

/** What comes under a device's name takes turns with the question what both hold of it. */
export async function lockJournal(trx: Trx, deviceId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`journal:${deviceId}`}, 0))`.execute(trx)
}
