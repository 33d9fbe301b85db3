import type { Frontier } from './frontier.ts'
import { type Loads, TILL_TABLES } from './load.ts'
import { COUNTER_STAGE, mayNotBeSeenHalf, stageOf } from './stages.ts'

/** What is joined, what is being loaded, and which stage it is its turn to be. */
export function createProgress(
  loads: Loads,
  frontier: Frontier,
  joined: ReadonlySet<string>,
  lacking: ReadonlySet<string>,
) {
  const isFirst = (table: string) => !joined.has(table) && (loads.pending().get(table)?.first ?? true)
  const missing = () => TILL_TABLES.filter((table) => !joined.has(table) && !lacking.has(table))
  const anew = () => missing().filter((table) => !isFirst(table) && mayNotBeSeenHalf(table))
  const stage = () => {
    const stages = missing().map(stageOf)
    return stages.length === 0 ? null : Math.min(...stages)
  }
  return {
    isFirst,
    /** The shapes that are to join next: those that all others stand still for, or of a stage. */
    due: () => {
      const held = anew()
      if (held.length > 0) return held
      const first = stage()
      return missing().filter((table) => stageOf(table) === first)
    },
    /** Whether a table that is loaded now leaves others not to be seen. */
    half: () => anew().length > 0,
    ready: () => !missing().some((table) => stageOf(table) === COUNTER_STAGE && isFirst(table)),
    whole: () => !missing().some(isFirst),
    /** The LSN that all of these, and the replica, can be brought to: no less than any of them is at. */
    target: (shapes: readonly string[]) =>
      shapes.reduce((lsn, shape) => {
        const top = BigInt(loads.pending().get(shape)?.top ?? 0)
        return top > lsn ? top : lsn
      }, frontier.lsn() ?? 0n),
  }
}
