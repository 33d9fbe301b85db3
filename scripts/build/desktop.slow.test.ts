import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import ts from 'typescript'
import { build, loadConfigFromFile, mergeConfig } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { textOfPdf } from '../../hardware/protocols/test-pdf.ts'
import { PACKAGES_BESIDE } from './node-programs.ts'

const ROOT = join(import.meta.dirname, '../..')
let app: string
let out: string

/** Builds one part as Forge does, into a folder of this test. */
async function buildPart(part: string): Promise<void> {
  const configFile = join(import.meta.dirname, `${part}.config.ts`)
  const loaded = await loadConfigFromFile({ command: 'build', mode: 'production' }, configFile)
  await build(
    mergeConfig(loaded?.config ?? {}, {
      root: ROOT,
      configFile: false,
      logLevel: 'error',
      build: { outDir: out },
    }),
  )
}

/** Everything that a built file still imports or requires. */
async function importsOf(file: string): Promise<string[]> {
  const text = await readFile(join(out, file), 'utf8')
  const { importedFiles } = ts.preProcessFile(text, true, file.endsWith('.cjs'))
  // What CommonJS packages inside a module ask for goes through a function of the bundler's.
  const required = [...text.matchAll(/\b__require\(["']([^"']+)["']\)/g)].map((found) => String(found[1]))
  return [...new Set([...importedFiles.map((found) => found.fileName), ...required])]
}

const isNode = (name: string) => name.startsWith('node:') || builtinModules.includes(name)

beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), 'desktop-'))
  out = join(app, '.vite', 'build')
  for (const part of ['main', 'preload', 'till']) await buildPart(part)
})
afterAll(() => rm(app, { recursive: true, force: true }))

describe('the built desktop app', () => {
  it('has a preload that needs Electron and nothing else, as a sandbox demands', async () => {
    expect(await importsOf('preload.cjs')).toEqual(['electron'])
  })

  it('has a main process that needs Electron and Node only', async () => {
    const imports = await importsOf('main.cjs')
    expect(imports).toContain('electron')
    expect(imports.filter((name) => name !== 'electron' && !isNode(name))).toEqual([])
  })

  it('has a till that knows no Electron, and brings all but its native packages', async () => {
    const files = (await readdir(out)).filter((file) => file.endsWith('.mjs'))
    expect(files).toContain('till.mjs')
    const imports = (await Promise.all(files.map(importsOf))).flat().filter((name) => !name.startsWith('./'))
    const foreign = imports.filter(
      (name) => !isNode(name) && !PACKAGES_BESIDE.some((known) => known === name),
    )
    expect(foreign).toEqual([])
    const text = await readFile(join(out, 'till.mjs'), 'utf8')
    for (const [, worker] of text.matchAll(/new Worker\(new URL\(["']\.\/([^"']+)["']/g)) {
      expect(files).toContain(worker)
    }
    expect(text).not.toMatch(/new URL\(["'][^"']+\.ts["']/)
  })

  it('has a till that runs', async () => {
    await symlink(join(ROOT, 'node_modules'), join(app, 'node_modules'))
    const help = spawnSync(process.execPath, [join(out, 'till.mjs'), '--help'], { encoding: 'utf8' })
    expect(help).toMatchObject({ status: 0, stderr: '' })
    const refused = spawnSync(process.execPath, [join(out, 'till.mjs'), '--data', join(app, 'data')], {
      encoding: 'utf8',
    })
    expect(refused.status).toBe(2)
    expect(refused.stderr).toContain('not enrolled')
  })

  it('has a thread that lays out a PDF with the fonts it finds beside it', async () => {
    const paper = { title: 'Z 1', elements: [{ kind: 'text', text: 'CLÔTURE' }] }
    const thread = new Worker(join(out, 'pdf-thread.mjs'), {
      workerData: { paper, created: '2026-03-12T09:41:07.000Z' },
    })
    const [bytes] = (await once(thread, 'message')) as [Uint8Array]
    expect(textOfPdf(Buffer.from(bytes))).toEqual([['CLÔTURE']])
  })
})
