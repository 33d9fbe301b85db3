import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { minor } from '../../domain/money.ts'
import type { Role } from '../../domain/permissions.ts'
import { saleFromVersion1 } from '../../domain/sale/upcast.ts'
import { taxShares } from '../../domain/tax.ts'
import { startTestServer, type TestServer } from '../test-server.ts'
import type { TestJournal } from './test-journal.ts'
import { appendAll, ledgerOf } from './test-ledger.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server?.stop())

const { newJournal, post, exceptions } = ledgerOf(() => server)

interface Part {
  amount: number
  by?: string | null
  scope?: 'line' | 'basket' | 'promotion'
}

/** A sale of so many packs at 2.50 with things taken off its line, or at another price. */
function reduced(
  journal: TestJournal,
  sold: { quantity?: number; off?: Part[]; price?: object | null; unitPrice?: number; role?: Role },
) {
  const { quantity = 1, off = [], price = null, unitPrice = 250, role = 'cashier' } = sold
  const fact = journal.sale(quantity)
  const payload = saleFromVersion1(fact.payload as never) as Record<string, never>
  const gross = minor(unitPrice * quantity - off.reduce((sum, { amount }) => sum + amount, 0))
  const discounts = off.map(({ amount, by = null, scope = 'line' }) => ({
    discountId: uuidv7(),
    scope,
    rateBp: null,
    amount,
    reason: null,
    promotionId: scope === 'promotion' ? uuidv7() : null,
    approvedBy: by,
  }))
  const [line] = payload.lines as never as object[]
  const [tender] = payload.tenders as never as object[]
  return {
    ...fact,
    version: 2,
    actor: journal.actor(role),
    payload: {
      ...payload,
      lines: [{ ...line, unitPrice, gross, price, discounts }],
      tenders: [{ ...tender, amount: gross, given: gross, change: 0 }],
      taxes: taxShares([{ gross, vatRateBp: 210 }]),
      total: gross,
    },
  }
}

const keyed = (more: object = {}) => ({
  from: 'keyed',
  catalogue: 250,
  priceListId: null,
  approvedBy: null,
  ...more,
})

async function found(...sold: Parameters<typeof reduced>[1][]): Promise<string[]> {
  const journal = await newJournal()
  const events = appendAll(journal, [journal.opened(), ...sold.map((one) => reduced(journal, one))])
  expect((await post(journal.device, events)).answer).toMatchObject({ accepted: events.length })
  return (await exceptions(journal.device))
    .filter(({ code }) => code.startsWith('discount') || code.startsWith('price'))
    .map(({ seq, code, detail }) => `${seq} ${code} ${detail}`)
}

const CIP = '3400930000120'

describe('what was taken off over its giver’s limit', () => {
  it('is raised by role: 5 % for a cashier, 20 % for a pharmacist, none for a manager', async () => {
    // 5 % of 2.50 is 12.5 cents: 13 is the customer's favour, 14 is over.
    expect(await found({ off: [{ amount: 13 }] }, { off: [{ amount: 14 }] })).toEqual([
      `3 discount-over-limit ${CIP}: 14 / 250, cashier 5 %`,
    ])
    // 20 % of 5.00 is 1.00.
    const pharmacist = { quantity: 2, role: 'pharmacist' as const }
    expect(
      await found({ ...pharmacist, off: [{ amount: 100 }] }, { ...pharmacist, off: [{ amount: 101 }] }),
    ).toEqual([`3 discount-over-limit ${CIP}: 101 / 500, pharmacist 20 %`])
    expect(await found({ role: 'branch_manager', off: [{ amount: 250 }] })).toEqual([])
  })

  it('is judged by whoever allowed it', async () => {
    const { pharmacist, branch_manager } = server.organisation.staff
    expect(
      await found(
        { off: [{ amount: 50, by: pharmacist }] },
        { off: [{ amount: 51, by: pharmacist }] },
        { off: [{ amount: 200, by: branch_manager }] },
      ),
    ).toEqual([`3 discount-over-limit ${CIP}: 51 / 250, pharmacist 20 %`])
    const stranger = uuidv7()
    expect(await found({ off: [{ amount: 5, by: stranger }] })).toEqual([
      `2 discount-over-limit ${CIP}: 5 / 250, ${stranger} 0 %`,
    ])
  })

  it('adds up on a line; what a promotion gives is nobody’s', async () => {
    // 13 and 2 are over 5 % of 2.50 together; each part was rounded by itself, which may be one cent.
    expect(
      await found(
        { off: [{ amount: 13 }, { amount: 1, scope: 'basket' }] },
        { off: [{ amount: 13 }, { amount: 2, scope: 'basket' }] },
        { off: [{ amount: 125, scope: 'promotion' }, { amount: 13 }] },
      ),
    ).toEqual([`3 discount-over-limit ${CIP}: 15 / 250, cashier 5 %`])
  })

  it('follows the branch’s own limits', async () => {
    const { branchId: branch_id } = server.organisation
    const limit = { branch_id, role: 'cashier', rate_bp: 1000 }
    await server.db.insertInto('discount_limit').values(limit).execute()
    expect(await found({ off: [{ amount: 25 }] }, { off: [{ amount: 26 }] })).toEqual([
      `3 discount-over-limit ${CIP}: 26 / 250, cashier 10 %`,
    ])
    await server.db.deleteFrom('discount_limit').execute()
  })
})

describe('a price that is not the catalogue’s', () => {
  it('that was typed is held to the limit, up and down, and one without any other price is raised to be set', async () => {
    const { branch_manager } = server.organisation.staff
    expect(
      await found(
        { unitPrice: 237, price: keyed() },
        { unitPrice: 200, price: keyed() },
        { unitPrice: 300, price: keyed() },
        { unitPrice: 200, price: keyed({ approvedBy: branch_manager }) },
      ),
    ).toEqual([
      `3 discount-over-limit ${CIP}: 50 / 250, cashier 5 %`,
      `4 discount-over-limit ${CIP}: 50 / 250, cashier 5 %`,
    ])
    const unpriced = keyed({ catalogue: null })
    // What was typed is what a discount is then held to: 5 % of 3 × 4.00 is 0.60.
    expect(
      await found(
        { unitPrice: 200, price: unpriced },
        { unitPrice: 400, quantity: 3, price: unpriced, off: [{ amount: 60 }] },
        { unitPrice: 400, quantity: 3, price: unpriced, off: [{ amount: 61 }] },
      ),
    ).toEqual([
      `2 price-typed ${CIP}: 1 × 200, catalogue 250`,
      `3 price-typed ${CIP}: 3 × 400, catalogue 250`,
      `4 discount-over-limit ${CIP}: 61 / 1200, cashier 5 %`,
      `4 price-typed ${CIP}: 3 × 400, catalogue 250`,
    ])
  })

  it('is its list’s, or is named', async () => {
    const id = uuidv7()
    const terms = { name: 'Spring', branch_id: null, valid_from: '2026-03-01', valid_to: null }
    await server.db
      .insertInto('price_list')
      .values({ id, ...terms })
      .execute()
    const item = { price_list_id: id, product_id: server.organisation.product.id, price: 199 }
    await server.db.insertInto('price_list_item').values(item).execute()
    const listed = { from: 'price-list', catalogue: 250, priceListId: id, approvedBy: null }
    expect(await found({ unitPrice: 199, price: listed }, { unitPrice: 190, price: listed })).toEqual([
      `3 price-differs ${CIP}: 190, catalogue 250`,
    ])
    // Typed over a list, what the list asks is the measure: 1.89 is 5 % less, 1.88 is more.
    expect(await found({ unitPrice: 189, price: keyed() }, { unitPrice: 188, price: keyed() })).toEqual([
      `3 discount-over-limit ${CIP}: 11 / 199, cashier 5 %`,
    ])
    await server.db.deleteFrom('price_list').execute()
    await server.db.deleteFrom('price_list_item').execute()
  })
})
