import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { refuse } from '../../domain/refusals.ts'
import type { ServerDatabase } from '../database/pool.ts'
import type { PeopleTrust } from './people.ts'

const ISSUER = 'https://development.pharmasaas.invalid'
const PARTY = 'https://console.pharmasaas.invalid'

/** How long a development session lasts, seconds: a working day. */
const SESSION_SECONDS = 12 * 3600

/** Signs people in without Clerk, for development only. What it signs goes through the same check as Clerk's tokens. */
export interface DevelopmentSigner {
  trust: PeopleTrust
  /** Those who may sign in, by rank and name. */
  people(): Promise<{ id: string; name: string; role: string; branchId: string | null }[]>
  /** A session token for a staff member, or a refusal when there is no such active person. */
  signIn(
    staffId: string,
  ): Promise<{ token: string; expiresAt: string } | ReturnType<typeof refuse<'not-found'>>>
}

async function readOrMakeKey(dataDir: string): Promise<KeyObject> {
  const file = join(dataDir, 'development-signer.pem')
  await mkdir(dataDir, { recursive: true })
  try {
    return createPrivateKey(await readFile(file, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flush: true })
  return privateKey
}

/**
 * Opens the development signer, making its RSA key the first time.
 * @param options.dataDir folder where the key is kept
 * @param options.clock milliseconds since the Unix epoch
 */
export async function openDevelopmentSigner(options: {
  db: ServerDatabase
  dataDir: string
  clock: () => number
}): Promise<DevelopmentSigner> {
  const { db } = options
  const key = await readOrMakeKey(options.dataDir)
  const jwtKey = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()
  const loginOf = async (staffId: string): Promise<string | undefined> => {
    const staff = await db
      .selectFrom('staff')
      .select('id')
      .where('id', '=', staffId)
      .where('active', '=', true)
      .executeTakeFirst()
    if (!staff) return undefined
    await db
      .insertInto('staff_login')
      .values({ staff_id: staffId, clerk_user_id: `user_development_${staffId}` })
      .onConflict((conflict) => conflict.column('staff_id').doNothing())
      .execute()
    const login = db.selectFrom('staff_login').select('clerk_user_id').where('staff_id', '=', staffId)
    return (await login.executeTakeFirstOrThrow()).clerk_user_id
  }
  return {
    trust: { jwtKey, authorizedParties: [PARTY] },
    people: () =>
      db
        .selectFrom('staff')
        .select(['id', 'name', 'role', 'branch_id as branchId'])
        .where('active', '=', true)
        .orderBy('role')
        .orderBy('name')
        .execute(),
    signIn: async (staffId) => {
      const login = await loginOf(staffId)
      if (!login) return refuse('not-found', { what: 'staff member' })
      const now = Math.floor(options.clock() / 1000)
      const token = await new SignJWT({ azp: PARTY, sid: `sess_development_${staffId}` })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'ins_development' })
        .setIssuer(ISSUER)
        .setSubject(login)
        .setIssuedAt(now)
        .setNotBefore(now - 10)
        .setExpirationTime(now + SESSION_SECONDS)
        .sign(key)
      return { token, expiresAt: new Date((now + SESSION_SECONDS) * 1000).toISOString() }
    },
  }
}
