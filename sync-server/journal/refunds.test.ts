import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SaleCompleted } from '../../domain/sale/events.ts'
import { taxShares } from '../../domain/tax.ts'
import { startTestServer, type TestServer } from '../test-server.ts'
import type { Fact, TestJournal } from './test-journal.ts'
import { appendAll, ledgerOf } from './test-ledger.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server?.stop())

const { newJournal, post, exceptions } = ledgerOf(() => server)

/** A cash refund of so many packs of a sale's one line, by the till of another journal. */
function refund(journal: TestJournal, number: number, sale: SaleCompleted, quantity: number): Fact {
  const [line] = sale.lines
  if (!line) throw new Error('the sale has no line')
  const gross = (line.gross / line.quantity) * quantity
  const { lineId, productId, cip13, name, vatRateBp } = line
  return {
    type: 'sale.refunded',
    payload: {
      ...journal.place(),
      refundId: uuidv7(),
      refundNumber: number,
      saleId: sale.saleId,
      lines: [
        {
          lineId: uuidv7(),
          saleLineId: lineId,
          productId,
          cip13,
          name,
          quantity,
          gross,
          vatRateBp,
          disposition: 'stock',
        },
      ],
      taxes: taxShares([{ gross: gross as typeof line.gross, vatRateBp }]),
      tenders: [{ tenderId: uuidv7(), kind: 'cash', amount: gross }],
      total: gross,
      reason: 'unwanted',
    },
  }
}

const aboutRefunds = async (journal: TestJournal) =>
  (await exceptions(journal.device))
    .filter(({ code }) => /refund|unknown-sale/.test(code))
    .map(({ seq, code, detail }) => `${seq} ${code} ${detail}`)

describe('refunds of the same sale at two tills that are apart', () => {
  it('are both kept, and the one that is too much is named to head office', async () => {
    const [first, second] = [await newJournal(0), await newJournal(1)]
    const sold = first.sale(3)
    const sale = sold.payload as SaleCompleted
    await post(first.device, appendAll(first, [first.opened(), sold]))
    // Each may take back two of three, as far as it knows.
    await post(first.device, [first.append(refund(first, 1, sale, 2))])
    const { status } = await post(
      second.device,
      appendAll(second, [second.opened(), refund(second, 1, sale, 2)]),
    )
    expect(status).toBe(200)
    expect(await aboutRefunds(first)).toEqual([])
    expect(await aboutRefunds(second)).toEqual([
      `2 refund-exceeds-sale ${sale.receiptNumber}: Aspirine, 4 / 3`,
    ])
    const kept = server.db.selectFrom('refund').select('total').where('sale_id', '=', sale.saleId)
    expect(await kept.execute()).toHaveLength(2)
    const drawer = server.db
      .selectFrom('drawer_balance')
      .select('amount')
      .where('session_id', '=', second.sessionId)
    expect(await drawer.executeTakeFirstOrThrow()).toEqual({ amount: 10_000 - (sale.total / 3) * 2 })
  })

  it('are found when both arrive at the same moment', async () => {
    const [first, second] = [await newJournal(0), await newJournal(1)]
    const sold = first.sale(1)
    const sale = sold.payload as SaleCompleted
    await post(first.device, appendAll(first, [first.opened(), sold]))
    await post(second.device, [second.append(second.opened())])
    await Promise.all(
      [first, second].map((journal) => post(journal.device, [journal.append(refund(journal, 1, sale, 1))])),
    )
    const found = [...(await aboutRefunds(first)), ...(await aboutRefunds(second))]
    expect(found).toHaveLength(1)
    expect(found[0]).toContain('refund-exceeds-sale')
  })

  it('within one batch are judged in order, with the sale they refund', async () => {
    const journal = await newJournal(0)
    const sold = journal.sale(2)
    const sale = sold.payload as SaleCompleted
    const lost = {
      ...sale,
      saleId: uuidv7(),
      lines: sale.lines.map((line) => ({ ...line, lineId: uuidv7() })),
    }
    await post(
      journal.device,
      appendAll(journal, [
        journal.opened(),
        sold,
        refund(journal, 1, sale, 1),
        refund(journal, 2, sale, 1),
        refund(journal, 3, sale, 1),
        refund(journal, 4, lost, 1),
      ]),
    )
    expect(await aboutRefunds(journal)).toEqual([
      `5 refund-exceeds-sale ${sale.receiptNumber}: Aspirine, 3 / 2`,
      expect.stringMatching(/^6 unknown-sale/),
    ])
  })
})

describe('what was paid by card', () => {
  /** A sale of four packs at 2.50: so much of it by card, the rest in cash. */
  const paidByCard = (journal: TestJournal, card: number) => {
    const part = (kind: string, amount: number) => ({
      tenderId: uuidv7(),
      kind,
      amount,
      given: amount,
      change: 0,
    })
    const tenders = [part('card', card), part('cash', 1000 - card)]
    return journal.sale(4, { tenders: tenders.filter(({ amount }) => amount > 0) })
  }
  const back = (journal: TestJournal, sale: SaleCompleted, number: number, parts: Record<string, number>) => {
    const total = Object.values(parts).reduce((sum, amount) => sum + amount, 0)
    const fact = refund(journal, number, sale, total / 250)
    const tenders = Object.entries(parts).map(([kind, amount]) => ({ tenderId: uuidv7(), kind, amount }))
    return { ...fact, payload: { ...fact.payload, tenders } }
  }

  it('and comes back in cash is raised, in one batch or another; what goes to the card is not', async () => {
    const journal = await newJournal(0)
    const [all, part, swapped] = [1000, 500, 1000].map((card) => paidByCard(journal, card))
    if (!all || !part || !swapped) throw new Error('no sales')
    const [first, second, third] = [all, part, swapped].map(({ payload }) => payload as SaleCompleted)
    if (!first || !second || !third) throw new Error('no sales')
    await post(
      journal.device,
      appendAll(journal, [
        journal.opened(),
        all,
        part,
        swapped,
        // 5: half to the card. 6: the rest in cash, though the card still has 5.00 to get.
        back(journal, first, 1, { card: 500 }),
        back(journal, first, 2, { cash: 500 }),
        // 7: of 7.50 the card paid 5.00.
        back(journal, second, 3, { cash: 750 }),
      ]),
    )
    const later = [
      // 8: the card had not got its 5.00 yet. 9: new items took 5.00 of 7.50, the rest was the card's.
      back(journal, second, 4, { cash: 250 }),
      back(journal, third, 5, { exchange: 500, cash: 250 }),
      // 10: all that is left goes to the card.
      back(journal, third, 6, { card: 250 }),
    ]
    await post(journal.device, appendAll(journal, later))
    expect(await aboutRefunds(journal)).toEqual([
      '6 card-refunded-in-cash 1: 500 / 500',
      '7 card-refunded-in-cash 2: 500 / 500',
      '8 card-refunded-in-cash 2: 250 / 250',
      '9 card-refunded-in-cash 3: 250 / 250',
    ])
  })
})
