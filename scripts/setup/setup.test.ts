import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { failedFiles, heldAgain, summarise } from '../test/summary.mjs'
import { explainNpmFailure, isInstalled } from './npm-packages.mjs'
import { requireSetupNode } from './runtime.mjs'

describe('what is installed', () => {
  const locked = {
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/a-win32': { version: '1.0.0', integrity: 'sha512-w', optional: true },
  }
  const a = { version: '1.0.0', integrity: 'sha512-a' }

  it('is enough when only another system’s packages are missing', () => {
    expect(isInstalled(locked, { 'node_modules/a': a })).toBe(true)
  })

  it.each([
    ['nothing', undefined],
    ['an interrupted install', {}],
    ['another version', { 'node_modules/a': { ...a, version: '1.0.1' } }],
    ['another content', { 'node_modules/a': { ...a, integrity: 'sha512-b' } }],
    ['an old optional package', { 'node_modules/a': a, 'node_modules/a-win32': { version: '0.9.0' } }],
  ])('is not enough: %s', (_why, installed) => {
    expect(isInstalled(locked, installed)).toBe(false)
  })
})

describe('one sentence for each way the set-up fails', () => {
  it.each([
    ['npm error code ENOTFOUND\nnpm error network request to … failed', 'registry cannot be reached'],
    ['npm error code ENOSPC\nnpm error nospc ENOSPC: no space left on device', 'disk is full'],
    ['npm error code EACCES', 'cannot be written'],
    ['npm error code EUSAGE\nnpm error `npm ci` can only install packages when in sync', 'differ'],
    ['npm error code EINTEGRITY', 'does not match'],
  ])('%s', (output, sentence) => {
    expect(explainNpmFailure(output)).toContain(sentence)
  })

  it('passes on what it does not know, without noise', () => {
    const output = 'npm warn EBADENGINE x\nnpm error gremlins\nnpm error A complete log of this run is at /x'
    expect(explainNpmFailure(output)).toBe('npm could not install the packages: gremlins')
  })

  it('names the Node that is needed', () => {
    expect(() => requireSetupNode('v18.19.0')).toThrow('Node 20 or newer')
    expect(() => requireSetupNode('v20.0.0')).not.toThrow()
    expect(() => requireSetupNode('v100.0.0')).not.toThrow()
  })
})

describe('a command', () => {
  const run = (...args: string[]) =>
    new Promise<{ code: unknown; out: string; err: string }>((resolve) => {
      const main = fileURLToPath(new URL('../run.mjs', import.meta.url))
      execFile(process.execPath, [main, ...args], (error, out, err) =>
        resolve({ code: error?.code ?? 0, out, err }),
      )
    })

  it('has its output, its sentence and its exit code to itself', async () => {
    const help = await run('sync-server/audit/main.ts', '--help')
    expect(help).toMatchObject({ code: 0, err: '' })
    expect(help.out).toMatch(/^Checks a ledger offline/)
    const missing = await run('sync-server/audit/main.ts', 'verify', '/no/such/file')
    expect(missing).toEqual({
      code: 2,
      out: '',
      err: '/no/such/file cannot be read: there is no such file or folder\n',
    })
  })
})

describe('the summary of a test run', () => {
  const report = (passed: number, failed: number, files: { status: string; tests: string[] }[] = []) => ({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: 1,
    numTodoTests: 0,
    testResults: files.map(({ status, tests }, index) => ({
      name: `${index}.test.ts`,
      status,
      assertionResults: tests.map((test) => ({
        status: test,
        fullName: `does ${test}`,
        failureMessages: ['Error: 3'],
      })),
    })),
  })

  it('adds up runs and the check', () => {
    const runs = [
      { code: 0, report: report(10, 0) },
      { code: 1, report: report(4, 2, [{ status: 'failed', tests: ['failed', 'failed'] }]) },
    ]
    expect(summarise(runs)).toEqual({ passed: 14, failed: 2, skipped: 2 })
    expect(summarise(runs, 0)).toMatchObject({ passed: 15, failed: 2 })
    expect(summarise(runs, 1)).toMatchObject({ passed: 14, failed: 3 })
  })

  describe('of files that failed and were run again alone', () => {
    const first = report(3, 1, [
      { status: 'failed', tests: ['failed', 'passed'] },
      { status: 'passed', tests: ['passed', 'passed', 'skipped'] },
    ])

    it('counts what held then, and says so', () => {
      const run = {
        code: 1,
        report: first,
        again: { code: 0, report: report(2, 0, [{ status: 'passed', tests: ['passed', 'passed'] }]) },
      }
      expect(summarise([run])).toEqual({ passed: 4, failed: 0, skipped: 2 })
      expect(heldAgain(run)).toEqual(['does failed\nError: 3'])
      expect(failedFiles(first)).toEqual(['0.test.ts'])
    })

    it('counts what failed again', () => {
      const run = {
        code: 1,
        report: first,
        again: { code: 1, report: report(1, 1, [{ status: 'failed', tests: ['failed', 'passed'] }]) },
      }
      expect(summarise([run])).toEqual({ passed: 3, failed: 1, skipped: 2 })
      expect(heldAgain(run)).toEqual([])
    })

    it('counts as a failure when nothing ran again', () => {
      expect(summarise([{ code: 1, report: first, again: { code: 1, report: null } }]).failed).toBe(1)
    })
  })

  it.each([
    ['a file that does not load', { code: 1, report: report(3, 0, [{ status: 'failed', tests: [] }]) }],
    ['an error between tests', { code: 1, report: report(3, 0, [{ status: 'passed', tests: ['passed'] }]) }],
    ['no report at all', { code: 134, report: null }],
  ])('counts as one failure: %s', (_why, run) => {
    expect(summarise([run]).failed).toBe(1)
  })
})
