import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../test-server.ts'
import type { Fact, TestJournal } from './test-journal.ts'
import { appendAll, ledgerOf } from './test-ledger.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server?.stop())

const { newJournal, post, exceptions } = ledgerOf(() => server)

function parked(journal: TestJournal, parkedId: string, label: string | null): Fact {
  const { branchId, registerId, sessionId } = journal.place()
  const line = { productId: uuidv7(), cip13: '3400935955838', name: 'DOLIPRANE', kept: {} }
  return {
    type: 'basket.parked',
    payload: {
      parkedId,
      branchId,
      registerId,
      sessionId,
      label,
      lines: [{ ...line, quantity: 2, unitPrice: 116 }],
      itemCount: 2,
      total: 232,
      kept: {},
    },
  }
}

function ended(journal: TestJournal, parkedId: string, end: { leftOut: [] } | { how: 'discarded' }): Fact {
  const { branchId, registerId } = journal.place()
  return {
    type: 'how' in end ? 'basket.discarded' : 'basket.recalled',
    payload: { endId: uuidv7(), parkedId, branchId, registerId, ...end },
  }
}

const recalled = (journal: TestJournal, parkedId: string) => ended(journal, parkedId, { leftOut: [] })

const found = async (journal: TestJournal) =>
  (await exceptions(journal.device))
    .filter(({ code }) => code === 'parked-recalled-twice')
    .map(({ seq, detail }) => `${seq} ${detail}`)

describe('a parked basket', () => {
  it('recalled at two tills that are apart is kept twice and named to head office once', async () => {
    const [first, second, third] = [await newJournal(0), await newJournal(1), await newJournal(0)]
    const [basket, alone] = [uuidv7(), uuidv7()]
    await post(
      first.device,
      appendAll(first, [first.opened(), parked(first, basket, 'Mme Dupont'), parked(first, alone, null)]),
    )
    await post(first.device, appendAll(first, [recalled(first, basket), recalled(first, alone)]))
    await post(second.device, appendAll(second, [second.opened(), recalled(second, basket)]))
    await post(third.device, [third.append(ended(third, alone, { how: 'discarded' }))])
    expect(await found(first)).toEqual([])
    expect(await found(second)).toEqual(['2 Mme Dupont (2)'])
    // Given up here and sold there: nobody took anything twice.
    expect(await found(third)).toEqual([])
    const ends = server.db.selectFrom('parked_basket_end').select('how').where('parked_id', '=', basket)
    expect(await ends.execute()).toEqual([{ how: 'recalled' }, { how: 'recalled' }])
  })

  it('is found when both recalls arrive at the same moment', async () => {
    const [first, second] = [await newJournal(0), await newJournal(1)]
    const basket = uuidv7()
    await post(first.device, appendAll(first, [first.opened(), parked(first, basket, null)]))
    await post(second.device, [second.append(second.opened())])
    await Promise.all(
      [first, second].map((journal) => post(journal.device, [journal.append(recalled(journal, basket))])),
    )
    const all = [...(await found(first)), ...(await found(second))]
    expect(all).toEqual([expect.stringContaining('DOLIPRANE (2)')])
  })

  it('is judged within one batch too', async () => {
    const journal = await newJournal(0)
    const basket = uuidv7()
    await post(
      journal.device,
      appendAll(journal, [
        journal.opened(),
        parked(journal, basket, null),
        recalled(journal, basket),
        recalled(journal, basket),
      ]),
    )
    expect(await found(journal)).toEqual(['4 DOLIPRANE (2)'])
  })
})
