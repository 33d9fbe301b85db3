import { generateKeyPairSync } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import { rawPublicKey } from '../../domain/journal/chain.ts'
import { minor } from '../../domain/money.ts'
import { taxShares } from '../../domain/tax.ts'
import type { ServerDatabase } from '../../sync-server/database/pool.ts'
import { type Fact, TestJournal } from '../../sync-server/journal/test-journal.ts'
import type { Organisation } from '../../sync-server/test-server.ts'

type BenchProduct = Organisation['product']

/** Puts products into an empty ledger, so that sales are of several of them. */
export async function addProducts(
  db: ServerDatabase,
  organisation: Organisation,
  count: number,
): Promise<BenchProduct[]> {
  const original = await db
    .selectFrom('product')
    .selectAll()
    .where('id', '=', organisation.product.id)
    .executeTakeFirstOrThrow()
  const products = Array.from({ length: count }, (_, i) => ({
    id: uuidv7(),
    cip13: String(3_400_900_000_000 + i),
    price: 100 + i,
  }))
  await db
    .insertInto('product')
    .values(products.map((product) => ({ ...original, ...product })))
    .execute()
  return products
}

/** Journals of new tills, each at a register of its own, so many to a branch; the first branch is the organisation's. */
export async function addJournals(
  db: ServerDatabase,
  organisation: Organisation,
  count: number,
  toABranch = count,
): Promise<TestJournal[]> {
  const first = await db
    .selectFrom('branch')
    .selectAll()
    .where('id', '=', organisation.branchId)
    .executeTakeFirstOrThrow()
  const branches = [first.id]
  for (let i = toABranch; i < count; i += toABranch) branches.push(uuidv7())
  const others = branches.slice(1).map((id) => ({ ...first, id }))
  if (others.length > 0) await db.insertInto('branch').values(others).execute()
  const tills = Array.from({ length: count }, (_, i) => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const branchId = branches[Math.floor(i / toABranch)] as string
    return { deviceId: uuidv7(), branchId, registerId: uuidv7(), privateKey, number: 100 + i }
  })
  await db
    .insertInto('register')
    .values(
      tills.map(({ registerId: id, branchId, number }) => ({
        id,
        branch_id: branchId,
        number,
        name: `Till ${number}`,
      })),
    )
    .execute()
  await db
    .insertInto('device')
    .values(
      tills.map(({ deviceId: id, branchId, registerId, privateKey, number }) => ({
        id,
        branch_id: branchId,
        register_id: registerId,
        name: `Till ${number}`,
        public_key: rawPublicKey(privateKey),
        enrolled_at: new Date().toISOString(),
        revoked_at: null,
      })),
    )
    .execute()
  return tills.map((device) => new TestJournal(device, organisation))
}

/** A cash sale of three lines. */
export function saleOfThree(journal: TestJournal, products: readonly BenchProduct[]): Fact {
  const pick = (n: number) => products[(journal.receipts * 3 + n) % products.length] as BenchProduct
  const lines = [0, 1, 2].map((n) => {
    const { id, cip13, price } = pick(n)
    const product = { lineId: uuidv7(), productId: id, cip13, name: 'Aspirine' }
    return { ...product, quantity: 1, unitPrice: minor(price), gross: minor(price), vatRateBp: 210 }
  })
  const total = minor(lines.reduce((sum, { gross }) => sum + gross, 0))
  const tender = { tenderId: uuidv7(), kind: 'cash', amount: total, given: total, change: 0 }
  return journal.sale(1, { lines, taxes: taxShares(lines), tenders: [tender], total })
}
