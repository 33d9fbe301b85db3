import { z } from 'zod'
import { idSchema } from '../ids.ts'
import { may, type Role, roleSchema } from '../permissions.ts'

/** What unlocks a till: digits, as they are typed there. */
export const pinSchema = z.string().regex(/^\d{4,8}$/, '4 to 8 digits')

/** Who a person is to Clerk, as its dashboard has it. */
export const loginSchema = z.string().regex(/^user_\w{1,80}$/, 'it begins with user_, as Clerk has it')

/** People of head office and IT belong to no branch; everybody else to the one whose tills know them. */
export const worksAtBranch = (role: Role): boolean => role !== 'head_office' && role !== 'it_admin'

/** A person as head office sets them. */
export const personSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(80),
    role: roleSchema,
    /** Null for those who belong to no branch. */
    branchId: idSchema.nullable(),
    /** False once they have left. Whatever they did keeps their name. */
    active: z.boolean(),
    /** A new PIN; null: the one they have, if they stay where they are. */
    pin: pinSchema.nullable(),
    /** Which sign-in is theirs; null: none. Absent: the one they have. */
    login: loginSchema.nullable().optional(),
  })
  .superRefine(({ role, branchId, active, pin }, issues) => {
    const at = (path: string, message: string) => issues.addIssue({ code: 'custom', path: [path], message })
    if (worksAtBranch(role) && branchId === null) at('branchId', 'this role works at a branch')
    if (!worksAtBranch(role) && branchId !== null) at('branchId', 'this role belongs to no branch')
    if (pin !== null && !(active && worksAtBranch(role)))
      at('pin', 'only somebody who works at a branch has one')
  })
export type PersonInput = z.infer<typeof personSchema>

/** A PIN that is tried first: one digit repeated, or digits in a row up or down. */
export function isGuessable(pin: string): boolean {
  const steps = new Set([...pin].slice(1).map((digit, i) => Number(digit) - Number(pin[i])))
  const [step] = steps
  return steps.size === 1 && step !== undefined && Math.abs(step) <= 1
}

/** What is known of a person wherever they are counted. */
export interface Standing {
  id: string
  role: Role
  branchId: string | null
  active: boolean
  hasPin: boolean
}

/** The branches at which nobody may close a drawer: whoever may has left, moved, or has no PIN to unlock a till with. */
export function withoutCloser<Branch extends { id: string }>(
  branches: readonly Branch[],
  people: readonly Standing[],
): Branch[] {
  const closing = people.filter(
    ({ active, hasPin, role }) => active && hasPin && may(role, 'cash-session.close'),
  )
  return branches.filter(({ id }) => !closing.some(({ branchId }) => branchId === id))
}

/** Why a device is revoked. */
export const revokeReasonSchema = z.enum(['lost', 'stolen', 'broken', 'retired'])
export type RevokeReason = z.infer<typeof revokeReasonSchema>
