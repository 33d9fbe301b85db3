/**
 * What Vitest's JSON reporter writes, as far as we read it.
 * @typedef {{
 *   numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: { name: string, status: string, assertionResults: Assertion[] }[],
 * }} Report
 */

/** @typedef {{ status: string, fullName: string, failureMessages?: string[] }} Assertion */

/**
 * One run, and what came of the files that failed in it when each was run once more, with nothing beside it.
 * @typedef {{ code: number, report: Report | null, again?: { code: number, report: Report | null } }} Run
 */

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * Files of which a test failed, or that could not be loaded.
 * @param {Report | null} report
 * @returns {string[]} paths
 */
export const failedFiles = (report) =>
  (report?.testResults ?? []).filter(({ status }) => status === 'failed').map(({ name }) => name)

/**
 * The tests that failed at first and held when their file was run again alone: a fault of the test or of the product
 * under load, to be looked at, but no reason to throw the work away.
 * @param {Run} run
 * @returns {string[]} each with what was said at first
 */
export function heldAgain({ report, again }) {
  const red = new Set(failedFiles(again?.report ?? null))
  return (again?.report?.testResults ?? [])
    .filter(({ name }) => !red.has(name))
    .flatMap(({ name }) => report?.testResults.filter((file) => file.name === name) ?? [])
    .flatMap(({ assertionResults }) => assertionResults.filter(({ status }) => status === 'failed'))
    .map(({ fullName, failureMessages }) => [fullName, ...(failureMessages ?? [])].join('\n'))
}

/**
 * Counts one run. A file that could not be loaded has no test that failed, and a run may fail with none at all (an
 * error between tests): each counts as one failure, so that nothing red is ever counted green.
 * @param {Run} run
 * @returns {Counts}
 */
function count({ code, report, again }) {
  if (!report) return { passed: 0, failed: 1, skipped: 0 }
  if (again) return add(count({ code: 0, report: without(report, failedFiles(report)) }), count(again))
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  )
  const failed = report.numFailedTests + brokenFiles.length
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/**
 * @param {Report} report
 * @param {string[]} files
 * @returns {Report}
 */
function without(report, files) {
  const testResults = report.testResults.filter(({ name }) => !files.includes(name))
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  /** @param {string[]} kinds */
  const of = (...kinds) => tests.filter(({ status }) => kinds.includes(status)).length
  return {
    numPassedTests: of('passed'),
    numFailedTests: of('failed'),
    numPendingTests: of('pending', 'skipped', 'disabled'),
    numTodoTests: of('todo'),
    testResults,
  }
}

/**
 * @param {Counts} one
 * @param {Counts} other
 * @returns {Counts}
 */
const add = (one, other) => ({
  passed: one.passed + other.passed,
  failed: one.failed + other.failed,
  skipped: one.skipped + other.skipped,
})

/**
 * Adds up the runs.
 * @param {Run[]} runs
 * @param {number | null} checkCode exit code of `npm run check`, which counts as one test; null when it did not run
 * @returns {Counts}
 */
export function summarise(runs, checkCode = null) {
  const checked = { passed: checkCode === 0 ? 1 : 0, failed: checkCode ? 1 : 0, skipped: 0 }
  return runs.map(count).reduce(add, checked)
}
