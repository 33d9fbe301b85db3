import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { hasten } from './time.ts'

// Loaded before a till or server that runs as a process of its own: its waits are as short as in a run within one process,
// and its clock is as far off as the file beside its data says.

/** Name of the file that says by how many ms a till's clock is ahead. */
const CLOCK_FILE = 'simulated-clock'

/** How often the file is read, ms. */
const LOOK_MS = 200

const folder = process.argv[process.argv.indexOf('--data') + 1] ?? ''
const { now } = Date
const { setInterval: interval } = globalThis
let aheadMs = 0

function look(): void {
  try {
    aheadMs = Number(readFileSync(join(folder, CLOCK_FILE), 'utf8')) || 0
  } catch {
    aheadMs = 0
  }
}

hasten()
if (isMainThread && process.argv.includes('--data')) {
  look()
  interval(look, LOOK_MS).unref()
  Date.now = () => now() + aheadMs
}
