import { describe, expect, it } from 'vitest'
import { minor } from '../money.ts'
import { limitsOf, mostOff, rolesThatMayTakeOff } from './limits.ts'
import { type ListedPrice, listedPrice } from './price-list.ts'

const list = (listId: string, price: number, of: Partial<ListedPrice> = {}): ListedPrice => ({
  listId,
  price,
  branchId: null,
  validFrom: '2026-03-01',
  validTo: null,
  ...of,
})

describe('the price of a day', () => {
  it('holds from its first day to its last, both included', () => {
    const march = list('a', 500, { validTo: '2026-03-31' })
    const on = (day: string) => listedPrice([march], day)?.price ?? null
    expect(['2026-02-28', '2026-03-01', '2026-03-31', '2026-04-01'].map(on)).toEqual([null, 500, 500, null])
  })

  it('is the branch’s own before the organisation’s, then the later list', () => {
    const own = list('a', 700, { branchId: 'b', validFrom: '2026-01-01' })
    const older = list('b', 500)
    const later = list('c', 600, { validFrom: '2026-03-05' })
    expect(listedPrice([later, own, older], '2026-03-12')?.price).toBe(700)
    expect(listedPrice([older, later], '2026-03-12')?.price).toBe(600)
    expect(listedPrice([older, list('d', 400)], '2026-03-12')?.price).toBe(400)
  })
})

describe('limits', () => {
  it('are the branch’s where it has set them, else the usual ones', () => {
    const limits = limitsOf([
      { role: 'cashier', rate_bp: 1000 },
      { role: 'unheard-of', rate_bp: 10_000 },
    ])
    expect(limits).toMatchObject({ cashier: 1000, pharmacist: 2000, branch_manager: 10_000, it_admin: 0 })
    // 10 % of 7.20 is 0.72; of 7.25 it is 0.725: 0.73 is within it.
    expect([mostOff(minor(720), 1000), mostOff(minor(725), 1000)]).toEqual([72, 73])
    expect(rolesThatMayTakeOff(limits, minor(720), 72)).toEqual(['cashier', 'pharmacist', 'branch_manager'])
    expect(rolesThatMayTakeOff(limits, minor(720), 73)).toEqual(['pharmacist', 'branch_manager'])
    expect(rolesThatMayTakeOff(limits, minor(720), 145)).toEqual(['branch_manager'])
    // A price that is typed may be more than twice the usual one.
    expect(rolesThatMayTakeOff(limits, minor(720), 2000)).toEqual(['branch_manager'])
  })
})
