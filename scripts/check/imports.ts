import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { DEPENDENCIES } from './dependencies.ts'
import { isUnder, ROOMS, type Room, type RoomRule, roomOf, WALLED } from './rooms.ts'

/** One import as written in `from`. `to` is the imported file, or the package or Node module's name. */
export interface Import {
  from: string
  to: string
  kind: 'file' | 'package' | 'node' | 'unresolved'
  typeOnly: boolean
}

const TABLE = 'scripts/check/dependencies.ts'
const ARROWS = 'scripts/check/rooms.ts'

/** The package that a bare specifier names: `@a/b/c` → `@a/b`, `a/b` → `a`. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** A wall stands inside a room: what lies behind it is as far as another room's. */
function judgeWalls({ from, to }: Import): string | null {
  for (const { within, folders } of WALLED) {
    const home = folders.find((folder) => isUnder(from, folder))
    if (home && isUnder(to, within) && !isUnder(to, home))
      return `${from} imports ${to}, but ${home}/ shares nothing with it but a protocol (walls: ${ARROWS})`
  }
  return null
}

function judgeFile(found: Import, room: Room): string | null {
  const wall = judgeWalls(found)
  if (wall) return wall
  const target = roomOf(found.to)
  if (target === room) return null
  const rule: RoomRule = ROOMS[room]
  const arrow = rule.may.find((candidate) => isUnder(found.to, candidate.to))
  const crossesSubRoom = arrow && target !== 'free' && target !== null && !isUnder(arrow.to, target)
  if (!arrow || crossesSubRoom) {
    return `${found.from} imports ${found.to}, which ${room}/ may not know (DESIGN §5; arrows: ${ARROWS})`
  }
  if (arrow.only === 'types' && !found.typeOnly) {
    return `${found.from} imports values of ${found.to}, of which ${room}/ may only know types: use \`import type\``
  }
  return null
}

function judgePackage(found: Import, room: Room, dependencies: typeof DEPENDENCIES): string | null {
  const name = packageOf(found.to)
  const rooms = dependencies[name]
  if (!rooms) return `${found.from} imports ${name}, which nobody has classified: list it in ${TABLE}`
  if (rooms.includes(room)) return null
  return `${found.from} imports ${name}, which is not listed for ${room}/ in ${TABLE}`
}

/**
 * Judges one import.
 * @param dependencies which package may be imported where
 * @returns null when it is allowed, otherwise one sentence that names the file, what it imports and the remedy
 */
export function judgeImport(found: Import, dependencies = DEPENDENCIES): string | null {
  if (found.kind === 'unresolved') return `${found.from} imports ${found.to}, which does not exist`
  const room = roomOf(found.from)
  if (room === null) return `${found.from} is in no room: move it, or make the room in ${ARROWS}`
  if (room === 'free') {
    const unlisted = found.kind === 'package' && !dependencies[packageOf(found.to)]
    return unlisted ? `${found.from} imports ${packageOf(found.to)}: list it in ${TABLE}` : null
  }
  if (found.kind === 'file') return judgeFile(found, room)
  if (found.kind === 'package') return judgePackage(found, room, dependencies)
  const { node }: RoomRule = ROOMS[room]
  const allowed = node === 'any' || node.includes(found.to)
  return allowed
    ? null
    : `${found.from} imports ${found.to}, but ${room}/ must also run in a browser (${ARROWS})`
}

/**
 * Compares the table with package.json.
 * @param declared package names of dependencies, devDependencies and optionalDependencies together
 * @returns one sentence for each package that only one side knows
 */
export function judgeDeclared(declared: readonly string[], dependencies = DEPENDENCIES): string[] {
  const named = declared.filter((name) => !name.startsWith('@types/'))
  return [
    ...named
      .filter((name) => !dependencies[name])
      .map((name) => `package.json depends on ${name}, which nobody has classified: list it in ${TABLE}`),
    ...Object.keys(dependencies)
      .filter((name) => !named.includes(name))
      .map((name) => `${TABLE} lists ${name}, which package.json does not depend on: remove it`),
  ]
}

function toImport(
  from: string,
  dependency: ICruiseResult['modules'][number]['dependencies'][number],
): Import {
  const { module, resolved, dependencyTypes } = dependency
  const typeOnly = dependency.typeOnly === true || dependency.preCompilationOnly === true
  if (dependencyTypes.includes('core'))
    return { from, to: `node:${module.replace(/^node:/, '')}`, kind: 'node', typeOnly }
  const isPath = /^[./]/.test(module)
  if (!isPath) return { from, to: module, kind: 'package', typeOnly }
  return { from, to: resolved, kind: dependency.couldNotResolve ? 'unresolved' : 'file', typeOnly }
}

const BUILT = '^(dist|out|coverage|\\.vite|\\.cache|\\.data)/'

/**
 * Reads every import below `root` (types included) and judges it; finds cycles too.
 * @param paths files or folders to look at, relative to `root`
 * @returns one sentence per fault, none when all is well
 */
export async function checkImports(root: string, paths: string[] = ['.']): Promise<string[]> {
  const { output } = await cruise(paths, {
    baseDir: root,
    exclude: { path: BUILT },
    doNotFollow: { path: '(^|/)node_modules/' },
    tsPreCompilationDeps: 'specify',
    ruleSet: {
      forbidden: [{ name: 'cycle', severity: 'error', from: {}, to: { circular: true } }],
    },
    validate: true,
    outputType: 'json',
  })
  const result: ICruiseResult = typeof output === 'string' ? JSON.parse(output) : output
  const faults = result.modules
    .filter((module) => !/(^|\/)node_modules\//.test(module.source))
    .flatMap((module) => module.dependencies.map((dependency) => toImport(module.source, dependency)))
    .map((found) => judgeImport(found))
    .filter((fault) => fault !== null)
  const cycles = result.summary.violations
    .filter((violation) => violation.rule.name === 'cycle')
    .map(({ from, cycle }) => [from, ...(cycle ?? []).map((step) => step.name)])
  const distinct = new Map(cycles.map((path) => [[...new Set(path)].sort().join(), path.join(' → ')]))
  return [...new Set(faults), ...[...distinct.values()].map((path) => `a cycle of imports: ${path}`)]
}

/** The names of all packages that the package.json in `root` depends on. */
export function declaredPackages(root: string): string[] {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((field) =>
    Object.keys(manifest[field] ?? {}),
  )
}
