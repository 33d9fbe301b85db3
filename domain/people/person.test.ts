import { describe, expect, it } from 'vitest'
import { isGuessable, personSchema, type Standing, withoutCloser } from './person.ts'

const BRANCH = '0190a000-0000-7000-8000-000000000001'

describe('a PIN', () => {
  it.each(['0000', '7777', '1234', '4321', '23456789', '98765'])('%s is easily guessed', (pin) => {
    expect(isGuessable(pin)).toBe(true)
  })
  it.each(['2580', '1122', '9012', '1357', '1243', '0001'])('%s is not', (pin) => {
    expect(isGuessable(pin)).toBe(false)
  })
})

describe('a person', () => {
  const person = { name: ' Ada ', role: 'cashier', branchId: BRANCH, active: true, pin: '2580' }
  it('is read as typed, without the spaces around', () => {
    expect(personSchema.parse(person)).toEqual({ ...person, name: 'Ada' })
  })
  it.each([
    ['branchId', { branchId: null }],
    ['branchId', { role: 'head_office', pin: null }],
    ['pin', { role: 'it_admin', branchId: null }],
    ['pin', { active: false }],
    ['pin', { pin: '258' }],
    ['name', { name: '  ' }],
    ['role', { role: 'owner' }],
  ])('is refused by its %s', (field, change) => {
    const read = personSchema.safeParse({ ...person, ...change })
    expect(read.error?.issues[0]?.path).toEqual([field])
  })
})

describe('a branch', () => {
  const closer: Standing = { id: 'a', role: 'pharmacist', branchId: BRANCH, active: true, hasPin: true }
  const at = (...people: Standing[]) => withoutCloser([{ id: BRANCH }], people).length
  it('has somebody to close its drawers only if they work there, may, and can unlock a till', () => {
    expect(at(closer)).toBe(0)
    expect(at({ ...closer, role: 'cashier' })).toBe(1)
    expect(at({ ...closer, hasPin: false })).toBe(1)
    expect(at({ ...closer, active: false })).toBe(1)
    expect(at({ ...closer, branchId: 'elsewhere' })).toBe(1)
    expect(at({ ...closer, active: false }, { ...closer, role: 'branch_manager' })).toBe(0)
  })
})
