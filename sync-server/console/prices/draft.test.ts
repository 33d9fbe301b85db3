import { describe, expect, it } from 'vitest'
import { type DraftList, type DraftPromotion, fieldOfServer, readList, readPromotion } from './draft.ts'

const ID = '0190a000-0000-7000-8000-000000000001'
const OTHER = '0190a000-0000-7000-8000-000000000002'
const named = { id: ID, cip13: '3400930000120', name: 'Aspirine', pack: '20' }

const list = (more: Partial<DraftList> = {}): DraftList => ({
  name: ' Spring ',
  branchId: '',
  validFrom: '2026-03-01',
  validTo: '',
  items: [{ ...named, typed: '1,99' }],
  ...more,
})
const promotion = (more: Partial<DraftPromotion> = {}): DraftPromotion => ({
  name: 'Three for two',
  branchId: '',
  validFrom: '2026-03-01',
  validTo: '',
  kind: 'n-for-m',
  products: [{ ...named, quantity: '1' }],
  take: '3',
  pay: '2',
  rate: '',
  price: '',
  ...more,
})
const faults = (reading: object) => ('faults' in reading ? [...(reading.faults as Map<string, string>)] : [])

describe('a price list as it is typed', () => {
  it('is read as a person writes amounts', () => {
    expect(readList(list())).toEqual({
      input: {
        name: 'Spring',
        branchId: null,
        validFrom: '2026-03-01',
        validTo: null,
        items: [{ productId: ID, price: 199 }],
      },
    })
  })

  it.each([
    [{ name: ' ' }, [['name', 'fault.name']]],
    [{ validFrom: '' }, [['validFrom', 'fault.validFrom']]],
    [{ validTo: '2026-02-28' }, [['validTo', 'fault.ends']]],
    [{ items: [] }, [['items', 'fault.items']]],
    [{ items: [{ ...named, typed: '1.999' }] }, [[`price:${ID}`, 'fault.price']]],
    [
      { name: '', items: [{ ...named, typed: 'free' }] },
      [
        ['name', 'fault.name'],
        [`price:${ID}`, 'fault.price'],
      ],
    ],
  ])('says what is wrong by its field: %o', (change, expected) => {
    expect(faults(readList(list(change)))).toEqual(expected)
  })
})

describe('a promotion as it is typed', () => {
  it('is read by its kind', () => {
    expect(readPromotion(promotion())).toMatchObject({ input: { rule: { take: 3, pay: 2 } } })
    const half = readPromotion(promotion({ kind: 'second', rate: '33,3 %' }))
    expect(half).toMatchObject({ input: { rule: { kind: 'second', rateBp: 3330 } } })
    const parts = [
      { ...named, quantity: '1' },
      { ...named, id: OTHER, quantity: '2' },
    ]
    expect(readPromotion(promotion({ kind: 'bundle', products: parts, price: '9.90' }))).toMatchObject({
      input: { rule: { parts: [{ quantity: 1 }, { productId: OTHER, quantity: 2 }], price: 990 } },
    })
  })

  it.each([
    [{ pay: '3' }, [['pay', 'fault.pay']]],
    [
      { take: 'x' },
      [
        ['take', 'fault.take'],
        ['pay', 'fault.pay'],
      ],
    ],
    [{ products: [] }, [['products', 'fault.products']]],
    [{ kind: 'second', rate: '101' } as const, [['rate', 'fault.rate']]],
    [{ kind: 'bundle', price: '' } as const, [['price', 'fault.price']]],
    [
      { kind: 'bundle', price: '5', products: [{ ...named, quantity: '0' }] } as const,
      [[`quantity:${ID}`, 'fault.quantity']],
    ],
  ])('says what is wrong by its field: %o', (change, expected) => {
    expect(faults(readPromotion(promotion(change)))).toEqual(expected)
  })
})

it('finds the field that a server names', () => {
  expect(fieldOfServer('items.0.price', [named])).toBe(`price:${ID}`)
  expect(fieldOfServer('rule.pay', [])).toBe('pay')
  expect(fieldOfServer('rule', [])).toBe('products')
  expect(fieldOfServer('validTo', [])).toBe('validTo')
})
