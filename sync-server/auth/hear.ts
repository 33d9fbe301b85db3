import type pg from 'pg'
import { type Refusal, refuse } from '../../domain/refusals.ts'

/**
 * A predecessor that speaks so often from another running till is a copy. Once is not enough: one request of a till
 * that was killed may still be on its way when its restored successor has already been enrolled.
 */
export const HEARD_AGAIN = 2

/**
 * Two copies of one old backup are both given an identity in the place of the same device, which nobody is any more. When the
 * one that was given its identity first speaks, or one that came after it, both live: the other one's line is told.
 */
async function noteRivals(pool: Pick<pg.Pool, 'query'>, deviceId: string): Promise<void> {
  await pool.query(
    `with recursive line as (
       select device_id, predecessor_id, at from device_succession where device_id = $1
       union select before.device_id, before.predecessor_id, before.at
       from device_succession before join line on before.device_id = line.predecessor_id),
     rival as (
       select other.device_id from line join device_succession other on other.predecessor_id = line.predecessor_id
       where (other.at, other.device_id) > (line.at, line.device_id) and other.reason <> 'device-enrolled-anew'
       union select next.device_id from device_succession next join rival on next.predecessor_id = rival.device_id)
     update device_succession set heard_again = heard_again + 1
     where heard_again < $2 and device_id in (
       select rival.device_id from rival join device on device.id = rival.device_id
       where device.register_id = (select register_id from device where id = $1) and device.revoked_at is null
         and not exists (select 1 from device_succession next where next.predecessor_id = rival.device_id))`,
    [deviceId, HEARD_AGAIN],
  )
}

/**
 * Takes note that a device speaks, in each journal request. When one whose place was taken goes on speaking from another
 * running till, its disk was copied: the successor is told so once it speaks, and asks for an identity apart.
 * @param instance which running till speaks; null when it does not say
 */
export async function hearDevice(
  pool: Pick<pg.Pool, 'query'>,
  deviceId: string,
  instance: string | null,
): Promise<Refusal<'device-copied'> | null> {
  const { rows } = await pool.query<{ device_id: string; instance: string | null; heard_again: number }>(
    'select device_id, instance, heard_again from device_succession where device_id = $1 or predecessor_id = $1',
    [deviceId],
  )
  const own = rows.find((row) => row.device_id === deviceId)
  if (own && own.heard_again >= HEARD_AGAIN) return refuse('device-copied')
  if (own) await noteRivals(pool, deviceId)
  const successors = rows.filter((row) => row.device_id !== deviceId)
  if (instance && successors.some((row) => row.instance !== instance)) {
    // Told to the last of the line that still stands at the same register: the others are gone.
    await pool.query(
      `with recursive line as (
         select device_id from device_succession where predecessor_id = $1 and instance is distinct from $2
         union select next.device_id from device_succession next join line on next.predecessor_id = line.device_id)
       update device_succession set heard_again = heard_again + 1
       where heard_again < $3 and device_id in (
         select line.device_id from line join device on device.id = line.device_id
         where device.register_id = (select register_id from device where id = $1)
           and not exists (select 1 from device_succession next where next.predecessor_id = line.device_id))`,
      [deviceId, instance, HEARD_AGAIN],
    )
  }
  return null
}
