import { decodeJwt, errors, jwtVerify } from 'jose'
import { sql } from 'kysely'
import { idSchema } from '../../domain/ids.ts'
import { publicKeyFromRaw } from '../../domain/journal/chain.ts'
import { refuse } from '../../domain/refusals.ts'
import type { ServerDatabase } from '../database/pool.ts'
import type { DeviceCaller, TokenCheck } from './caller.ts'

export const DEVICE_AUDIENCE = 'pharmasaas-sync'

/** The longest life of a device token, seconds. */
const TOKEN_SECONDS = 300

/** How far a token's times may be off the server's clock, seconds. */
const TOLERANCE_SECONDS = 60

/** A token may not outlive its five minutes by being made for the future. */
function livesTooLong(claims: { iat: number; exp: number }, nowSeconds: number): boolean {
  const life = claims.exp - claims.iat
  return life <= 0 || life > TOKEN_SECONDS || claims.exp > nowSeconds + TOKEN_SECONDS + TOLERANCE_SECONDS
}

/**
 * Whether a device was revoked, or one whose key gave it its identity: a till's key gives as many identities as whoever
 * holds it asks for. A code gives one anew, whatever was there before.
 */
const isRevoked = sql<boolean>`(with recursive line (id, revoked) as (
    select d.id, d.revoked_at is not null from device d where d.id = device.id
    union
    select d.id, d.revoked_at is not null from line
      join device_succession s on s.device_id = line.id and s.reason <> 'device-enrolled-anew'
      join device d on d.id = s.predecessor_id)
  select bool_or(revoked) from line)`

/**
 * Checks the tokens by which devices prove themselves.
 *
 * The rule, for who makes one: a JWT signed with the device's Ed25519 key (`alg` EdDSA), `sub` the device's id, `aud`
 * `pharmasaas-sync`, `iat` and `exp` with `exp - iat` at most 300 s, **both in the server's time**. A till's own clock
 * may be days off and must still sync, and a token that is good for days is no token. So the till keeps the difference
 * of clocks: every answer of this server, a 401 too, carries a `date` header. On a 401 the till takes the time from
 * that header, makes a new token with it and asks again once; from then on it adds the difference to its own clock.
 * Nothing but this token depends on any clock.
 *
 * @param clock milliseconds since the Unix epoch
 * @returns a check that answers `unauthenticated`, `device-unknown` (401) or `device-revoked` (403) when refused
 */
export function createDeviceCheck(db: ServerDatabase, clock: () => number): TokenCheck<DeviceCaller> {
  return async (token) => {
    try {
      const id = idSchema.safeParse(decodeJwt(token).sub)
      if (!id.success) return refuse('unauthenticated')
      const device = await db
        .selectFrom('device')
        .select(['id', 'branch_id', 'register_id', 'public_key', isRevoked.as('revoked')])
        .where('id', '=', id.data)
        .executeTakeFirst()
      if (!device) return refuse('device-unknown')
      const publicKey = publicKeyFromRaw(device.public_key)
      const now = clock()
      const { payload } = await jwtVerify<{ iat: number; exp: number }>(token, publicKey, {
        algorithms: ['EdDSA'],
        audience: DEVICE_AUDIENCE,
        requiredClaims: ['sub', 'iat', 'exp'],
        clockTolerance: TOLERANCE_SECONDS,
        currentDate: new Date(now),
      })
      if (livesTooLong(payload, now / 1000)) return refuse('unauthenticated')
      if (device.revoked) return refuse('device-revoked')
      const { id: deviceId, branch_id: branchId, register_id: registerId } = device
      return { kind: 'device', deviceId, branchId, registerId, publicKey }
    } catch (error) {
      if (error instanceof errors.JOSEError) return refuse('unauthenticated')
      throw error
    }
  }
}
