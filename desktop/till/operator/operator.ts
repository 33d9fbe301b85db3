import { verify } from '@node-rs/argon2'
import type { Actor } from '../../../domain/journal/event.ts'
import { may, type Permission, type Role, roleSchema, rolesThatMay } from '../../../domain/permissions.ts'
import { type Refusal, refuse } from '../../../domain/refusals.ts'
import type { OperatorView } from '../../bridge/views.ts'
import type { TillContext } from '../till-context.ts'
import { createAttempts } from './attempts.ts'

type Operator = NonNullable<OperatorView>

/** Who is at the till, and what they may do. */
export interface Operators {
  /** Finds the person whose PIN this is. Refused: `wrong-pin`, `too-many-attempts`, `staff-loading`. */
  unlock(pin: string): Promise<Operator | Refusal>
  /**
   * Finds the second person whose PIN this is, who stands beside the one at the till; nobody changes place.
   * Refused: `wrong-pin`, `too-many-attempts`, `second-person-needed` (it is one's own).
   */
  second(pin: string): Promise<(Actor & { name: string }) | Refusal>
  /** Puts a person who gave their PIN a moment ago at the till. */
  take(staffId: string): void
  lock(): void
  /** The person at the till with their role of this moment, or null while it is locked. */
  current(): OperatorView
  /** The person at the till as a fact's actor, if their role grants the permission. Refused: `locked`, `not-allowed`. */
  require(permission: Permission): (Actor & { name: string }) | Refusal
}

type StaffRow = { staffId: string; name: string; role: string; active: number }

/** Finds people of the branch by their id or their PIN. */
function createStaffReader({ db, branchId }: TillContext) {
  const readPins = db.prepare(`
    select p.staff_id as staffId, p.pin_hash as pinHash from staff_pin p where p.branch_id = ? order by p.staff_id`)
  const readStaff = db.prepare(`select id as staffId, name, role, active from staff where id = ?`)

  const person = (id: string): Operator | null => {
    const row = readStaff.get(id) as StaffRow | undefined
    const role = roleSchema.safeParse(row?.role)
    return row?.active && role.success
      ? { staffId: row.staffId, name: row.name, role: role.data as Role }
      : null
  }

  /** Every PIN of the branch is checked, whichever matches, so that the time says nothing about who it was. */
  const identify = async (pin: string): Promise<Operator | null> => {
    const pins = readPins.all(branchId) as { staffId: string; pinHash: string }[]
    const matches = await Promise.all(pins.map((row) => verify(row.pinHash, pin)))
    const people = pins.filter((_, index) => matches[index]).map((row) => person(row.staffId))
    // A PIN that two people share says nothing about who is there.
    return people.length === 1 ? (people[0] ?? null) : null
  }

  const readLoaded = db.prepare("select 1 from replica_shape where shape = 'staff_pin'").pluck()
  /** Whether nobody can be known yet, because the first replica has not brought the people. */
  const isLoading = () => readPins.get(branchId) === undefined && readLoaded.get() === undefined

  return { person, identify, isLoading }
}

/**
 * Starts locked: whoever is at the till lives in memory alone, and after a restart the till asks again.
 * @param atTill who was there a moment ago, when the till's core begins anew within its process
 */
export function createOperators(context: TillContext, atTill: string | null = null): Operators {
  const { state, changes } = context
  const attempts = createAttempts(state, context.now)
  let staffId = atTill
  let checking: Promise<unknown> = Promise.resolve()

  const { person, identify, isLoading } = createStaffReader(context)

  const check = async (pin: string): Promise<Operator | Refusal> => {
    const seconds = attempts.waitSeconds()
    if (seconds > 0) return refuse('too-many-attempts', { seconds })
    if (isLoading()) return refuse('staff-loading')
    attempts.begin()
    const operator = await identify(pin)
    if (!operator) {
      const wait = attempts.waitSeconds()
      return wait > 0 ? refuse('too-many-attempts', { seconds: wait }) : refuse('wrong-pin')
    }
    attempts.succeed()
    return operator
  }

  /** One at a time: guesses sent together would all be checked before the first one counts. */
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const mine = checking.then(task)
    checking = mine.catch(() => undefined)
    return mine
  }

  const take = (id: string) => {
    staffId = id
    changes.touch('staff')
  }

  const current = () => (staffId === null ? null : person(staffId))

  return {
    unlock: (pin) =>
      inTurn(async () => {
        const operator = await check(pin)
        if (!('refused' in operator)) take(operator.staffId)
        return operator
      }),
    second: (pin) =>
      inTurn(async () => {
        const person = await check(pin)
        if ('refused' in person) return person
        return person.staffId === staffId ? refuse('second-person-needed') : person
      }),
    take,
    lock: () => {
      staffId = null
      changes.touch('staff')
    },
    current,
    require: (permission) => {
      const operator = current()
      if (!operator) return refuse('locked')
      if (!may(operator.role, permission)) {
        return refuse('not-allowed', { roles: rolesThatMay(permission).join(', ') })
      }
      return operator
    },
  }
}

/** The person as the journal names them. */
export const asActor = ({ staffId, role }: Actor): Actor => ({ staffId, role })
