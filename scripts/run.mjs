import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { NODE_MIN, productNode } from './setup/runtime.mjs'
import { leaveOutput } from './setup/say.mjs'
import { productEnvironment, ROOT, runMain, setUp } from './setup.mjs'

/**
 * `node scripts/run.mjs <program> [arguments]`: sets up what is missing, then runs a program of ours on the product's Node.
 * A shell that has found one Node stays with it, so that `set up && run` would run on the old one the first time.
 */
await runMain(async () => {
  const [program = '', ...args] = process.argv.slice(2)
  leaveOutput()
  await setUp()
  const file = join(ROOT, program)
  if (Number.parseInt(process.versions.node, 10) < NODE_MIN.product) return runElsewhere(file, args)
  process.argv.splice(1, 2, file)
  await import(pathToFileURL(file).href)
  return Number(process.exitCode ?? 0)
})

/**
 * @param {string} file
 * @param {string[]} args
 * @returns {Promise<number>} exit code
 */
async function runElsewhere(file, args) {
  const node = await productNode(ROOT)
  return new Promise((resolve, reject) => {
    const child = spawn(node, [file, ...args], { env: productEnvironment(), stdio: 'inherit' })
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
      process.on(signal, () => child.kill(signal))
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
}
