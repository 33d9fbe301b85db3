import { existsSync, readdirSync } from 'node:fs'
import { findProgram, runQuietly } from './command.mjs'
import { note, step } from './say.mjs'

/**
 * What the tests use besides npm packages. `needs` recognises the test files that cannot run without it; `instead` is
 * what does as well where the package itself cannot be had.
 * @typedef {{ name: string, present: () => boolean }} StandIn
 * @typedef {{
 *   debian: string, present: () => boolean, purpose: string, needs: RegExp | null, instead?: StandIn,
 * }} SystemPackage
 */

const hasLibrary = (/** @type {RegExp} */ name) =>
  [
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib/aarch64-linux-gnu',
    '/lib/x86_64-linux-gnu',
    '/usr/lib64',
    '/usr/lib',
  ]
    .filter((folder) => existsSync(folder))
    .some((folder) => readdirSync(folder).some((file) => name.test(file)))

/** @type {readonly SystemPackage[]} */
export const SYSTEM_PACKAGES = [
  {
    // Chromium without a window: with one, even unseen, it draws its own tool bars, which takes three times as long.
    debian: 'chromium-headless-shell',
    present: () => existsSync('/usr/bin/chromium-headless-shell'),
    instead: { name: 'chromium', present: () => existsSync('/usr/bin/chromium') },
    purpose: 'tests in a real browser',
    needs: /playwright-core|\/chromium/,
  },
  {
    debian: 'socat',
    present: () => findProgram('socat') !== null,
    purpose: 'tests of serial devices on pseudo-terminals',
    needs: /\bsocat\b/,
  },
  {
    debian: 'libusb-1.0-0',
    present: () => hasLibrary(/^libusb-1\.0\.so/),
    purpose: 'USB scanners and printers',
    needs: null,
  },
  { debian: 'libudev1', present: () => hasLibrary(/^libudev\.so/), purpose: 'finding devices', needs: null },
]

const missing = () => SYSTEM_PACKAGES.filter((entry) => !entry.present())

/** Of these, what nothing stands in for either. */
const lacking = (/** @type {SystemPackage[]} */ entries) =>
  entries.filter(({ instead }) => !instead?.present())

/** How to run apt here: as root, by sudo without a question, or null when there is no right to. */
async function aptPrefix() {
  if (process.getuid?.() === 0) return []
  if (!findProgram('sudo')) return null
  const { code } = await runQuietly('sudo', ['-n', 'true'])
  return code === 0 ? ['sudo', '-n'] : null
}

/** @param {string} output what apt wrote */
function explainAptFailure(output) {
  if (/No space left|not enough free space/i.test(output)) return 'the disk is full'
  if (/Could not get lock|Unable to acquire/i.test(output)) return 'another program is using apt'
  if (
    /Temporary failure resolving|Could not resolve|Failed to fetch|Unable to connect|Cannot initiate/i.test(
      output,
    )
  ) {
    return 'Debian’s packages cannot be reached'
  }
  return output.split('\n').filter((line) => /^E:/.test(line))[0] ?? 'apt did not say why'
}

/**
 * @param {string[]} prefix
 * @param {string[]} names
 * @returns {Promise<string | null>} why it failed, or null
 */
async function aptInstall(prefix, names) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return step(`Debian packages: ${names.join(', ')}`, async (progress) => {
    const apt = (/** @type {string[]} */ ...args) => {
      const [program, ...rest] = [...prefix, 'apt-get', '-qq', '-o', 'DPkg::Lock::Timeout=120', ...args]
      return runQuietly(String(program), rest, { env })
    }
    progress('reading the lists')
    await apt('update')
    progress('installing')
    const { code, output } = await apt('install', '-y', '--no-install-recommends', ...names)
    return code === 0 ? null : explainAptFailure(output)
  })
}

/**
 * Installs the Debian packages that the tests use, where there is apt and the right to. What cannot be installed is
 * said in one sentence, and is no error: the tests that need it are skipped.
 * @returns {Promise<SystemPackage[]>} those still missing
 */
export async function installSystemPackages() {
  const wanted = missing()
  if (wanted.length === 0) return []
  const prefix = findProgram('apt-get') ? await aptPrefix() : null
  if (prefix === null && lacking(wanted).length === 0) return []
  const names = wanted.map((entry) => entry.debian)
  const byHand = `sudo apt-get install ${names.join(' ')}`
  const purposes = wanted.map((entry) => entry.purpose).join(', ')
  if (!findProgram('apt-get')) {
    note(
      `${names.join(', ')}: not found, and this system has no apt; install them by its own means. Without them: no ${purposes}.`,
    )
    return lacking(wanted)
  }
  if (prefix === null) {
    note(
      `${names.join(', ')}: not found, and this user may not install packages; run \`${byHand}\`. Without them: no ${purposes}.`,
    )
    return lacking(wanted)
  }
  let failure = await aptInstall(prefix, names)
  const others = lacking(missing()).map(({ debian, instead }) => instead?.name ?? debian)
  if (others.length > 0) failure = await aptInstall(prefix, others)
  const left = lacking(missing())
  if (left.length > 0) {
    note(
      `Not installed, since ${failure ?? 'apt left them out'}; run \`${byHand}\` later. Without them: no ${purposes}.`,
    )
  }
  return left
}
