// statfs is young: a named import would fail on an old Node before we can say that it is too old.
import fs, { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { findProgram, runQuietly } from './command.mjs'
import { SetupError, step } from './say.mjs'

/** node_modules takes 1.4 GB, npm's cache half a GB. */
const DISK_NEEDED_BYTES = 2.2e9

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean,
 *   os?: string[], cpu?: string[] }} LockedPackage */

/**
 * Compares what is installed with what is locked. npm writes its record of what it installed last of all, so that an
 * interrupted install has none.
 * @param {Record<string, LockedPackage>} locked `packages` of package-lock.json
 * @param {Record<string, LockedPackage> | undefined} installed `packages` of node_modules/.package-lock.json
 * @returns {boolean} whether every package that must be there is there in the locked version
 */
export function isInstalled(locked, installed) {
  if (!installed) return false
  return Object.entries(locked).every(([path, wanted]) => {
    if (path === '') return true
    const found = installed[path]
    if (!found) return wanted.optional === true || wanted.devOptional === true
    return found.version === wanted.version && found.integrity === wanted.integrity
  })
}

/** @param {string} path @returns {Record<string, LockedPackage> | undefined} */
function readPackages(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined
}

const FAILURES = [
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|network/i,
    'The npm registry cannot be reached: check the network (or the proxy in npm’s settings) and run the command again.',
  ],
  [/ENOSPC/, 'The disk is full: the packages need about 2 GB. Free some space and run the command again.'],
  [
    /EACCES|EPERM|EROFS/,
    'This folder (or npm’s cache) cannot be written: give this user the right to, or run as its owner.',
  ],
  [
    /EUSAGE|not in sync|lock file/i,
    'package.json and package-lock.json differ: run `npm install` once and keep the lock it writes.',
  ],
  [
    /EINTEGRITY/,
    'A downloaded package does not match package-lock.json: run `npm cache clean --force` and try again.',
  ],
]

/**
 * Turns npm's last words into one sentence.
 * @param {string} output what npm wrote
 */
export function explainNpmFailure(output) {
  const known = FAILURES.find(([pattern]) => /** @type {RegExp} */ (pattern).test(output))
  if (known) return String(known[1])
  const lines = output.split('\n').filter((line) => line.trim() && !/complete log|EBADENGINE/.test(line))
  return `npm could not install the packages: ${lines
    .slice(-4)
    .join(' ')
    .replace(/npm error /g, '')}`
}

/** Our own node_modules/.bin leaves the path: npm empties that folder while it runs. @param {string} root */
function npmEnvironment(root) {
  const own = join(root, 'node_modules', '.bin')
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== own)
  return { ...process.env, PATH: path.join(delimiter), ONNXRUNTIME_NODE_INSTALL: 'skip' }
}

/**
 * npm as this machine has it, on a Node that does not lie in the folder npm is about to empty.
 * @param {string} root
 * @returns {(args: string[]) => Promise<{ code: number, output: string }>}
 */
function npmRunner(root) {
  const env = npmEnvironment(root)
  const node = findProgram('node', env.PATH)
  const npm =
    findProgram('npm', env.PATH) ??
    (node && existsSync(join(dirname(node), 'npm')) ? join(dirname(node), 'npm') : null)
  if (!npm)
    throw new SetupError('npm is not to be found: install Node 24 with its npm and run the command again.')
  return (args) => runQuietly(npm, args, { cwd: root, env, shell: process.platform === 'win32' })
}

/**
 * The packages that npm will put on this system: those meant for others are left out.
 * @param {Record<string, LockedPackage>} locked
 */
function expectedHere(locked) {
  const fits = (/** @type {string[] | undefined} */ named, /** @type {string} */ own) =>
    !named || named.includes(own)
  return Object.entries(locked)
    .filter(([path, { os, cpu }]) => path !== '' && fits(os, process.platform) && fits(cpu, process.arch))
    .map(([path]) => path)
}

/** The packages whose install scripts package.json allows and that this system has. @param {string} root */
function scriptsToRun(root) {
  const { allowScripts = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return Object.keys(allowScripts).filter(
    (name) => allowScripts[name] && existsSync(join(root, 'node_modules', name)),
  )
}

/** @param {string} root @throws SetupError when there is too little room for the packages */
function requireDiskSpace(root) {
  const { bavail, bsize } = fs.statfsSync(root)
  if (bavail * bsize >= DISK_NEEDED_BYTES) return
  const free = ((bavail * bsize) / 1e9).toFixed(1)
  throw new SetupError(
    `The disk has ${free} GB free, and the packages need about 2 GB: free some space and run the command again.`,
  )
}

/**
 * Installs the locked npm packages when they are missing or older than the lock; otherwise does nothing.
 * Install scripts run only for the packages that package.json allows, whatever npm's age.
 * @param {string} root folder of package.json
 * @returns {Promise<boolean>} whether anything was installed
 * @throws SetupError with one sentence on what went wrong
 */
export async function installPackages(root) {
  const locked = readPackages(join(root, 'package-lock.json')) ?? {}
  const record = join(root, 'node_modules', '.package-lock.json')
  if (isInstalled(locked, readPackages(record))) return false
  requireDiskSpace(root)
  const npm = npmRunner(root)
  const expected = expectedHere(locked)
  await step('npm packages (once; about 1.4 GB on disk)', async (progress) => {
    const count = () => expected.filter((path) => existsSync(join(root, path, 'package.json'))).length
    const timer = setInterval(() => progress(`${count()} of ${expected.length}`), 1000)
    try {
      const flags = ['--loglevel=error', '--no-audit', '--no-fund', '--prefer-offline']
      const installed = await npm(['ci', '--ignore-scripts', ...flags])
      if (installed.code !== 0) throw new SetupError(explainNpmFailure(installed.output))
      progress('their set-up scripts')
      const rebuilt = await npm(['rebuild', ...scriptsToRun(root), '--loglevel=error'])
      if (rebuilt.code !== 0) throw new SetupError(explainNpmFailure(rebuilt.output))
    } finally {
      clearInterval(timer)
    }
  })
  return true
}
