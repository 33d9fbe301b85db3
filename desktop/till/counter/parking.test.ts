import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { projectEvent } from '../../../domain/journal/families.ts'
import { PARKED_DAYS } from '../../../domain/parking/rules.ts'
import { accepted, cents, openTestTill, type TestTill } from '../test-fixtures.ts'
import { createTill } from '../till.ts'

const DAY = 86_400_000

let till: TestTill
beforeEach(async () => {
  till = await openTestTill()
  await till.unlockAs('cashier')
  accepted(till.openSession(cents(10_000)))
})
afterEach(() => till.dispose())

const add = (index: number, quantity = 1) =>
  accepted(till.basket.add(till.product(index).id, quantity)).lineId
const lines = () => till.basket.view().lines.map(({ name, quantity, note }) => ({ name, quantity, note }))
const facts = () =>
  till.context.db
    .prepare("select type from journal where type like 'basket.%' order by seq")
    .pluck()
    .all() as string[]
const setPrice = (index: number, price: number) =>
  till.context.db.prepare('update product set price = ? where id = ?').run(price, till.product(index).id)

describe('a parked basket', () => {
  test('leaves the counter free, and comes back with its notes, lines in order', () => {
    const lineId = add(0, 2)
    add(1)
    accepted(till.setNote(lineId, 'for the grandchild'))
    accepted(till.setNote(null, 'comes back at five'))
    const before = lines()
    const { total } = till.basket.view()
    const { parkedId } = accepted(till.parking.park('Mme Dupont'))
    expect(till.basket.view()).toMatchObject({ lines: [], note: null, undo: null })
    expect(till.parking.view()).toMatchObject([
      {
        parkedId,
        label: 'Mme Dupont',
        itemCount: 3,
        total,
        parkedByName: 'Camille Roy',
        registerName: 'Caisse 1',
      },
    ])
    // The next customer's basket has nothing of it.
    add(2)
    expect(till.basket.view().note).toBeNull()
    accepted(till.basket.voidAll())

    expect(accepted(till.parking.recall(parkedId))).toEqual({ leftOut: [], before: total, total })
    expect(lines()).toEqual(before)
    expect(till.basket.view()).toMatchObject({ note: 'comes back at five', undo: null })
    expect(till.parking.view()).toEqual([])
    expect(till.parking.recall(parkedId)).toMatchObject({ refused: 'parked-not-found' })
    expect(facts()).toEqual(['basket.parked', 'basket.reduced', 'basket.recalled'])
  })

  test('is priced as the catalogue says when it is recalled, and says so', () => {
    add(0, 2)
    add(1)
    const before = till.basket.view().total
    const { parkedId } = accepted(till.parking.park(null))
    // 1.16 -> 1.20, two of them: 8 cents more.
    setPrice(0, 120)
    expect(accepted(till.parking.recall(parkedId))).toMatchObject({ before, total: before + 8 })
  })

  test('keeps its discounts and the prices that were keyed, beside a plain line of the same product', async () => {
    const keyed = add(0, 1)
    accepted(await till.basket.keyPrice({ lineId: keyed, price: cents(115) }))
    const plain = add(0, 2)
    expect(plain).not.toEqual(keyed)
    accepted(await till.basket.discount({ lineId: null, off: { rateBp: 200 }, reason: 'Fidélité' }))
    const before = till.basket.view()
    const { parkedId } = accepted(till.parking.park(null))
    expect(till.basket.view()).toMatchObject({ lines: [], total: 0 })
    setPrice(0, 120)
    accepted(till.parking.recall(parkedId))
    // Plain: 2 × 1.16 -> 2 × 1.20, 8 cents more, less 2 %.
    const after = till.basket.view()
    expect(after.lines.map(({ unitPrice, quantity }) => [unitPrice, quantity])).toEqual([
      [115, 1],
      [120, 2],
    ])
    // 1.15 + 2.32 = 3.47 less 0.07 = 3.40; 1.15 + 2.40 = 3.55 less 0.07 = 3.48.
    expect([before.total, after.total]).toEqual([340, 348])
  })

  test('keeps two plain lines apart whose prices have become equal, each with its own discount and note', async () => {
    const dear = add(0, 2)
    accepted(await till.basket.discount({ lineId: dear, off: { rateBp: 200 }, reason: 'Fidélité' }))
    setPrice(0, 100)
    const cheap = add(0, 1)
    expect(cheap).not.toEqual(dear)
    accepted(till.setNote(cheap, 'one for the sister'))
    const { parkedId } = accepted(till.parking.park(null))
    accepted(till.parking.recall(parkedId))
    const shown = till.basket
      .view()
      .lines.map(({ quantity, unitPrice, gross, note }) => [quantity, unitPrice, gross, note])
    // 2 × 1.00 less 2 %, and 1.00.
    expect(shown).toEqual([
      [2, 100, 196, null],
      [1, 100, 100, 'one for the sister'],
    ])
  })

  test('leaves out what can no longer be sold, and names it; of nothing at all nothing is recalled', () => {
    add(0)
    add(1)
    const { parkedId } = accepted(till.parking.park(null))
    const withdraw = till.context.db.prepare("update product set status = 'withdrawn' where id = ?")
    withdraw.run(till.product(0).id)
    expect(accepted(till.parking.recall(parkedId)).leftOut).toEqual([till.product(0).name])
    expect(lines()).toHaveLength(1)
    const again = accepted(till.parking.park(null))
    withdraw.run(till.product(1).id)
    expect(till.parking.recall(again.parkedId)).toMatchObject({ refused: 'parked-not-sellable' })
    expect(till.parking.view()).toHaveLength(1)
    accepted(till.parking.discard(again.parkedId))
    expect(till.parking.view()).toEqual([])
  })

  test('recalled while another is rung up leaves that one open', () => {
    add(0)
    const { parkedId } = accepted(till.parking.park(null))
    add(1)
    accepted(till.parking.recall(parkedId))
    expect(lines()).toMatchObject([{ name: till.product(0).name }])
    expect(till.baskets.view()).toMatchObject({ shown: 2, others: [{ number: 1, itemCount: 1 }] })
  })

  test('waits a week, and is given up by its own till when the drawer is next opened', async () => {
    add(0)
    accepted(till.parking.park(null))
    till.clock.ms += PARKED_DAYS * DAY - 60_000
    till.parking.expire()
    expect(till.parking.view()).toHaveLength(1)
    till.clock.ms += 120_000
    till.parking.expire()
    expect(till.parking.view()).toEqual([])
    expect(facts().at(-1)).toBe('basket.discarded')
    const how = till.context.db.prepare('select how from parked_basket_end').pluck()
    expect(how.all()).toEqual(['expired'])
  })

  test('of an empty basket is refused', () => {
    expect(till.parking.park(null)).toMatchObject({ refused: 'basket-empty' })
    expect(facts()).toEqual([])
  })

  test('is a fact that this build reads back', () => {
    add(0)
    accepted(till.parking.park(null))
    const body = till.context.db
      .prepare("select body from journal where type = 'basket.parked'")
      .pluck()
      .get()
    expect(projectEvent(JSON.parse(body as string))).toMatchObject({ fault: null })
  })
})

describe('several open baskets', () => {
  test('are rung up one beside the other, each with its own way back', () => {
    add(0, 2)
    accepted(till.baskets.next())
    expect(lines()).toEqual([])
    add(1)
    add(2)
    // Behind the last there is an empty one.
    accepted(till.baskets.next())
    expect(lines()).toEqual([])
    accepted(till.baskets.next())
    expect(lines()).toMatchObject([{ quantity: 2 }])
    expect(till.basket.view().undo).toBe('add')
    accepted(till.basket.undo())
    expect(till.basket.isEmpty()).toBe(true)
    // What is empty is not kept.
    accepted(till.baskets.next())
    expect(till.baskets.view()).toEqual({ shown: 2, others: [] })
    expect(lines()).toHaveLength(2)
  })

  test('a payment agreed on in one is not taken for another', () => {
    add(0)
    const { revision, total } = till.basket.view()
    accepted(till.baskets.open())
    add(1)
    expect(till.completeSale({ kind: 'cash', given: total }, revision)).toMatchObject({
      refused: 'basket-changed',
    })
  })

  test('outlive the process', () => {
    add(0)
    accepted(till.baskets.open())
    add(1)
    const { db } = till.context
    const again = createTill({ db, identity: till.identity, locale: 'fr', hasPrinter: true })
    expect(again.basket.view().lines.map(({ name }) => name)).toEqual([till.product(1).name])
    expect(again.baskets.view().others).toMatchObject([{ number: 1, name: till.product(0).name }])
  })

  test('keep the drawer open until they are parked, all at once', async () => {
    add(0)
    accepted(till.baskets.open())
    add(1)
    accepted(till.baskets.open())
    await till.unlockAs('pharmacist')
    expect(till.closeSession([])).toMatchObject({ refused: 'basket-not-empty' })
    expect(accepted(till.parking.parkAll())).toEqual({ count: 2 })
    expect(till.baskets.isEmpty()).toBe(true)
    expect(accepted(till.closeSession([]))).toMatchObject({ zNumber: 1 })
    expect(till.parking.view()).toHaveLength(2)
  })

  test('are nine at most', () => {
    for (let i = 0; i < 9; i++) {
      add(i % 3)
      if (i < 8) accepted(till.baskets.open())
    }
    expect(till.baskets.open()).toMatchObject({ refused: 'too-many-baskets' })
    expect(lines()).toHaveLength(1)
  })
})

describe('notes', () => {
  test('go with the sale and onto its receipt', () => {
    const lineId = add(0)
    accepted(till.setNote(lineId, 'one a day'))
    accepted(till.setNote(null, 'paid by the daughter'))
    const { revision, total } = till.basket.view()
    const { saleId } = accepted(till.completeSale({ kind: 'cash', given: total }, revision))
    const { db } = till.context
    expect(db.prepare('select note from sale where id = ?').pluck().get(saleId)).toBe('paid by the daughter')
    expect(db.prepare('select note from sale_line where sale_id = ?').pluck().all(saleId)).toEqual([
      'one a day',
    ])
    expect(till.basket.note()).toBeNull()
  })

  test('of a basket go when its last line goes, and come back with it', () => {
    const lineId = add(0)
    accepted(till.setNote(null, 'wait'))
    accepted(till.basket.remove(lineId))
    expect(till.basket.view().note).toBeNull()
    accepted(till.basket.undo())
    expect(till.basket.view().note).toBe('wait')
    accepted(till.basket.voidAll())
    accepted(till.basket.undo())
    expect(till.basket.view().note).toBe('wait')
    accepted(till.basket.voidAll())
    add(1)
    expect(till.basket.view().note).toBeNull()
  })

  test('are taken back one by one, and leave what was before them', () => {
    const lineId = add(0)
    accepted(till.basket.setQuantity(lineId, 2))
    accepted(till.setNote(lineId, 'eat'))
    accepted(till.setNote(null, 'for the daughter'))
    const said = () => {
      const { lines, note, undo } = till.basket.view()
      return [lines[0]?.quantity, lines[0]?.note, note, undo]
    }
    expect(said()).toEqual([2, 'eat', 'for the daughter', 'note'])
    accepted(till.basket.undo())
    expect(said()).toEqual([2, 'eat', null, 'note'])
    accepted(till.basket.undo())
    expect(said()).toEqual([2, null, null, 'quantity'])
  })

  test('need something to be on', () => {
    expect(till.setNote(null, 'alone')).toMatchObject({ refused: 'basket-empty' })
    add(0)
    expect(till.setNote('0190b000-0000-7000-8000-00000000ffff', 'x')).toMatchObject({
      refused: 'line-not-found',
    })
  })
})
