import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runQuietly } from './command.mjs'
import { SetupError } from './say.mjs'

/** The oldest Node that may start the set-up, and the one that the product runs on. */
export const NODE_MIN = { setup: 20, product: 24 }

const majorOf = (/** @type {string} */ version) => Number(/^v?(\d+)\./.exec(version)?.[1] ?? 0)

/** @param {string} version such as `v20.20.2`; @throws SetupError when even the set-up cannot run on it */
export function requireSetupNode(version = process.version) {
  if (majorOf(version) >= NODE_MIN.setup) return
  throw new SetupError(
    `This is Node ${version}; Node ${NODE_MIN.setup} or newer is needed. Install Node ${NODE_MIN.product} and run the command again.`,
  )
}

/**
 * The Node that the product runs on: npm brings it on Linux x64, elsewhere the system's own must be new enough.
 * @param {string} root
 * @returns {Promise<string>} path of the program
 * @throws SetupError when there is none
 */
export async function productNode(root) {
  const brought = join(root, 'node_modules', '.bin', 'node')
  for (const candidate of existsSync(brought) ? [brought, process.execPath] : [process.execPath]) {
    const { code, output } = await runQuietly(candidate, ['--version'])
    if (code === 0 && majorOf(output) >= NODE_MIN.product) return candidate
  }
  throw new SetupError(
    `The product runs on Node ${NODE_MIN.product}, which npm brings on Linux x64 only, and this is Node ${process.version}: install Node ${NODE_MIN.product} and run the command again.`,
  )
}
