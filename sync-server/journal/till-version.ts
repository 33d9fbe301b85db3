import { z } from 'zod'
import type { ServerDatabase } from '../database/pool.ts'

/** Semantic versions, and anything alike that stays short. */
const versionSchema = z.string().regex(/^\d[\w.+-]{0,39}$/)

/** Devices remembered at once; whoever is forgotten is written once more. */
const KEPT = 10_000

/**
 * Keeps which version each till says it runs, beside its status. Written when it changes, not with each heartbeat.
 * @returns takes a device's word; what is no version is passed over
 */
export function createVersionNote(db: ServerDatabase) {
  const known = new Map<string, string>()
  return async (deviceId: string, said: string | undefined): Promise<void> => {
    const version = versionSchema.safeParse(said)
    if (!version.success || known.get(deviceId) === version.data) return
    await db
      .updateTable('device_status')
      .set({ version: version.data })
      .where('device_id', '=', deviceId)
      .where('version', 'is distinct from', version.data)
      .execute()
    if (known.size >= KEPT) known.clear()
    known.set(deviceId, version.data)
  }
}
