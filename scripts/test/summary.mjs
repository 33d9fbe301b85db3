/**
 * What Vitest's JSON reporter writes, as far as we read it.
 * @typedef {{
 *   numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: { status: string, assertionResults: { status: string }[] }[],
 * }} Report
 */

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * Counts one run. A file that could not be loaded has no test that failed, and a run may fail with none at all (an
 * error between tests): each counts as one failure, so that nothing red is ever counted green.
 * @param {{ code: number, report: Report | null }} run
 * @returns {Counts}
 */
function count({ code, report }) {
  if (!report) return { passed: 0, failed: 1, skipped: 0 }
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
 * Adds up the runs.
 * @param {{ code: number, report: Report | null }[]} runs
 * @param {number | null} checkCode exit code of `npm run check`, which counts as one test; null when it did not run
 * @returns {Counts}
 */
export function summarise(runs, checkCode = null) {
  const total = { passed: checkCode === 0 ? 1 : 0, failed: checkCode ? 1 : 0, skipped: 0 }
  for (const counted of runs.map(count)) {
    total.passed += counted.passed
    total.failed += counted.failed
    total.skipped += counted.skipped
  }
  return total
}
