import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { idSchema } from '../../domain/ids.ts'
import { revokeReasonSchema } from '../../domain/people/person.ts'
import { type Refusal, refuse } from '../../domain/refusals.ts'
import type { ServerDatabase } from '../database/pool.ts'
import { readJson } from '../http/body.ts'
import type { AppEnv } from '../http/env.ts'
import { type Guard, staffOf } from '../http/guard.ts'
import { seenBy } from '../http/if-match.ts'
import { rateLimit } from '../http/rate-limit.ts'
import { Refused } from '../http/refused.ts'
import type { DecisionView } from './decisions.ts'
import {
  changedMeanwhile,
  type OrganisationTools,
  recordDecision,
  type Trx,
  takeTurn,
  versionOf,
} from './organisation-decisions.ts'

const RATE = { capacity: 30, refillMs: 2_000 }

const revokeSchema = z.strictObject({
  reason: revokeReasonSchema,
  /** Whatever else is to be known. */
  note: z.string().trim().max(200).nullable(),
})

/** A device as head office decides about it; the rest of it is in the console's shapes. */
export interface DeviceView {
  id: string
  version: number
  /** Null while nobody has decided anything about it. */
  last: DecisionView | null
}

async function readDevices(db: ServerDatabase): Promise<DeviceView[]> {
  const devices = await db.selectFrom('device').select('id').orderBy('enrolled_at').execute()
  const decisions = await db
    .selectFrom('organisation_decision as d')
    .leftJoin('staff as p', 'p.id', 'd.decided_by')
    .where('d.subject', '=', 'device')
    .orderBy('d.decided_at')
    .orderBy('d.id')
    .select(['d.subject_id', 'd.decided_at', 'd.content', 'p.name'])
    .execute()
  const byDevice = Map.groupBy(decisions, (row) => row.subject_id)
  return devices.map(({ id }) => {
    const own = byDevice.get(id) ?? []
    const last = own.at(-1)
    return {
      id,
      version: own.length,
      last: last ? { at: last.decided_at, by: last.name ?? '?', content: JSON.parse(last.content) } : null,
    }
  })
}

/** Whether another stands at its register by now, or goes on there in its place: two would give the same numbers. */
async function isReplaced(
  trx: Trx,
  device: { id: string; register_id: string | null; revoked_at: string },
): Promise<boolean> {
  if (device.register_id === null) return false
  const other = await trx
    .selectFrom('device as d')
    .leftJoin('device_succession as s', (join) =>
      join.onRef('s.device_id', '=', 'd.id').on('s.predecessor_id', '=', device.id),
    )
    .where('d.register_id', '=', device.register_id)
    .where('d.id', '!=', device.id)
    .where('d.revoked_at', 'is', null)
    .where((eb) => eb.or([eb('d.enrolled_at', '>=', device.revoked_at), eb('s.device_id', 'is not', null)]))
    .select('d.id')
    .executeTakeFirst()
  return other !== undefined
}

/** Revokes a device, or takes that back. To be asked within a turn. */
async function setRevoked(trx: Trx, id: string, revokedAt: string | null): Promise<null | Refusal> {
  const device = await trx
    .selectFrom('device')
    .where('id', '=', id)
    .select(['id', 'register_id', 'revoked_at'])
    .executeTakeFirst()
  if (!device) return refuse('not-found', { what: 'device' })
  const revoked = device.revoked_at
  if (revokedAt === null && revoked !== null && (await isReplaced(trx, { ...device, revoked_at: revoked })))
    return refuse('device-replaced')
  // Revoked twice, it stays revoked from the first time on.
  const at = revokedAt === null ? null : (revoked ?? revokedAt)
  await trx.updateTable('device').set({ revoked_at: at }).where('id', '=', id).execute()
  return null
}

/**
 * Devices of the organisation, by head office and IT: `GET /v1/devices` what was decided about each, with the `version` to
 * change it by; `POST …/:id/revoke` with a reason ends what it and every identity that was made from its key have open;
 * `POST …/:id/reinstate` takes that back, unless another device has its place. Both with `If-Match`. What a revoked till
 * has not sent stays on it; a new code (`POST /v1/enrolments`) lets it, or a new device, go on.
 */
export function deviceRoutes(tools: OrganisationTools, guard: Guard): Hono<AppEnv> {
  const { db, clock } = tools
  const app = new Hono<AppEnv>()
  const revokes = guard({ staff: 'device.revoke' })
  const limited = rateLimit(RATE, clock)
  const idOf = (c: Context<AppEnv>) => {
    const id = idSchema.safeParse(c.req.param('id'))
    if (!id.success) throw new Refused(refuse('not-found', { what: 'device' }))
    return id.data
  }
  const decide = async (c: Context<AppEnv>, revokedAt: string | null, content: object) => {
    const [id, seen] = [idOf(c), seenBy(c)]
    const { staffId } = staffOf(c.get('caller'))
    const version = await db.transaction().execute(async (trx) => {
      const refused =
        (await takeTurn(trx, staffId, 'device.revoke')) ??
        (await setRevoked(trx, id, revokedAt)) ??
        (await changedMeanwhile(trx, id, seen))
      // A refusal is thrown, so that nothing of it stays.
      if (refused) throw new Refused(refused)
      await recordDecision(tools, trx, { subject: 'device', subjectId: id, staffId, content })
      return versionOf(trx, id)
    })
    tools.rightsChanged()
    c.get('log').warn({ deviceId: id, staffId, ...content }, 'device decision')
    return c.json({ id, version })
  }
  app.get('/devices', revokes, async (c) => {
    c.header('cache-control', 'no-store')
    return c.json({ devices: await readDevices(db) })
  })
  app.post('/devices/:id/revoke', revokes, limited, async (c) => {
    const wanted = await readJson(c, revokeSchema)
    return decide(c, new Date(clock()).toISOString(), { deed: 'revoke', ...wanted })
  })
  app.post('/devices/:id/reinstate', revokes, limited, async (c) => {
    await readJson(c, z.strictObject({}))
    return decide(c, null, { deed: 'reinstate' })
  })
  return app
}
