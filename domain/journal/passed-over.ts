import type { JournalEvent } from './event.ts'

/** Where a key stands in a payload: the keys and places that lead to it, its own last. */
export type Path = readonly (string | number)[]

/** What of an event a build passed over, because its schema does not know it. */
export interface PassedOver {
  /** The version in which that build read the payload, behind its upcasts: the paths are of this one. */
  version: number
  paths: readonly Path[]
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/** Where the walk stands, and what it found. */
interface Walk {
  at: (string | number)[]
  found: Path[]
}

function collectPart(given: unknown, read: unknown, place: string | number, walk: Walk): void {
  if (!isObject(given)) return
  walk.at.push(place)
  collect(given, read, walk)
  walk.at.pop()
}

/** Each event takes this walk: a key is looked up only where its values differ. */
function collect(given: object, read: unknown, walk: Walk): void {
  if (!isObject(read)) return
  if (Array.isArray(given)) {
    for (let i = 0; i < given.length; i += 1) collectPart(given[i], read[i], i, walk)
    return
  }
  for (const key of Object.keys(given)) {
    const value = (given as Record<string, unknown>)[key]
    const known = read[key]
    // Prototypes have keys as well, and an object may be one of theirs.
    const isThere =
      value === known || (isObject(known) && known !== Object.prototype) || Object.hasOwn(read, key)
    if (isThere) collectPart(value, known, key, walk)
    else walk.found.push([...walk.at, key])
  }
}

/**
 * Keys of a payload, at any depth, that a schema left out of what it read.
 * @param given as it was signed, at the version that the schema is of
 * @param read what the schema made of it
 */
export function passedOverPaths(given: object, read: unknown): readonly Path[] {
  const walk: Walk = { at: [], found: [] }
  collect(given, read, walk)
  return walk.found
}

function without(value: unknown, paths: readonly Path[], depth: number): unknown {
  if (paths.length === 0 || !isObject(value)) return value
  const under = Map.groupBy(paths, (path) => path[depth])
  const goes = (key: string | number) => under.get(key)?.some((path) => path.length === depth + 1) === true
  const rest = (key: string | number, part: unknown) => without(part, under.get(key) ?? [], depth + 1)
  if (Array.isArray(value)) return value.map((part, place) => rest(place, part))
  const kept = Object.entries(value).filter(([key]) => !goes(key))
  return Object.fromEntries(kept.map(([key, part]) => [key, rest(key, part)]))
}

/** A payload as a build saw it that passed these keys over. */
export const withoutPaths = (
  payload: JournalEvent['payload'],
  paths: readonly Path[],
): JournalEvent['payload'] => without(payload, paths, 0) as JournalEvent['payload']

const leadsTo = (path: Path, other: Path): boolean => path.every((part, i) => part === other[i])

/** What both passed over: of two paths of which one leads to the other, the longer. */
export function passedOverByBoth(one: readonly Path[], other: readonly Path[]): readonly Path[] {
  if (other.length === 0) return []
  const deeper = one.filter((path) => other.some((short) => leadsTo(short, path)))
  const longer = other.filter((path) =>
    one.some((short) => short.length < path.length && leadsTo(short, path)),
  )
  return [...deeper, ...longer]
}
