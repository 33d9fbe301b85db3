import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { buildScreens } from './setup/screens.mjs'
import { productEnvironment, ROOT, runMain, setUp } from './setup.mjs'

const HELP = `npm start [-- options]
Sets up what is missing, builds the screens when their sources changed, and runs the product with demo data.
  --fresh   begin anew: the demo's data is deleted
Once the packages are installed, npm start -- --help lists every option.`

const STACK = join(ROOT, 'scripts', 'stack', 'main.ts')

/** How long the product may take to stop before it is ended by force, milliseconds. */
const STOP_MAX_MS = 30_000

/**
 * Runs the product and passes on what ends it. The channel to it closes with this process, however it ends, and the
 * product stops when it does: nothing is left behind.
 * @param {string} node
 * @param {string[]} args
 * @returns {Promise<number>} exit code
 */
function runStack(node, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [STACK, ...args], {
      cwd: ROOT,
      env: productEnvironment(),
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    })
    /** @type {NodeJS.Timeout | undefined} */
    let force
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
      process.on(signal, () => {
        child.kill(signal)
        force ??= setTimeout(() => child.kill('SIGKILL'), STOP_MAX_MS)
      })
    }
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(force)
      resolve(code ?? 1)
    })
  })
}

await runMain(async () => {
  const args = process.argv.slice(2)
  const help = args.includes('--help') || args.includes('-h')
  if (help && !existsSync(join(ROOT, 'node_modules', '.package-lock.json'))) {
    console.log(HELP)
    return 0
  }
  const { node } = await setUp()
  if (!help) await buildScreens(ROOT, node)
  return runStack(node, args)
})
