import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { SetupError } from './setup/say.mjs'
import { productEnvironment, ROOT, runMain, setUp } from './setup.mjs'
import { failedFiles, heldAgain, summarise } from './test/summary.mjs'

const HELP = `npm test [-- options] [filters]
Sets up what is missing, then runs every test: the fast ones, then those at screens in a browser, then the slow ones
(databases, processes, measures).
  --fast, --screens, --slow   only those
  --check          npm run check first; counted as one test
  filters          parts of file names; only files that match run
A file in which a test failed is run once more, alone, and named if it holds then.
Ends with a failure when a test failed or none ran. The counts are left in .cache/test/summary.txt.`

const REPORTS = join(ROOT, '.cache', 'test')

/** Some hundred processes are started, each of which would strip and compile the same files anew. */
const COMPILED = join(ROOT, '.cache', 'compiled')

/** More failed files than these have one cause, which is not the load: they are not run again. */
const FEW = 3

/** The projects of vitest.config.ts, in the order in which they run. */
const PROJECTS = ['fast', 'screens', 'slow']

/** @param {string[]} args */
function parse(args) {
  const options = args.filter((arg) => arg.startsWith('-'))
  const known = [...PROJECTS.map((project) => `--${project}`), '--check', '--help', '-h']
  const unknown = options.find((option) => !known.includes(option))
  if (unknown) throw new SetupError(`${unknown} is not an option of npm test; see npm test -- --help.`)
  const only = PROJECTS.filter((project) => options.includes(`--${project}`))
  return {
    help: options.includes('--help') || options.includes('-h'),
    check: options.includes('--check'),
    projects: only.length > 0 ? only : PROJECTS,
    filters: args.filter((arg) => !arg.startsWith('-')),
  }
}

/**
 * Test files that cannot run without the given packages: those that name what they need.
 * @param {import('./setup/system-packages.mjs').SystemPackage[]} missing
 * @returns {string[]} paths relative to the root
 */
function filesInNeedOf(missing) {
  const needs = missing.flatMap((entry) => (entry.needs ? [entry.needs] : []))
  if (needs.length === 0) return []
  const files = readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^(node_modules|dist|out|\..*)$/.test(entry.name))
    .flatMap((entry) =>
      readdirSync(join(ROOT, entry.name), { recursive: true, encoding: 'utf8' }).map(
        (path) => `${entry.name}/${path}`,
      ),
    )
    .filter((path) => /\.test\.tsx?$/.test(path))
  return files.filter((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8')
    return path.startsWith('e2e/') || needs.some((pattern) => pattern.test(text))
  })
}

/**
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<number>} exit code
 */
function run(program, args) {
  return new Promise((resolve, reject) => {
    const env = { ...productEnvironment(), NODE_COMPILE_CACHE: COMPILED }
    const child = spawn(program, args, { cwd: ROOT, env, stdio: 'inherit' })
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
}

/**
 * @param {string} node
 * @param {string} project
 * @param {string[]} filters
 * @param {string[]} excluded files
 * @param {string} name of the report
 */
async function runOnce(node, project, filters, excluded, name = project) {
  const report = join(REPORTS, `${name}.json`)
  rmSync(report, { force: true })
  const code = await run(node, [
    join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    '--passWithNoTests',
    ...excluded.flatMap((file) => ['--exclude', file]),
    ...filters,
  ])
  return { code, report: existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : null }
}

/**
 * @param {string} node
 * @param {string} project
 * @param {string[]} filters
 * @param {string[]} excluded files
 * @returns {Promise<import('./test/summary.mjs').Run>}
 */
async function runProject(node, project, filters, excluded) {
  const first = await runOnce(node, project, filters, excluded)
  const failed = failedFiles(first.report)
  if (failed.length === 0 || failed.length > FEW) return first
  console.log(`\nOnce more, with nothing beside it: ${failed.map((file) => relative(ROOT, file)).join(', ')}`)
  const alone = ['--maxWorkers=1', ...failed]
  return { ...first, again: await runOnce(node, project, alone, excluded, `${project}-again`) }
}

await runMain(async () => {
  const { help, check, projects, filters } = parse(process.argv.slice(2))
  if (help) {
    console.log(HELP)
    return 0
  }
  const from = Date.now()
  mkdirSync(REPORTS, { recursive: true })
  const summaryFile = join(REPORTS, 'summary.txt')
  rmSync(summaryFile, { force: true })
  const { node, missing } = await setUp({ system: true })
  const checkCode = check ? await run(node, [join(ROOT, 'scripts', 'check', 'main.ts')]) : null
  const excluded = filesInNeedOf(missing)
  const runs = []
  for (const project of projects) runs.push(await runProject(node, project, filters, excluded))
  const total = summarise(runs, checkCode)
  for (const file of excluded)
    console.log(`Not run, since ${missing.map((entry) => entry.debian).join(', ')} is missing: ${file}`)
  for (const test of runs.flatMap(heldAgain)) console.log(`\nFailed at first, held when run alone: ${test}`)
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ''
  console.log(
    `\nTests: ${total.passed} passed, ${total.failed} failed${skipped} in ${((Date.now() - from) / 1000).toFixed(0)} s`,
  )
  if (total.passed + total.failed === 0) console.log('No test ran; a filter that matches nothing, perhaps.')
  writeFileSync(summaryFile, `${total.passed} passed, ${total.failed} failed\n`)
  return total.failed === 0 && total.passed > 0 ? 0 : 1
})
