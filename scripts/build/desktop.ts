import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'

const ROOT = join(import.meta.dirname, '../..')

/** What the desktop app is made of: Electron's main process and preload, the till beside them, and the screen. */
const PARTS = ['main', 'preload', 'till', 'renderer']

const names = process.argv.slice(2)
if (names.includes('--help')) {
  console.log(
    `npm run build:desktop [-- part…]\nBuilds the desktop app into .vite/: ${PARTS.join(', ')}. npm run make packages it.`,
  )
  process.exit(0)
}
const unknown = names.find((name) => !PARTS.includes(name))
if (unknown) {
  console.error(`There is no part called ${unknown}; there are: ${PARTS.join(', ')}.`)
  process.exit(2)
}
process.chdir(ROOT)
if (names.length === 0) await rm(join(ROOT, '.vite'), { recursive: true, force: true })
for (const part of names.length > 0 ? names : PARTS) {
  await build({ configFile: join(ROOT, 'scripts', 'build', `${part}.config.ts`), logLevel: 'warn' })
  console.log(`built ${part}`)
}
