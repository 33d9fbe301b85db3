import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hash } from '@node-rs/argon2'
import type { ProductRow } from '../../domain/catalogue/product.ts'
import { type Minor, minor } from '../../domain/money.ts'
import type { Role } from '../../domain/permissions.ts'
import { isRefusal, type Refusal } from '../../domain/refusals.ts'
import type { CardTerminal } from '../../hardware/devices/card-terminal.ts'
import { databaseFile } from './data-folder.ts'
import { type DeviceIdentity, readIdentity } from './device/identity.ts'
import { openTillDatabase, type TillDatabase } from './store/database.ts'
import { TEST_PRODUCTS } from './test-products.ts'
import { createTill, type Surroundings, type Till } from './till.ts'

const BRANCH_ID = '0190a000-0000-7000-8000-000000000001'
const REGISTER_ID = '0190a000-0000-7000-8000-000000000011'
const DEVICE_ID = '0190a000-0000-7000-8000-000000000021'

/** One person per role; real branches hold no `head_office` or `it_admin` PIN, but a till must refuse them too. */
export const TEST_STAFF: Record<Role, { id: string; name: string; pin: string }> = {
  cashier: { id: '0190a000-0000-7000-8000-000000000031', name: 'Camille Roy', pin: '1111' },
  pharmacist: { id: '0190a000-0000-7000-8000-000000000032', name: 'Paul Mercier', pin: '2222' },
  branch_manager: { id: '0190a000-0000-7000-8000-000000000033', name: 'Mona Lefèvre', pin: '3333' },
  head_office: { id: '0190a000-0000-7000-8000-000000000034', name: 'Hugo Petit', pin: '4444' },
  it_admin: { id: '0190a000-0000-7000-8000-000000000035', name: 'Inès Admin', pin: '5555' },
}

/** For a till that is tested in earnest only. */
export const NO_TRAINING: Surroundings['training'] = {
  isOn: () => false,
  start: async () => null,
  end: async () => null,
}

export interface SeededTill {
  dataDir: string
  identity: DeviceIdentity
  products: ProductRow[]
}

/** The cheapest parameters argon2id has: tests are about who may unlock, not about how long guessing takes. */
const CHEAP = { memoryCost: 8, timeCost: 1, parallelism: 1 }

/**
 * Makes a till that has been enrolled and has had its first replica: one branch, one register, a person per role,
 * twenty real products with ten packs of each in stock.
 * @param dataDir an empty folder, made when missing
 */
export async function seedTill(dataDir: string, products: ProductRow[] = TEST_PRODUCTS): Promise<SeededTill> {
  mkdirSync(dataDir, { recursive: true })
  const { privateKey } = generateKeyPairSync('ed25519')
  writeFileSync(
    join(dataDir, 'device.json'),
    JSON.stringify({
      deviceName: 'Counter 1',
      privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      enrolled: { deviceId: DEVICE_ID, branchId: BRANCH_ID, registerId: REGISTER_ID },
    }),
    { mode: 0o600 },
  )
  writeFileSync(databaseFile(dataDir), await seededFile(products))
  const identity = await readIdentity(dataDir)
  if (!identity) throw new Error('the seeded till has no identity')
  return { dataDir, identity, products }
}

const seededFiles = new WeakMap<readonly ProductRow[], Buffer>()

/** A seeded database's file: migrated once, and copied for each till after the first with these products. */
async function seededFile(products: readonly ProductRow[]): Promise<Buffer> {
  const known = seededFiles.get(products)
  if (known) return known
  const db = await openTillDatabase(':memory:')
  try {
    const pins = await Promise.all(Object.values(TEST_STAFF).map(({ pin }) => hash(pin, CHEAP)))
    db.transaction(() => seedRows(db, products, pins))()
    const file = db.serialize()
    seededFiles.set(products, file)
    return file
  } finally {
    db.close()
  }
}

function seedRows(db: TillDatabase, products: readonly ProductRow[], pinHashes: readonly string[]): void {
  const statements = new Map<string, { run(row: object): unknown }>()
  const insert = (table: string, row: object) => {
    const columns = Object.keys(row)
    const text = `insert into ${table} (${columns.join(', ')}) values (${columns.map((c) => `@${c}`).join(', ')})`
    const statement = statements.get(text) ?? db.prepare(text)
    statements.set(text, statement)
    statement.run(row)
  }
  insert('branch', {
    id: BRANCH_ID,
    name: 'Pharmacie du Marché',
    time_zone: 'Europe/Paris',
    currency: 'EUR',
    address: '12 place du Marché',
    city: '69003 Lyon',
    vat_number: 'FR32123456789',
  })
  insert('register', { id: REGISTER_ID, branch_id: BRANCH_ID, number: 1, name: 'Caisse 1' })
  insert('device', {
    id: DEVICE_ID,
    branch_id: BRANCH_ID,
    register_id: REGISTER_ID,
    name: 'Counter 1',
    enrolled_at: '2026-01-05T08:00:00.000Z',
  })
  Object.entries(TEST_STAFF).forEach(([role, { id, name }], index) => {
    insert('staff', { id, branch_id: BRANCH_ID, name, role, active: 1 })
    insert('staff_pin', { staff_id: id, branch_id: BRANCH_ID, pin_hash: pinHashes[index] })
  })
  for (const product of products) {
    insert('product', product)
    insert('stock_on_hand', { branch_id: BRANCH_ID, product_id: product.id, quantity: 10 })
  }
}

/** A till over a fresh folder, with a clock that the test moves. */
export interface TestTill extends Till {
  dataDir: string
  identity: DeviceIdentity
  products: ProductRow[]
  clock: { ms: number }
  /** Unlocks by a role's PIN, or throws. */
  unlockAs(role: Role): Promise<void>
  /** The fixture product with that CIP13 or place in the list. */
  product(index: number): ProductRow
  /** Closes the database and removes the folder. */
  dispose(): void
}

/** 2026-03-12, 10:41:07 in Paris. */
const NOON = Date.parse('2026-03-12T09:41:07.000Z')

/** Seeds and opens a till in a temporary folder; its clock advances one millisecond at each reading. */
export async function openTestTill(
  options: { hasPrinter?: boolean; terminal?: CardTerminal } = {},
): Promise<TestTill> {
  const dataDir = mkdtempSync(join(tmpdir(), 'till-'))
  const seeded = await seedTill(dataDir)
  const db = await openTillDatabase(databaseFile(dataDir))
  const clock = { ms: NOON }
  const till = createTill({
    db,
    identity: seeded.identity,
    locale: 'fr',
    hasPrinter: options.hasPrinter ?? true,
    now: () => clock.ms++,
    terminal: options.terminal ?? null,
  })
  return {
    ...till,
    ...seeded,
    clock,
    unlockAs: async (role) => {
      const unlocked = await till.operators.unlock(TEST_STAFF[role].pin)
      if ('refused' in unlocked) throw new Error(`the test could not unlock: ${unlocked.refused}`)
    },
    product: (index) => {
      const product = seeded.products[index]
      if (!product) throw new RangeError(`there is no fixture product ${index}`)
      return product
    },
    dispose: () => {
      db.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** The answer of a service that a test expects to succeed. */
export function accepted<T>(answer: T | Refusal): T {
  if (isRefusal(answer)) throw new Error(`refused: ${JSON.stringify(answer)}`)
  return answer
}

/** Amounts as tests write them. */
export const cents = (amount: number): Minor => minor(amount)
