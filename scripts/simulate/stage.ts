import { existsSync, mkdirSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hash } from '@node-rs/argon2'
import { v5 } from 'uuid'
import { databaseFile } from '../../desktop/till/data-folder.ts'
import { createAuthorizedFetch } from '../../desktop/till/device/authorized-fetch.ts'
import { enrol, readIdentity } from '../../desktop/till/device/identity.ts'
import { openTillDatabase } from '../../desktop/till/store/database.ts'
import { TEST_PRODUCTS } from '../../desktop/till/test-products.ts'
import { SYNCED_TABLES } from '../../migrations/synced-tables.ts'
import { readConfig } from '../../sync-server/config.ts'
import { openDatabase, openPool, type ServerDatabase } from '../../sync-server/database/pool.ts'
import { createServer } from '../../sync-server/server.ts'
import { DEMO_BRANCHES, DEMO_REGISTERS, DEMO_STAFF } from '../demo/organisation.ts'
import { enrolmentCode } from '../stack/demo.ts'
import { logTo } from './log.ts'
import { type Cluster, startCluster } from './postgres.ts'
import { scratchFolder } from './scratch.ts'

/** The catalogue of a run: small, and every product has a price. */
export const PRODUCTS = TEST_PRODUCTS.filter(({ price }) => price !== null)

/** Packs of each product that each branch begins with. */
export const OPENING_STOCK = 40

/** A register of the demo's organisation with who works at it. */
export interface Place {
  name: string
  registerId: string
  branchId: string
  /** Of the branch's pharmacist, who may do everything at a till. */
  pin: string
  /** Of a colleague, who confirms what is far off. */
  secondPin: string
}

/** Three tills: two of one branch, one of another. */
export const PLACES: readonly Place[] = DEMO_REGISTERS.map((register, index) => ({
  name: `till ${index + 1}`,
  registerId: register.id,
  branchId: register.branch_id,
  pin:
    DEMO_STAFF.find((person) => person.role === 'pharmacist' && person.branchId === register.branch_id)
      ?.pin ?? '',
  secondPin:
    DEMO_STAFF.find((person) => person.role === 'cashier' && person.branchId === register.branch_id)?.pin ??
    '',
}))

/** What every run begins with, made once: a database to copy, the server's folder, and each till's enrolled folder. */
export interface Stage {
  cluster: Cluster
  database: string
  serverDir: string
  tillDirs: readonly string[]
  /** Ends its Postgres, and removes what is not kept for other runs. */
  remove(): Promise<void>
}

const DATABASE = 'stage'

/** The weakest parameters that argon2id has: a run unlocks tills hundreds of times. */
const CHEAP = { memoryCost: 8, timeCost: 1, parallelism: 1 }

const STOCK_NAMESPACE = '019aa000-0000-7000-8999-000000000002'

async function fill(db: ServerDatabase): Promise<void> {
  await db
    .insertInto('branch')
    .values([...DEMO_BRANCHES])
    .execute()
  await db
    .insertInto('register')
    .values([...DEMO_REGISTERS])
    .execute()
  const people = DEMO_STAFF.map(({ id, branchId, name, role }) => ({
    id,
    branch_id: branchId,
    name,
    role,
    active: true,
  }))
  await db.insertInto('staff').values(people).execute()
  const pins = DEMO_STAFF.flatMap(({ id, branchId, pin }) => (branchId && pin ? [{ id, branchId, pin }] : []))
  const hashed = pins.map(async ({ id, branchId, pin }) => ({
    staff_id: id,
    branch_id: branchId,
    pin_hash: await hash(pin, CHEAP),
  }))
  await db
    .insertInto('staff_pin')
    .values(await Promise.all(hashed))
    .execute()
  await db
    .insertInto('product')
    .values([...PRODUCTS])
    .execute()
  const stock = DEMO_BRANCHES.flatMap((branch) =>
    PRODUCTS.map((product) => ({
      branch_id: branch.id,
      product_id: product.id,
      quantity: OPENING_STOCK,
    })),
  )
  await db.insertInto('stock_on_hand').values(stock).execute()
  const movements = stock.map((row) => ({
    ...row,
    id: v5(`${row.branch_id} ${row.product_id}`, STOCK_NAMESPACE),
    kind: 'opening',
    sale_id: null,
    business_date: '2026-01-01',
    at: '2026-01-01T00:00:00.000Z',
  }))
  await db.insertInto('stock_movement').values(movements).execute()
}

async function enrolTill(serverUrl: string, tillDir: string, index: number): Promise<void> {
  mkdirSync(tillDir, { recursive: true })
  const code = await enrolmentCode(serverUrl, tillDir, index)
  await enrol(tillDir, { serverUrl, code: code ?? '', deviceName: `Till ${index + 1}`, fetch })
  const db = await openTillDatabase(databaseFile(tillDir))
  db.close()
}

/** Has the server publish every table that tills follow, which takes a lock each and is done once in a server's life. */
async function publishTables(serverUrl: string, tillDir: string): Promise<void> {
  const identity = await readIdentity(tillDir)
  if (!identity) throw new Error(`${tillDir} holds no enrolled till`)
  const signed = createAuthorizedFetch(identity, { fetch, now: Date.now })
  for (const { table } of SYNCED_TABLES.filter((synced) => synced.till !== null)) {
    const response = await signed(new URL(`/v1/shape?table=${table}&offset=-1`, serverUrl))
    await response.arrayBuffer()
  }
}

const serverDirIn = (dir: string) => join(dir, 'server')
const tillDirIn = (dir: string, index: number) => join(dir, `till-${index + 1}`)
const postgresIn = (dir: string) => join(dir, 'postgres')

const stageIn = (dir: string, cluster: Cluster, isKept: boolean): Stage => ({
  cluster,
  database: DATABASE,
  serverDir: serverDirIn(dir),
  tillDirs: PLACES.map((_, index) => tillDirIn(dir, index)),
  remove: async () => {
    if (!isKept) await rm(dir, { recursive: true, force: true })
    await cluster.stop()
  },
})

/**
 * The stage, with a Postgres of its own.
 * @param kept where runs find it: made there by the first, and begun with by every other; null for a run alone
 */
export async function openStage(kept: string | null): Promise<Stage> {
  if (kept === null) {
    const dir = scratchFolder('simulate-stage')
    const cluster = await startCluster()
    await buildStage(cluster, dir)
    return stageIn(dir, cluster, false)
  }
  if (!existsSync(kept)) await makeStage(kept)
  return stageIn(kept, await startCluster(postgresIn(kept)), true)
}

/** Makes a stage for many runs, unless another makes it in the meantime: what has its name is whole. */
async function makeStage(kept: string): Promise<void> {
  const making = `${kept}-${process.pid}`
  mkdirSync(making, { recursive: true })
  const cluster = await startCluster()
  await buildStage(cluster, making)
  await cluster.leaveIn(postgresIn(making))
  await rename(making, kept).catch(async (error) => {
    if (!existsSync(kept)) throw error
    await rm(making, { recursive: true, force: true })
  })
}

/** Builds the stage: a server's first start, the organisation, and three enrolments over HTTP. */
async function buildStage(cluster: Cluster, dir: string): Promise<void> {
  await cluster.create(DATABASE)
  const url = cluster.url(DATABASE)
  const serverDir = serverDirIn(dir)
  const environment = { PORT: '0', DATA_DIR: serverDir, NODE_ENV: 'test', DATABASE_URL: url }
  const server = await createServer(
    readConfig(environment),
    logTo(() => {}),
  )
  const db = openDatabase(openPool(url, () => {}))
  await fill(db)
  for (const index of PLACES.keys()) await enrolTill(server.url, tillDirIn(dir, index), index)
  await publishTables(server.url, tillDirIn(dir, 0))
  await db.destroy()
  await server.close()
  await rm(join(serverDir, 'shapes'), { recursive: true, force: true })
  await cluster.release(DATABASE)
}
