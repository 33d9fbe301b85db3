import type { Damaged } from '../../../domain/journal/stored.ts'
import type { TillDatabase } from '../store/database.ts'

/** Reads what a till's own rows still say of a sale whose event has rotted; null when it was none. */
export function createToldReader(
  db: TillDatabase,
): (deviceId: string | null, seq: number) => Damaged['told'] {
  const read = db.prepare(
    'select receipt_number as receiptNumber, total from sale where device_id = ? and seq = ?',
  )
  return (deviceId, seq) => (read.get(deviceId, seq) as Damaged['told'] | undefined) ?? null
}
