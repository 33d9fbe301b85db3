import type { ClientBase } from 'pg'
import { publicKeyFromRaw } from '../../domain/journal/chain.ts'
import { type JournalEvent, journalEventSchema } from '../../domain/journal/event.ts'
import type { DeviceCaller } from '../auth/caller.ts'

/** Stored events that get an effect in one transaction: tills replicate it as one. */
export const BATCH = 200

/** Behind which event of which device to go on. */
export interface Place {
  deviceId: string
  seq: number
}

/** An event out of `journal_event e`, to be selected as it stands. */
export const STORED_EVENT = `payload,
  jsonb_build_object('deviceId', e.device_id, 'seq', e.seq, 'type', type, 'version', e.version,
    'actor', jsonb_build_object('staffId', actor_id, 'role', actor_role),
    'prevHash', prev_hash, 'hash', hash, 'signature', signature,
    'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as event`

export interface StoredEvent {
  event: string
  payload: string
}

/** Such a row as what was signed. */
export const readStored = ({ event, payload }: StoredEvent): JournalEvent =>
  journalEventSchema.parse({ ...JSON.parse(event), payload: JSON.parse(payload) })

/** The device whose events they are, as it stands now. */
export async function readDevice(client: ClientBase, deviceId: string): Promise<DeviceCaller | null> {
  const { rows } = await client.query<{ branch: string; register: string | null; key: string }>(
    'select branch_id as branch, register_id as register, public_key as key from device where id = $1',
    [deviceId],
  )
  const [device] = rows
  if (!device) return null
  const { branch: branchId, register: registerId, key } = device
  return { kind: 'device', deviceId, branchId, registerId, publicKey: publicKeyFromRaw(key) }
}

/**
 * Goes through journals a batch at a time.
 * @param take a batch of a device's journal from `seq` on; gives how many events got something, and where the next batch
 * begins, null when there is none
 * @returns how many got something in all
 */
export async function inBatches(
  deviceIds: readonly string[],
  take: (from: Place) => Promise<{ read: number; seq: number | null }>,
): Promise<number> {
  let read = 0
  for (const deviceId of deviceIds) {
    for (let seq: number | null = 0; seq !== null; ) {
      const taken = await take({ deviceId, seq })
      read += taken.read
      seq = taken.seq
    }
  }
  return read
}
