import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const MAIN = new URL('../scripts/simulate/main.ts', import.meta.url).pathname

const folder = mkdtempSync(join(tmpdir(), 'simulate-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What all runs begin with is made by the first of them. */
const ON_STAGE = ['--stage', join(folder, 'stage')]

/** Runs the command; its output also when it ends with a fault. */
const simulate = (...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { maxBuffer: 1 << 28 }, (error, out, err) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err }),
    )
  })

/** Everything that is told of seeds that did not hold, or nothing. */
const failures = (out: string): string =>
  out.includes('DID NOT HOLD') ? out.replace(/^seed \d+: held;.*\n/gm, '') : ''

describe('npm run simulate', () => {
  it('says step by step what it did, and that it held', async () => {
    const { code, out } = await simulate('--seed', '1', '--steps', '10', ...ON_STAGE)
    expect(failures(out)).toBe('')
    expect(out).toMatch(/^ {3}1 {2}/m)
    expect(out).toMatch(/^ {2}10 {2}/m)
    expect(out).toMatch(/seed 1: held; 10 steps/)
    expect(code).toBe(0)
  })

  it('holds with processes that are killed for good', { timeout: 300_000 }, async () => {
    const { code, out, err } = await simulate('--seed', '6', '--steps', '10', '--processes', ...ON_STAGE)
    expect(failures(out)).toBe('')
    expect(out, err).toMatch(/till 2: kill till: killed/)
    expect(code).toBe(0)
  })

  it.each([
    [['--seed', 'x'], /^--seed x: give a whole number from 0 to 4294967295\.\n$/],
    [[], /^Give either --seed/],
  ])('says in a sentence what is wrong with %j', async (args, sentence) => {
    const { code, out, err } = await simulate(...args)
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(sentence)
  })

  it('finds nothing in two hundred seeds', { timeout: 1_200_000 }, async () => {
    const quarters = await Promise.all(
      ['1-50', '51-100', '101-150', '151-200'].map((seeds) =>
        simulate('--seeds', seeds, '--steps', '4', ...ON_STAGE),
      ),
    )
    for (const { code, out, err } of quarters) {
      expect(failures(out)).toBe('')
      expect(out, err).toContain('50 seeds, 0 did not hold')
      expect(code).toBe(0)
    }
  })
})
