import { describe, expect, it } from 'vitest'
import { chargedPrice, type Planned, previewPromotion, withPlannedPrice } from './preview.ts'
import type { ListedPrice } from './price-list.ts'
import type { PromotionInput, PromotionRule } from './promotion.ts'

const HERE = '0190a000-0000-7000-8000-000000000001'
const THERE = '0190a000-0000-7000-8000-000000000002'
const LIST = '0190b000-0000-7000-8000-000000000001'
const DAY = '2026-03-10'

const plan = (more: Partial<Planned> = {}): Planned => ({
  id: null,
  branchId: null,
  validFrom: '2026-03-01',
  validTo: null,
  ...more,
})
const listed = (price: number, more: Partial<ListedPrice> = {}): ListedPrice => ({
  listId: LIST,
  branchId: null,
  validFrom: '2026-03-01',
  validTo: null,
  price,
  ...more,
})
const product = (price: number | null, ...lists: ListedPrice[]) => ({ id: 'x', price, listed: lists })

describe('what a list will make a till charge', () => {
  it('is its price on its days, and the catalogue’s on others', () => {
    const planned = withPlannedPrice(product(250), plan({ validTo: '2026-03-31' }), 199)
    expect(chargedPrice(planned, HERE, '2026-02-28')).toBe(250)
    expect(chargedPrice(planned, HERE, '2026-03-31')).toBe(199)
    expect(chargedPrice(planned, HERE, '2026-04-01')).toBe(250)
  })

  it('is not its price where a branch has a list of its own', () => {
    const planned = withPlannedPrice(product(250, listed(210, { branchId: THERE })), plan(), 199)
    expect([HERE, THERE].map((branch) => chargedPrice(planned, branch, DAY))).toEqual([199, 210])
  })

  it('goes before a list of the same days that was there, and takes its own former place', () => {
    expect(chargedPrice(withPlannedPrice(product(250, listed(210)), plan(), 199), HERE, DAY)).toBe(199)
    const changed = withPlannedPrice(product(null, listed(210)), plan({ id: LIST }), 215)
    expect(chargedPrice(changed, HERE, DAY)).toBe(215)
    expect(chargedPrice(withPlannedPrice(changed, plan({ id: LIST }), null), HERE, DAY)).toBeNull()
  })
})

describe('what a promotion will make a till charge', () => {
  const rule: PromotionRule = { kind: 'n-for-m', productIds: ['x'], take: 3, pay: 2 }
  const planned = (more: object = {}) => ({ ...plan(), name: 'Three for two', rule, ...more })
  const others = (...all: (Partial<PromotionInput> & { id: string })[]) =>
    all.map((each) => ({
      name: each.id,
      branchId: null,
      validFrom: '2026-01-01',
      validTo: null,
      rule,
      ...each,
    }))
  const at = { branchId: HERE, day: DAY }
  const products = new Map([['x', product(250)]])

  it('is shown by so many packs that it applies once', () => {
    // 3 × 2.50 is 7.50, of which the third is free.
    expect(previewPromotion(planned(), at, products, [])).toEqual([
      { packs: [{ productId: 'x', quantity: 3 }], before: 750, after: 500, applied: ['Three for two'] },
    ])
    const second = planned({ rule: { kind: 'second', productIds: ['x'], rateBp: 5000 } })
    expect(previewPromotion(second, at, products, [])).toMatchObject([{ before: 500, after: 375 }])
  })

  it('gives nothing on other days and at other branches', () => {
    const nothing = [{ before: 750, after: 750, applied: [] }]
    expect(previewPromotion(planned({ validFrom: '2026-04-01' }), at, products, [])).toMatchObject(nothing)
    expect(previewPromotion(planned({ branchId: THERE }), at, products, [])).toMatchObject(nothing)
  })

  it('says which other promotion gives more instead', () => {
    const better = others({ id: 'Two for one', rule: { ...rule, take: 2, pay: 1 } })
    expect(
      previewPromotion(planned({ rule: { ...rule, take: 4, pay: 3 } }), at, products, better),
    ).toMatchObject([
      // Four packs: twice two for one leaves 5.00, four for three would leave 7.50.
      { before: 500, after: 500, applied: ['Two for one'] },
    ])
  })

  it('replaces what it was before, and leaves out what has no price', () => {
    const former = others({ id: LIST })
    expect(
      previewPromotion(planned({ id: LIST, rule: { ...rule, take: 4 } }), at, products, former),
    ).toMatchObject(
      // Before, three for two on four packs: 7.50. Now four are taken and two paid: 5.00.
      [{ before: 750, after: 500 }],
    )
    expect(previewPromotion(planned(), at, new Map([['x', product(null)]]), [])).toEqual([])
  })
})
