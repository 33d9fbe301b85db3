import { wallHourAt } from '../business-date.ts'
import { type Minor, minor } from '../money.ts'
import type { RecordedMovement } from './explain.ts'

/** What a person did to a drawer outside of a sale, with the reason given. */
export interface DrawerAct {
  id: string
  kind: string
  at: string
  reason: string
  actorName: string
}

/** One line of what moved in a drawer: a movement of its own, or the sales of one person in one hour. */
export interface DrawerMove {
  kind: string
  at: string
  actorName: string
  reason: string | null
  count: number
  /** In (+) or out (-), minor units; 0 when the drawer was only opened, or money moved beside it. */
  amount: Minor
  /** What was taken by card, which moved no cash. */
  byCard?: Minor
}

/**
 * What moved, in order. Sales are told by hour and person: a day has thousands, and none of them had a reason.
 * @param moved every movement of cash of a session
 * @param acted what was done outside of sales; those that moved cash carry the id of their movement
 * @param byCard sales paid by card
 * @param timeZone the branch's, whose wall clock has the hours
 */
export function listMoves(
  moved: readonly RecordedMovement[],
  acted: readonly DrawerAct[],
  byCard: readonly RecordedMovement[],
  timeZone: string,
): DrawerMove[] {
  const reasons = new Map(acted.map(({ id, reason }) => [id, reason]))
  const ids = new Set(moved.map(({ id }) => id))
  const groups = new Map<string, DrawerMove>()
  const singles: DrawerMove[] = acted
    .filter(({ id }) => !ids.has(id))
    .map(({ kind, at, actorName, reason }) => ({ kind, at, actorName, reason, count: 1, amount: minor(0) }))
  for (const { id, kind, at, actorName, amount, receiptNumber } of moved) {
    if (receiptNumber === null) {
      singles.push({ kind, at, actorName, reason: reasons.get(id) ?? null, count: 1, amount })
      continue
    }
    const key = `${wallHourAt(Date.parse(at), timeZone)} ${actorName} ${kind}`
    const group = groups.get(key) ?? { kind, at, actorName, reason: null, count: 0, amount: minor(0) }
    groups.set(key, { ...group, count: group.count + 1, amount: minor(group.amount + amount) })
  }
  for (const { at, actorName, amount } of byCard) {
    const key = `${wallHourAt(Date.parse(at), timeZone)} ${actorName} by card`
    const group = groups.get(key) ?? {
      kind: 'card-sale',
      at,
      actorName,
      reason: null,
      count: 0,
      amount: minor(0),
    }
    groups.set(key, { ...group, count: group.count + 1, byCard: minor((group.byCard ?? 0) + amount) })
  }
  return [...singles, ...groups.values()].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
}
