import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { folderOf, META, removeFolders, year } from './test-data.ts'

afterAll(removeFolders)

describe('the command', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], { encoding: 'utf8' })

  it('prints one JSON object, in which the trees beat both statistical methods', () => {
    const args = [
      '--data',
      folderOf(META, year(8)),
      '--json',
      '--trees',
      '30',
      '--rows',
      '6000',
      '--origins',
      '1',
    ]
    const { stdout, status } = run(...args)
    expect(status).toBe(0)
    const { methods } = JSON.parse(stdout) as { methods: { name: string; measures: { spl: number } }[] }
    const [naive, average, trees] = methods.map((method) => method.measures.spl)
    expect(trees).toBeLessThan(Math.min(naive ?? 0, average ?? 0))
  })

  it('says in one sentence what is wrong', () => {
    expect(run()).toMatchObject({
      status: 1,
      stdout: '',
      stderr: '--data <folder> is missing; see --help.\n',
    })
    expect(run('--data', '.', '--origins', 'two').stderr).toBe('--origins must be a whole number above 0.\n')
    expect(run('--data', tmpdir()).stderr).toMatch(
      /^\S+meta.json cannot be read: there is no such file or folder\.\n$/,
    )
    expect(run('--dta', '.')).toMatchObject({
      status: 1,
      stderr: "Unknown option '--dta': see npm run forecast:backtest -- --help.\n",
    })
    expect(run('--help').stdout).toMatch(/--origins/)
  })
})
