import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { pino } from 'pino'
import { v7 as uuidv7 } from 'uuid'
import { rawPublicKey } from '../domain/journal/chain.ts'
import type { Role } from '../domain/permissions.ts'
import { DEVICE_AUDIENCE } from './auth/device.ts'
import { readConfig } from './config.ts'
import { openDatabase, openPool, type ServerDatabase } from './database/pool.ts'
import { layDownCluster } from './database/test-cluster.ts'
import { createServer, type RunningServer } from './server.ts'

/** One branch with two registers, another with one; a person of each role; one priced product. */
export interface Organisation {
  branchId: string
  otherBranchId: string
  registerIds: [string, string]
  otherRegisterId: string
  staff: Record<Role, string>
  product: { id: string; cip13: string; price: number }
}

export interface TestDevice {
  deviceId: string
  branchId: string
  registerId: string
  privateKey: KeyObject
}

/** A whole server over a fresh embedded Postgres, in this process. */
export interface TestServer extends RunningServer {
  db: ServerDatabase
  organisation: Organisation
  dataDir: string
  stop(): Promise<void>
}

/** Fills an empty database with the test's organisation. */
export async function seed(db: ServerDatabase): Promise<Organisation> {
  const organisation: Organisation = {
    branchId: uuidv7(),
    otherBranchId: uuidv7(),
    registerIds: [uuidv7(), uuidv7()],
    otherRegisterId: uuidv7(),
    staff: {
      cashier: uuidv7(),
      pharmacist: uuidv7(),
      branch_manager: uuidv7(),
      head_office: uuidv7(),
      it_admin: uuidv7(),
    },
    product: { id: uuidv7(), cip13: '3400930000120', price: 250 },
  }
  const { branchId, otherBranchId, registerIds, otherRegisterId, product } = organisation
  const place = { time_zone: 'Europe/Paris', currency: 'EUR', address: '-', city: '-', vat_number: '-' }
  const branches = [branchId, otherBranchId].map((id, i) => ({ id, name: `Branch ${i + 1}`, ...place }))
  await db.insertInto('branch').values(branches).execute()
  const registers = [...registerIds, otherRegisterId].map((id, i) => ({
    id,
    branch_id: i < 2 ? branchId : otherBranchId,
    number: (i % 2) + 1,
    name: `Register ${i + 1}`,
  }))
  await db.insertInto('register').values(registers).execute()
  const staff = Object.entries(organisation.staff).map(([role, id]) => ({
    id,
    branch_id: role === 'head_office' || role === 'it_admin' ? null : branchId,
    name: role,
    role,
    active: true,
  }))
  await db.insertInto('staff').values(staff).execute()
  const text = { cip7: '-', cis: '-', name: 'Aspirine', pack: '-', form: '-', holder: '-', currency: 'EUR' }
  const none = {
    reimbursement_bp: null,
    prescription_list: null,
    generic_group_id: null,
    generic_group_name: null,
    substances: null,
  }
  const rest = { ...text, ...none, vat_rate_bp: 210, status: 'active' }
  await db
    .insertInto('product')
    .values({ ...product, ...rest })
    .execute()
  return organisation
}

/** Starts a server with the given environment added to a test's own. */
export async function startTestServer(environment: Record<string, string> = {}): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'pharmasaas-server-'))
  await layDownCluster(dataDir, 'migrated')
  const config = readConfig({ PORT: '0', DATA_DIR: dataDir, NODE_ENV: 'test', ...environment })
  const server = await createServer(config, pino({ level: 'silent' }))
  const db = openDatabase(openPool(server.databaseUrl, () => {}))
  const organisation = await seed(db)
  return {
    ...server,
    db,
    organisation,
    dataDir,
    stop: async () => {
      await db.destroy()
      await server.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Puts an enrolled device straight into the database. */
export async function addDevice(
  { db, organisation }: Pick<TestServer, 'db' | 'organisation'>,
  register = 0,
): Promise<TestDevice> {
  const { privateKey } = generateKeyPairSync('ed25519')
  const registerId = organisation.registerIds[register] as string
  const device = { deviceId: uuidv7(), branchId: organisation.branchId, registerId, privateKey }
  await db
    .insertInto('device')
    .values({
      id: device.deviceId,
      branch_id: device.branchId,
      register_id: registerId,
      name: 'Test till',
      public_key: rawPublicKey(privateKey),
      enrolled_at: new Date().toISOString(),
      revoked_at: null,
    })
    .execute()
  return device
}

/** A device's bearer token; times in seconds since the epoch. */
export function deviceToken(
  device: Pick<TestDevice, 'deviceId' | 'privateKey'>,
  times: { iat?: number; exp?: number; audience?: string } = {},
): Promise<string> {
  const { iat = Math.floor(Date.now() / 1000), audience = DEVICE_AUDIENCE } = times
  const { exp = iat + 300 } = times
  return new SignJWT({})
    .setProtectedHeader({ alg: 'EdDSA' })
    .setSubject(device.deviceId)
    .setAudience(audience)
    .setIssuedAt(iat)
    .setExpirationTime(exp)
    .sign(device.privateKey)
}

/** A request with a JSON body and a bearer token. */
export function send(
  server: Pick<RunningServer, 'url'>,
  path: string,
  options: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Response> {
  const { token, body, headers } = options
  return fetch(new URL(path, server.url), {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      'content-type': 'application/json',
      ...headers,
    },
    redirect: 'manual',
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
}

/** A session token of a person, from the development signer. */
export async function signIn(server: TestServer, role: Role): Promise<string> {
  const body = { staffId: server.organisation.staff[role] }
  const answer = (await (await send(server, '/v1/dev/sign-in', { body })).json()) as { token: string }
  return answer.token
}
