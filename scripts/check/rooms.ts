/**
 * Which room may know which: DESIGN §5's table, and the one place where an arrow is added.
 * Test files and the rooms in `FREE_ROOMS` may import anything.
 */

/** What a room may import besides itself: everything under `to`, or only its types. */
export interface Arrow {
  to: string
  only?: 'types'
}

export interface RoomRule {
  may: readonly Arrow[]
  /** Node's own modules; a room that also runs in a browser names the few it may use. */
  node: 'any' | readonly string[]
}

const to = (...rooms: string[]): Arrow[] => rooms.map((room) => ({ to: room }))

export const ROOMS = {
  // Hashing and signing the journal needs node:crypto; only the till and the server call that file.
  domain: { may: [], node: ['node:crypto'] },
  migrations: { may: to('domain'), node: 'any' },
  hardware: { may: [], node: 'any' },
  'forecast-models': { may: to('domain'), node: 'any' },
  'sync-server': { may: to('domain', 'migrations', 'forecast-models'), node: 'any' },
  'sync-server/console': {
    may: [...to('domain', 'migrations', 'ui-kit'), { to: 'sync-server', only: 'types' }],
    node: [],
  },
  'desktop/till': {
    may: to('domain', 'migrations', 'hardware', 'forecast-models', 'desktop/bridge'),
    node: 'any',
  },
  'desktop/bridge': { may: to('domain'), node: [] },
  'desktop/ui': { may: to('desktop/bridge', 'domain', 'ui-kit'), node: [] },
  'desktop/shell': { may: to('desktop/bridge'), node: 'any' },
  'ui-kit': { may: to('domain/money.ts'), node: [] },
} as const satisfies Record<string, RoomRule>

export type Room = keyof typeof ROOMS

/**
 * Folders that may not know each other although they share a room: what they have in common is a protocol, so that
 * either can be replaced. Neither imports the other, nor anything of the folder that holds both, types included.
 */
export const WALLED: readonly { within: string; folders: readonly string[] }[] = [
  {
    within: 'sync-server/shapes',
    folders: ['sync-server/shapes/gatekeeper', 'sync-server/shapes/engine'],
  },
]

/** Benchmarks, whole-product tests, deployment and commands stand outside the product and may see all of it. */
const FREE_ROOMS = ['bench', 'e2e', 'infra', 'scripts', 'docs']

const ROOMS_DEEPEST_FIRST = (Object.keys(ROOMS) as Room[]).sort((a, b) => b.length - a.length)

/** Whether `file` is `folder` or lies under it. Paths are relative to the root, with `/`. */
export function isUnder(file: string, folder: string): boolean {
  return file === folder || file.startsWith(`${folder}/`)
}

/**
 * The room a file belongs to.
 * @returns the room, `'free'` for tests, tools and files at the root, or `null` for a folder that is no room
 */
export function roomOf(file: string): Room | 'free' | null {
  if (/\.test\.tsx?$/.test(file) || !file.includes('/')) return 'free'
  if (FREE_ROOMS.some((room) => isUnder(file, room))) return 'free'
  return ROOMS_DEEPEST_FIRST.find((room) => isUnder(file, room)) ?? null
}
