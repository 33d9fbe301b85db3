import { carriedBy } from '../../domain/journal/carried.ts'
import type { Difference } from '../../domain/journal/difference.ts'
import type { Mutation } from '../../domain/journal/mutation.ts'
import type { DeviceCaller } from '../auth/caller.ts'
import {
  claims,
  factsOf,
  type Judged,
  judgePermission,
  type Known,
  type ProjectedEvent,
  type Report,
  repeated,
  reportOn,
  sessionClaims,
} from './judge.ts'

/** An event that has a part of its effect, and what the rest of it does. */
export interface Late extends ProjectedEvent {
  /** What it does without the keys that had been passed over: this was judged when it came. */
  part: ProjectedEvent['projection']
  difference: Difference
}

/** What the rest names beyond the part is to be the device's own. @returns whether it may have its effect */
function judgePlaces(
  rest: readonly Mutation[],
  part: readonly Mutation[],
  { device, known, report }: { device: DeviceCaller; known: Known; report: Report },
): boolean {
  const beyond = (column: string) => {
    const named = new Set(claims(part, column))
    return claims(rest, column).filter((id) => !named.has(id))
  }
  const branch = beyond('branch_id').find((id) => id !== device.branchId)
  if (branch) report('foreign-branch', branch)
  const register = beyond('register_id').find((id) => !known.registers.has(id))
  if (register) report('foreign-register', register)
  const held = new Set(sessionClaims(part))
  const session = sessionClaims(rest).find((id) => {
    const register = known.sessions.get(id)?.register
    return !held.has(id) && register !== undefined && !known.registers.has(register)
  })
  if (session) report('foreign-session', session)
  const again = repeated(factsOf(rest), known.facts)
  if (again) report('duplicate-fact', again.split('|')[1] ?? '')
  return !branch && !register && !session && !again
}

/** Judges what only the keys tell that had been passed over; the rest was judged when the event came. */
export function judgeLate(late: Late, device: DeviceCaller, known: Known): Judged {
  const { event, projection, part, difference } = late
  const judged: Judged = { event, mutations: [], findings: [] }
  const report = reportOn(event, judged.findings)
  if ('unprojected' in projection) report('part-unread', projection.detail)
  if ('unprojected' in projection || 'unprojected' in part) return judged
  if (projection.fault && projection.fault !== part.fault) report('rule-broken', projection.fault)
  if (projection.permission !== part.permission)
    judgePermission((carriedBy(event) ?? event).actor.role, projection.permission, report)
  if (!judgePlaces(difference.mutations, part.mutations, { device, known, report })) return judged
  for (const fact of factsOf(difference.mutations)) known.facts.add(fact)
  return { ...judged, mutations: difference.mutations, fills: difference.fills }
}
