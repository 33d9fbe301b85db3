import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runQuietly } from './command.mjs'
import { SetupError, step } from './say.mjs'

/**
 * The two screens that browsers load, and everything that goes into each.
 * @typedef {{ name: string, config: string, out: string, sources: string[] }} Screen
 */

const SHARED = ['ui-kit', 'domain', 'scripts/build/ui.ts', 'package-lock.json', 'tsconfig.json']

/** @type {readonly Screen[]} */
export const SCREENS = [
  {
    name: 'till',
    config: 'vite.till-ui.config.ts',
    out: 'dist/till-ui',
    sources: ['desktop/ui', 'desktop/bridge', 'vite.till-ui.config.ts', ...SHARED],
  },
  {
    name: 'console',
    config: 'vite.console.config.ts',
    out: 'dist/console',
    sources: ['sync-server/console', 'migrations', 'vite.console.config.ts', ...SHARED],
  },
]

/** @param {string} path @returns {string[]} every file at or below it, tests left out, in order */
function filesUnder(path) {
  if (!existsSync(path)) return []
  if (statSync(path).isFile()) return [path]
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/\.test\.tsx?$/.test(name))
    .sort()
    .map((name) => join(path, name))
    .filter((file) => statSync(file).isFile())
}

/**
 * Names the content of sources: the same for the same files, whatever their dates.
 * @param {string} root
 * @param {string[]} sources files and folders
 */
export function hashOfSources(root, sources) {
  const hash = createHash('sha256')
  for (const file of sources.flatMap((source) => filesUnder(join(root, source)))) {
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(readFileSync(file))
      .update('\0')
  }
  return hash.digest('hex')
}

/**
 * Builds the screens whose sources changed since they were built last; all that are due at the same time.
 * @param {string} root
 * @param {string} node the Node to build with
 * @throws SetupError with the first lines of the builder's complaint
 */
export async function buildScreens(root, node) {
  const stamps = join(root, '.cache', 'screens')
  mkdirSync(stamps, { recursive: true })
  const due = SCREENS.map((screen) => ({
    ...screen,
    hash: hashOfSources(root, screen.sources),
    stamp: join(stamps, screen.name),
  })).filter(
    ({ out, hash, stamp }) =>
      !existsSync(join(root, out, 'index.html')) ||
      !existsSync(stamp) ||
      readFileSync(stamp, 'utf8') !== hash,
  )
  if (due.length === 0) return
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  await step(`building the screens: ${due.map(({ name }) => name).join(', ')}`, async () => {
    await Promise.all(
      due.map(async ({ name, config, hash, stamp }) => {
        const { code, output } = await runQuietly(node, [vite, 'build', '--config', config], { cwd: root })
        if (code !== 0)
          throw new SetupError(`The ${name} screen did not build:\n${output.trim().slice(-2000)}`)
        writeFileSync(stamp, hash)
      }),
    )
  })
}
