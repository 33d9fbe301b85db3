import { Hono } from 'hono'
import { z } from 'zod'
import { idSchema } from '../../domain/ids.ts'
import { refuse } from '../../domain/refusals.ts'
import type { ServerDatabase } from '../database/pool.ts'
import { readJson } from '../http/body.ts'
import type { AppEnv } from '../http/env.ts'
import { type Guard, staffOf } from '../http/guard.ts'
import { Refused } from '../http/refused.ts'

const reviewSchema = z.strictObject({ note: z.string().trim().min(1).max(200).nullable() })

/** Older ones are not shown at the console either. */
const LISTED = 500

const countReviews = (db: ServerDatabase, branchId: string | null) =>
  db
    .selectFrom('exception_review')
    .$if(branchId !== null, (query) => query.where('branch_id', '=', branchId as string))
    .groupBy('branch_id')
    .select((eb) => ['branch_id as branchId', eb.cast<number>(eb.fn.countAll(), 'integer').as('count')])
    .execute()

/**
 * `POST /v1/exceptions/:id/review` says that someone has looked at an exception; the fact and what was found stay as they
 * are, and the first review stands. `GET /v1/exceptions/reviews` lists reviews, the newest first, and counts all of each
 * branch. A branch manager reviews and sees their own branch's.
 */
export function reviewRoutes(
  { db, clock }: { db: ServerDatabase; clock: () => number },
  guard: Guard,
): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  app.get('/exceptions/reviews', guard({ staff: 'console.view' }), async (c) => {
    c.header('cache-control', 'private, no-cache')
    const { branchId } = staffOf(c.get('caller'))
    const reviews = await db
      .selectFrom('exception_review as r')
      .leftJoin('staff as p', 'p.id', 'r.staff_id')
      .$if(branchId !== null, (query) => query.where('r.branch_id', '=', branchId as string))
      .orderBy('r.at', 'desc')
      .limit(LISTED)
      .select(['r.exception_id as exceptionId', 'r.note', 'r.at', 'p.name as byName'])
      .execute()
    return c.json({ reviews, counts: await countReviews(db, branchId) })
  })
  app.post('/exceptions/:id/review', guard({ staff: 'exception.review' }), async (c) => {
    const id = idSchema.safeParse(c.req.param('id'))
    const { note } = await readJson(c, reviewSchema)
    const { branchId, staffId } = staffOf(c.get('caller'))
    const found = id.success
      ? await db
          .selectFrom('event_exception')
          .where('id', '=', id.data)
          .$if(branchId !== null, (query) => query.where('branch_id', '=', branchId as string))
          .select(['id', 'branch_id'])
          .executeTakeFirst()
      : undefined
    if (!found) throw new Refused(refuse('not-found', { what: 'exception' }))
    const at = new Date(clock()).toISOString()
    await db.transaction().execute(async (trx) => {
      await trx
        .insertInto('exception_review')
        .values({ exception_id: found.id, branch_id: found.branch_id, staff_id: staffId, note, at })
        .onConflict((conflict) => conflict.column('exception_id').doNothing())
        .execute()
      await trx
        .updateTable('event_exception')
        .set({ reviewed_at: at })
        .where('id', '=', found.id)
        .where('reviewed_at', 'is', null)
        .execute()
    })
    c.get('log').info({ exceptionId: found.id, staffId }, 'exception reviewed')
    return c.json({ exceptionId: found.id })
  })
  return app
}
