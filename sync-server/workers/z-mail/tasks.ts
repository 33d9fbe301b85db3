import type { TaskList } from 'graphile-worker'
import { sql } from 'kysely'
import type { ServerDatabase } from '../../database/pool.ts'
import type { Outbox } from './outbox.ts'
import { readZ } from './read-z.ts'
import { Z_WORDS, type ZLocale } from './words.ts'
import { zPdf } from './z-pdf.ts'

/** Finds drawers that were closed, and queues the mail of each. */
export const Z_MAIL_SWEEP = 'z-mail:sweep'
const Z_MAIL_SEND = 'z-mail:send'

/** Every minute: rows of a till that was offline for days arrive whenever they do. */
export const Z_MAIL_CRONTAB = `* * * * * ${Z_MAIL_SWEEP} ?jobKey=${Z_MAIL_SWEEP}&max=1`

/** Attempts with graphile-worker's growing pauses: about three days. */
const ATTEMPTS = 20

/** Older ones are not mailed when an address is set for the first time. */
const NOT_OLDER = '7 days'

export interface ZMailContext {
  db: ServerDatabase
  outbox: Outbox
  from: string
  locale: ZLocale
  /** Milliseconds since the Unix epoch. */
  now(): number
  log(detail: object): void
}

/** Names each closed drawer once and queues its mail, in one transaction. */
async function sweep({ db, now }: ZMailContext): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const at = new Date(now()).toISOString()
    const queued = await sql<{ id: string }>`
      insert into z_mail (session_id, address, queued_at)
      select c.id, b.z_mail, ${at} from cash_session c join branch b on b.id = c.branch_id
      where c.closed_at > ${at}::timestamptz - ${NOT_OLDER}::interval and b.z_mail is not null
        and not exists (select 1 from z_mail z where z.session_id = c.id)
      on conflict do nothing returning session_id as id`.execute(trx)
    for (const { id } of queued.rows) {
      await sql`select graphile_worker.add_job(${Z_MAIL_SEND}, payload => ${JSON.stringify({ id })}::json,
        job_key => ${`${Z_MAIL_SEND}:${id}`}, max_attempts => ${ATTEMPTS})`.execute(trx)
    }
  })
}

/** Sends a queued mail. Its key is the session's: whoever takes it twice has it once. */
async function send(context: ZMailContext, sessionId: string): Promise<void> {
  const { db, locale } = context
  const queued = await db
    .selectFrom('z_mail')
    .where('session_id', '=', sessionId)
    .where('sent_at', 'is', null)
    .select('address')
    .executeTakeFirst()
  const z = queued && (await readZ(db, sessionId))
  if (!z) return
  const name = `${Z_WORDS[locale].title} ${z.zNumber}`
  await context.outbox({
    key: `z-${sessionId}`,
    from: context.from,
    to: queued.address,
    subject: `${name} – ${z.branchName}, ${z.registerName}, ${z.businessDate}`,
    text: Z_WORDS[locale].text,
    date: new Date(z.closedAt),
    attachment: { filename: `z-${z.zNumber}.pdf`, content: await zPdf(z, locale) },
  })
  const sentAt = new Date(context.now()).toISOString()
  await db
    .updateTable('z_mail')
    .set({ sent_at: sentAt, last_error: null })
    .where('session_id', '=', sessionId)
    .execute()
  context.log({ event: 'z-mailed', sessionId })
}

/** The tasks of this folder, for graphile-worker's task list. */
export function zMailTasks(context: ZMailContext): TaskList {
  return {
    [Z_MAIL_SWEEP]: () => sweep(context),
    [Z_MAIL_SEND]: async (payload) => {
      const { id } = payload as { id: string }
      try {
        await send(context, id)
      } catch (error) {
        const lastError = error instanceof Error ? error.message : String(error)
        await context.db
          .updateTable('z_mail')
          .set({ last_error: lastError.slice(0, 300) })
          .where('session_id', '=', id)
          .execute()
        throw error
      }
    },
  }
}
