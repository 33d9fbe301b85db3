import { z } from 'zod'
import type { Minor } from '../money.ts'
import { type Role, roleSchema } from '../permissions.ts'

/** The most that a role may take off by itself, in basis points of the price: 1000 is 10 %. */
export const limitRateSchema = z.int().min(0).max(10_000)

/** Where a branch has set no limit of its own. People of head office and IT do not sell. */
const USUAL_LIMITS: Record<Role, number> = {
  cashier: 500,
  pharmacist: 2000,
  branch_manager: 10_000,
  head_office: 0,
  it_admin: 0,
}

/** The limits of a branch, by role. */
export type DiscountLimits = Readonly<Record<Role, number>>

/** A branch's limits: what it has set, and the usual ones for the rest. */
export function limitsOf(set: readonly { role: string; rate_bp: number }[]): DiscountLimits {
  const limits = { ...USUAL_LIMITS }
  for (const { role, rate_bp } of set) {
    const known = roleSchema.safeParse(role)
    if (known.success) limits[known.data] = rate_bp
  }
  return limits
}

/** The most a rate allows to take off a price, minor units, a fraction of a unit in the person's favour. */
export const mostOff = (price: Minor, rateBp: number): number =>
  Number((BigInt(price) * BigInt(rateBp) + 9999n) / 10_000n)

/** Whether a limit lets somebody move a price by so much; 100 % is no limit, upwards neither. */
export const isWithin = (limitBp: number, price: Minor, off: number): boolean =>
  limitBp >= 10_000 || off <= mostOff(price, limitBp)

/** The roles that may take so much off by themselves, in rank order. */
export const rolesThatMayTakeOff = (limits: DiscountLimits, price: Minor, off: number): Role[] =>
  roleSchema.options.filter((role) => limits[role] > 0 && isWithin(limits[role], price, off))
