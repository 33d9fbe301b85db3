import { describe, expect, it } from 'vitest'
import { handedOver, openLedger, partsOf, piecesOf, vatInside } from './ledger.ts'
import { BadOption, readOptions } from './options.ts'
import { CUTS, DAY_SECONDS, type Pack, planDay, totalOf } from './plan.ts'

const packs: Pack[] = Array.from({ length: 40 }, (_, i) => ({
  cip13: String(3_400_930_000_000 + i),
  price: 116 + 37 * i,
  vatRateBp: i % 5 === 0 ? 1000 : 210,
}))

describe('the plan of a day', () => {
  const visits = planDay(7, 400, packs)

  it('is the same for the same seed', () => {
    expect(planDay(7, 400, packs)).toEqual(visits)
    expect(planDay(8, 400, packs)).not.toEqual(visits)
  })

  it('makes every sale once, within the day, and has something of all that may happen', () => {
    const sold = visits.flatMap((visit) =>
      visit.do === 'sell' || visit.do === 'take-up' || visit.do === 'exchange' ? [visit.sale] : [],
    )
    expect(sold.sort((a, b) => a - b)).toEqual(Array.from({ length: 400 }, (_, i) => i))
    expect(visits.every(({ at }) => at >= 0 && at < DAY_SECONDS)).toBe(true)
    const kinds = new Set(visits.map((visit) => visit.do))
    expect([...kinds].sort()).toEqual([
      'exchange',
      'park',
      'refund',
      'sell',
      'take-up',
      'take-up-too',
      'walk-away',
    ])
    expect(visits.filter((visit) => visit.do === 'sell' && visit.killed)).toHaveLength(1)
    expect(visits.some((visit) => visit.do === 'sell' && visit.pay === 'voucher')).toBe(true)
  })

  it('exchanges a pack once, after it was sold, for items that come to more', () => {
    const exchanges = visits.filter((visit) => visit.do === 'exchange')
    expect(exchanges.length).toBeGreaterThan(2)
    for (const { of, at: back, items } of exchanges) {
      const first = visits.find((visit) => visit.do === 'sell' && visit.sale === of)
      if (first?.do !== 'sell') throw new Error(`sale ${of} is not a plain one`)
      expect(first.at).toBeLessThan(back)
      expect(totalOf(items)).toBeGreaterThan(first.items[0]?.price ?? Number.NaN)
      expect(visits.filter((visit) => 'of' in visit && visit.of === of)).toHaveLength(1)
    }
  })

  it('lets two tills take the same parked sale up while the line is cut', () => {
    const { from, to } = CUTS['first-cut']
    const apart = visits.filter(({ during }) => during === 'first-cut')
    expect(apart.map((visit) => [visit.do, visit.till])).toEqual([
      ['take-up', 1],
      ['take-up-too', 2],
    ])
    for (const { at } of apart) expect(at > from && at < to).toBe(true)
  })
})

describe('the ledger', () => {
  it('knows what a customer hands over, and the VAT inside', () => {
    // 14.35: 20.00 in notes; 5.00 in cash and 9.35 by card.
    expect([handedOver(1435, 'notes'), handedOver(1435, 'exact')]).toEqual([2000, 1435])
    expect(partsOf(1435, 'both')).toEqual({ cash: 500, card: 935, voucher: 0 })
    expect(partsOf(1435, 'voucher')).toEqual({ cash: 0, card: 935, voucher: 500 })
    // 4.36 / 1.021 = 4.2703 -> 0.09; 9.99 / 1.1 = 9.0818 -> 0.91.
    expect([vatInside(436, 210), vatInside(999, 1000)]).toEqual([9, 91])
  })

  it('adds a till up: 150.00 + 4.36 - 1.16 in the drawer, 9.99 on the card', () => {
    const ledger = openLedger(2)
    ledger.sold(1, [{ cip13: 'a', price: 218, vatRateBp: 210, quantity: 2, off: 0 }], 'exact')
    ledger.sold(1, [{ cip13: 'b', price: 999, vatRateBp: 1000, quantity: 1, off: 0 }], 'card')
    ledger.refunded(1, 116, 'cash')
    expect(ledger.inDrawer(1, 15_000)).toBe(15_320)
    expect(ledger.tills[1]).toMatchObject({ sales: 2, gross: 1435, card: 999, refunds: 1 })
    // 7.20 for a pack of 2.18 that comes back: 5.02 in cash.
    ledger.sold(0, [{ cip13: 'c', price: 720, vatRateBp: 1000, quantity: 1, off: 0 }], 'exact', 218)
    ledger.refunded(0, 218, 'exchange')
    expect(ledger.inDrawer(0, 15_000)).toBe(15_502)
    expect(ledger.tills[0]).toMatchObject({ gross: 720, cash: 502, exchange: 218, refundedExchange: 218 })
    expect(piecesOf(15_320)).toEqual([
      { denomination: 10_000, quantity: 1 },
      { denomination: 5000, quantity: 1 },
      { denomination: 200, quantity: 1 },
      { denomination: 100, quantity: 1 },
      { denomination: 20, quantity: 1 },
    ])
  })
})

describe('the options', () => {
  it('have their usual values', () => {
    expect(readOptions([])).toEqual({ seed: 1, sales: 1200, out: '.cache/rehearsal' })
    expect(readOptions(['--sales', '60', '--no-screens'])).toMatchObject({ sales: 60, out: null })
  })

  it.each([
    [['--sales', '5'], '--sales 5: give a whole number from 30 to 20000.'],
    [['--seed', '-1'], /^(--seed -1|Option '--seed')/],
    [['--out', ''], '--out is empty: name a folder, or say --no-screens.'],
  ])('say what is wrong with %j', (argv, sentence) => {
    expect(() => readOptions(argv)).toThrow(BadOption)
    expect(() => readOptions(argv)).toThrow(sentence)
  })
})
