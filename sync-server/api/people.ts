import { hash, verify } from '@node-rs/argon2'
import { type Context, Hono } from 'hono'
import { idSchema } from '../../domain/ids.ts'
import {
  isGuessable,
  type PersonInput,
  personSchema,
  type Standing,
  withoutCloser,
} from '../../domain/people/person.ts'
import { may, roleSchema } from '../../domain/permissions.ts'
import { type Refusal, refuse } from '../../domain/refusals.ts'
import type { ServerDatabase } from '../database/pool.ts'
import { readJson } from '../http/body.ts'
import type { AppEnv } from '../http/env.ts'
import { type Guard, staffOf } from '../http/guard.ts'
import { seenBy } from '../http/if-match.ts'
import { rateLimit } from '../http/rate-limit.ts'
import { granted, Refused } from '../http/refused.ts'
import {
  changedMeanwhile,
  type OrganisationTools,
  readDecisions,
  recordDecision,
  type Trx,
  takeTurn,
  versionOf,
} from './organisation-decisions.ts'
import { unknownBranch } from './price-decisions.ts'

/** That a PIN is taken tells something of a colleague's: nobody tries them all. */
const RATE = { capacity: 60, refillMs: 2_000 }

/** Decisions about one person that are shown. */
const SHOWN = 50

/** A person as head office sees them, with the `version` to change them by. */
export interface PersonView extends Standing {
  name: string
  version: number
  /** Who they are to Clerk; null: nobody, so that they cannot sign in. */
  login: string | null
}

async function readPeople(db: ServerDatabase): Promise<PersonView[]> {
  const rows = await db
    .selectFrom('staff as s')
    .leftJoin('staff_pin as p', 'p.staff_id', 's.id')
    .leftJoin('staff_login as l', 'l.staff_id', 's.id')
    .orderBy('s.name')
    .orderBy('s.id')
    .select(({ selectFrom, fn }) => [
      's.id',
      's.name',
      's.role',
      's.branch_id as branchId',
      's.active',
      'p.staff_id as pinOf',
      'l.clerk_user_id as login',
      selectFrom('organisation_decision as d')
        .whereRef('d.subject_id', '=', 's.id')
        .select(fn.countAll<number>().as('version'))
        .$asScalar()
        .$notNull()
        .as('version'),
    ])
    .execute()
  return rows.map(({ pinOf, role, active, version, ...row }) => ({
    ...row,
    role: roleSchema.parse(role),
    active: Boolean(active),
    hasPin: pinOf !== null,
    version: Number(version),
  }))
}

/** Every PIN of the branch is checked, whichever matches: a till does not know whom of two to let in. */
async function isTaken(trx: Trx, branchId: string, pin: string, id: string): Promise<boolean> {
  const others = await trx
    .selectFrom('staff_pin')
    .where('branch_id', '=', branchId)
    .where('staff_id', '!=', id)
    .select('pin_hash')
    .execute()
  const matches = await Promise.all(others.map((other) => verify(other.pin_hash, pin)))
  return matches.includes(true)
}

/** What becomes of the PIN. One that was chosen among another branch's is not taken along: it may be somebody's there. */
async function putPin(
  trx: Trx,
  id: string,
  { branchId, pin, stays }: { branchId: string | null; pin: string | null; stays: boolean },
  pinHash: string | null,
): Promise<'set' | 'removed' | null | Refusal> {
  if (pin !== null && pinHash !== null && branchId !== null) {
    if (await isTaken(trx, branchId, pin, id)) return refuse('pin-taken')
    const row = { branch_id: branchId, pin_hash: pinHash }
    await trx
      .insertInto('staff_pin')
      .values({ staff_id: id, ...row })
      .onConflict((conflict) => conflict.column('staff_id').doUpdateSet(row))
      .execute()
    return 'set'
  }
  if (stays) return null
  const gone = await trx.deleteFrom('staff_pin').where('staff_id', '=', id).executeTakeFirst()
  return gone.numDeletedRows > 0n ? 'removed' : null
}

/** Gives somebody a sign-in, or takes theirs away. */
async function putLogin(
  trx: Trx,
  id: string,
  login: string | null | undefined,
): Promise<'set' | 'removed' | null | Refusal> {
  const before = await trx
    .selectFrom('staff_login')
    .where('staff_id', '=', id)
    .select('clerk_user_id')
    .executeTakeFirst()
  if (login === undefined || login === (before?.clerk_user_id ?? null)) return null
  if (login === null) {
    await trx.deleteFrom('staff_login').where('staff_id', '=', id).execute()
    return 'removed'
  }
  const other = await trx
    .selectFrom('staff_login as l')
    .innerJoin('staff as s', 's.id', 'l.staff_id')
    .where('l.clerk_user_id', '=', login)
    .select('s.name')
    .executeTakeFirst()
  if (other) return refuse('login-taken', { who: other.name })
  const row = { clerk_user_id: login }
  await trx
    .insertInto('staff_login')
    .values({ staff_id: id, ...row })
    .onConflict((conflict) => conflict.column('staff_id').doUpdateSet(row))
    .execute()
  return 'set'
}

/** A person before a decision, and what is to become of them. */
interface Change {
  id: string
  /** Null: somebody new. */
  seen: number | null
  wanted: PersonInput
  pinHash: string | null
  by: string
}

const rowOf = ({ name, role, branchId, active }: PersonInput) => ({
  name,
  role,
  branch_id: branchId,
  active,
})
const FIELDS = { name: 'name', role: 'role', branch_id: 'branchId', active: 'active' } as const

/** @returns what changed, from what to what */
async function putPerson(trx: Trx, { id, seen, wanted, pinHash, by }: Change): Promise<object | Refusal> {
  const late = await takeTurn(trx, by, 'staff.manage')
  if (late) return late
  const unknown = await unknownBranch(trx, wanted.branchId)
  if (unknown) return unknown
  const row = rowOf(wanted)
  const before = await trx.selectFrom('staff').selectAll().where('id', '=', id).executeTakeFirst()
  if (seen === null)
    await trx
      .insertInto('staff')
      .values({ id, ...row })
      .execute()
  else {
    if (!before) return refuse('not-found', { what: 'person' })
    const meanwhile = await changedMeanwhile(trx, id, seen)
    if (meanwhile) return meanwhile
    if (id === by && !(wanted.active && may(wanted.role, 'staff.manage'))) return refuse('own-right')
    await trx.updateTable('staff').set(row).where('id', '=', id).execute()
  }
  const { branchId, pin } = wanted
  const stays = wanted.active && branchId !== null && before?.branch_id === branchId
  const kept = await putPin(trx, id, { branchId, pin, stays }, pinHash)
  if (kept !== null && typeof kept === 'object') return kept
  const login = await putLogin(trx, id, wanted.login)
  if (login !== null && typeof login === 'object') return login
  if (login !== null && id === by) return refuse('own-right')
  const changes = Object.entries(FIELDS).flatMap(([column, field]) => {
    const [from, to] = [before?.[column as keyof typeof row] ?? null, row[column as keyof typeof row]]
    return from === to ? [] : [[field, [from, to]] as const]
  })
  return { changes: Object.fromEntries(changes), ...(kept && { pin: kept }), ...(login && { login }) }
}

/**
 * People of the organisation, by head office: `GET /v1/people` everybody, those who left too, with the branches at which
 * nobody may close a drawer; `POST /v1/people` and `PUT …/:id` with the `version` that was looked at as `If-Match`; `GET
 * …/:id/decisions` who changed what. Nobody is ever deleted: they leave, and what they did keeps their name. A PIN is only
 * ever written, as tills read it (argon2id).
 */
export function peopleRoutes(tools: OrganisationTools, guard: Guard): Hono<AppEnv> {
  const { db } = tools
  const app = new Hono<AppEnv>()
  const manages = guard({ staff: 'staff.manage' })
  const limited = rateLimit(RATE, tools.clock)
  const idOf = (c: Context<AppEnv>) => {
    const id = idSchema.safeParse(c.req.param('id'))
    if (!id.success) throw new Refused(refuse('not-found', { what: 'person' }))
    return id.data
  }
  const put = async (c: Context<AppEnv>, id: string, seen: number | null) => {
    const wanted = await readJson(c, personSchema)
    const { staffId: by } = staffOf(c.get('caller'))
    if (wanted.pin !== null && isGuessable(wanted.pin)) throw new Refused(refuse('pin-guessable'))
    const pinHash = wanted.pin === null ? null : await hash(wanted.pin)
    const version = await db.transaction().execute(async (trx) => {
      const content = granted(await putPerson(trx, { id, seen, wanted, pinHash, by }))
      await recordDecision(tools, trx, { subject: 'person', subjectId: id, staffId: by, content })
      return versionOf(trx, id)
    })
    tools.rightsChanged()
    c.get('log').info({ personId: id, staffId: by, isNew: seen === null }, 'person set')
    return c.json({ id, version }, seen === null ? 201 : 200)
  }
  app.get('/people', manages, async (c) => {
    const people = await readPeople(db)
    const branches = await db.selectFrom('branch').select('id').orderBy('name').execute()
    c.header('cache-control', 'no-store')
    return c.json({ people, withoutCloser: withoutCloser(branches, people).map(({ id }) => id) })
  })
  app.get('/people/:id/decisions', manages, async (c) => {
    c.header('cache-control', 'no-store')
    return c.json({ decisions: await readDecisions(db, idOf(c), SHOWN) })
  })
  app.post('/people', manages, limited, (c) => put(c, tools.newId(), null))
  app.put('/people/:id', manages, limited, (c) => put(c, idOf(c), seenBy(c)))
  return app
}
