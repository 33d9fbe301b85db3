import { Hono } from 'hono'
import { z } from 'zod'
import { idSchema } from '../../domain/ids.ts'
import { FLOAT_LIMIT, minorSchema } from '../../domain/money.ts'
import { refuse } from '../../domain/refusals.ts'
import type { ServerDatabase } from '../database/pool.ts'
import { readJson } from '../http/body.ts'
import type { AppEnv } from '../http/env.ts'
import { type Guard, staffOf } from '../http/guard.ts'
import { Refused } from '../http/refused.ts'

const limit = minorSchema.nonnegative().max(FLOAT_LIMIT).nullable()

const limitsSchema = z.strictObject({
  /** A count that is further off is counted again, minor units; null: never. */
  recountOver: limit,
  /** A difference above this needs a second person's PIN; null: never. */
  witnessOver: limit,
  /** Where Z reports are mailed to; null: nowhere. */
  zMail: z.email().max(200).nullable(),
})

/** `PUT /v1/branches/:id/limits`, by head office: how a branch's drawers are closed. Its tills follow by themselves. */
export function branchRoutes(db: ServerDatabase, guard: Guard): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  app.put('/branches/:id/limits', guard({ staff: 'branch.set' }), async (c) => {
    const id = idSchema.safeParse(c.req.param('id'))
    const limits = await readJson(c, limitsSchema)
    const changed = id.success
      ? await db
          .updateTable('branch')
          .set({ recount_over: limits.recountOver, witness_over: limits.witnessOver, z_mail: limits.zMail })
          .where('id', '=', id.data)
          .returning('id')
          .executeTakeFirst()
      : undefined
    if (!changed) throw new Refused(refuse('not-found', { what: 'branch' }))
    const { staffId } = staffOf(c.get('caller'))
    c.get('log').info({ branchId: changed.id, staffId, ...limits }, 'branch limits set')
    return c.json(limits)
  })
  return app
}
