import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { installPackages } from './setup/npm-packages.mjs'
import { productNode, requireSetupNode } from './setup/runtime.mjs'
import { leaveOutput, SetupError } from './setup/say.mjs'
import { installSystemPackages } from './setup/system-packages.mjs'

/** The project's folder. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url))

const HELP = `node scripts/setup.mjs [--system]
Installs the npm packages when they are missing or older than package-lock.json; says nothing when all is there.
  --system   also Debian's chromium, socat, libusb-1.0-0 and libudev1, which the tests use`

/**
 * Sets up what is missing. Runs on Node 20, before anything is installed.
 * @param {{ system?: boolean }} [options] `system`: also the Debian packages that tests use
 * @returns {Promise<{ node: string, missing: import('./setup/system-packages.mjs').SystemPackage[] }>} the Node to run
 *   the product on, and what could not be installed
 * @throws SetupError with one sentence on what is wrong and what to do
 */
export async function setUp({ system = false } = {}) {
  requireSetupNode()
  await installPackages(ROOT)
  const missing = system ? await installSystemPackages() : []
  return { node: await productNode(ROOT), missing }
}

/** The environment for programs of ours: what npm brought comes first in the path. */
export function productEnvironment() {
  const separator = process.platform === 'win32' ? ';' : ':'
  return { ...process.env, PATH: [join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(separator) }
}

/**
 * Runs a command's main function; a SetupError becomes one sentence and exit code 1.
 * @param {() => Promise<number>} main resolves with the exit code
 */
export async function runMain(main) {
  try {
    process.exitCode = await main()
  } catch (error) {
    console.error(error instanceof SetupError ? `\n${error.message}` : error)
    process.exitCode = 1
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runMain(async () => {
    const args = process.argv.slice(2)
    if (args.includes('--help') || args.includes('-h')) {
      console.log(HELP)
      return 0
    }
    const unknown = args.find((arg) => arg !== '--system')
    if (unknown) throw new SetupError(`${unknown} is not an option of the set-up; see --help.`)
    leaveOutput()
    await setUp({ system: args.includes('--system') })
    return 0
  })
}
