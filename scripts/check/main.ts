import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { checkImports, declaredPackages, judgeDeclared } from './imports.ts'
import { checkTidy } from './tidy.ts'

const ROOT = join(import.meta.dirname, '../..')

const HELP = `npm run check [-- <name>…]
Runs every check that needs no running product; with names, only those:
  format   Biome: format and lint (npm run format mends what can be mended)
  types    TypeScript, strict, the whole project
  imports  arrows between rooms, packages per room, cycles
  unused   knip: files, exports and dependencies that nobody uses
  tidy     our own rules: a pure domain, sizes, no barrels, reasons for suppressions`

/** What a check found wrong; empty when all is well. */
type Check = () => Promise<string>

function tool(script: string, ...args: string[]): Check {
  return () =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [join(ROOT, 'node_modules', script), ...args], {
        cwd: ROOT,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let output = ''
      child.stdout.on('data', (text) => (output += text))
      child.stderr.on('data', (text) => (output += text))
      child.on('error', reject)
      child.on('close', (code) => resolve(code === 0 ? '' : output.trim() || `ended with ${code}`))
    })
}

const CHECKS: Record<string, Check> = {
  types: tool('typescript/bin/tsc', '--project', '.', '--pretty', 'false'),
  format: tool('@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '--colors=off'),
  imports: async () => [...judgeDeclared(declaredPackages(ROOT)), ...(await checkImports(ROOT))].join('\n'),
  unused: tool('knip/bin/knip.js', '--no-progress', '--no-config-hints'),
  tidy: async () => checkTidy(ROOT).join('\n'),
}

/** Runs one check and prints its line; returns whether all was well. */
async function run(name: string): Promise<boolean> {
  const from = performance.now()
  const faults = await CHECKS[name]?.().catch((cause) => String(cause))
  const seconds = ((performance.now() - from) / 1000).toFixed(1)
  console.log(
    `${faults ? '✗' : '✓'} ${name} (${seconds} s)${faults ? `\n${faults.replace(/^/gm, '  ')}\n` : ''}`,
  )
  return !faults
}

/** @returns exit code: 0 all well, 1 something found, 2 not understood */
async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const unknown = positionals.find((name) => !(name in CHECKS))
  if (unknown) {
    console.error(`There is no check called ${unknown}; there are: ${Object.keys(CHECKS).join(', ')}.`)
    return 2
  }
  const names = positionals.length > 0 ? positionals : Object.keys(CHECKS)
  // The type checker takes as long as all others together, and there are seldom fewer than two cores.
  const alone = names.filter((name) => name === 'types').map(run)
  const results: boolean[] = []
  for (const name of names.filter((other) => other !== 'types')) results.push(await run(name))
  results.push(...(await Promise.all(alone)))
  const failed = results.filter((well) => !well).length
  console.log(failed === 0 ? 'All checks passed.' : `${failed} of ${results.length} checks failed.`)
  return failed === 0 ? 0 : 1
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause)
  process.exitCode = 2
}
