import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { belongsInApp, copyNativePackages, nativeClosure } from './package-files.ts'

const ROOT = join(import.meta.dirname, '../..')

describe('what of a native package belongs into the app', () => {
  it.each([
    'lib/index.js',
    'package.json',
    'LICENSE.md',
    'prebuilds/linux-x64.node',
    'prebuilds/linux-x64/@serialport+bindings-cpp.glibc.node',
    'bin/napi-v6/linux/x64/libonnxruntime.so.1',
    'bin/napi-v6/linux',
    'linux.js',
  ])('%s does', (path) => {
    expect(belongsInApp(path, 'linux', 'x64', true)).toBe(true)
  })

  it.each([
    'prebuilds/linux-arm64.node',
    'prebuilds/linuxmusl-x64.node',
    'prebuilds/darwin-x64+arm64/@serialport+bindings-cpp.node',
    'prebuilds/win32-x64/x.node',
    'bin/napi-v6/linux/arm64/libonnxruntime.so.1',
    'bin/napi-v6/darwin/arm64/onnxruntime_binding.node',
    'deps/sqlite3/sqlite3.c',
    'src/better_sqlite3.cpp',
    'README.md',
    'binding.gyp',
  ])('%s does not', (path) => {
    expect(belongsInApp(path, 'linux', 'x64', true)).toBe(false)
  })

  it('keeps the sources of a package that is not compiled: they are the package', () => {
    expect(belongsInApp('src/index.js', 'linux', 'x64', false)).toBe(true)
    expect(belongsInApp('prebuilds/darwin-x64+arm64/a.node', 'darwin', 'arm64', true)).toBe(true)
  })
})

describe('native packages in an app', () => {
  it('names what they load, and nothing that only installing needs', async () => {
    const closure = await nativeClosure(ROOT)
    expect(closure).toEqual(
      expect.arrayContaining([
        'node_modules/better-sqlite3',
        'node_modules/@serialport/bindings-cpp',
        'node_modules/onnxruntime-common',
        'node_modules/node-gyp-build',
      ]),
    )
    expect(closure.filter((path) => /global-agent|adm-zip|electron/.test(path))).toEqual([])
  })

  it('names the package that is missing', async () => {
    await expect(nativeClosure(ROOT, ['no-such-package'])).rejects.toThrow(
      'no-such-package, which the app needs',
    )
  })

  it('refuses to pack for a system whose packages are not here', async () => {
    await expect(copyNativePackages(ROOT, '/nowhere', 'aix', 'x64')).rejects.toThrow('aix x64')
  })

  it('are whole enough to load', async () => {
    const app = await mkdtemp(join(tmpdir(), 'native-'))
    try {
      await copyNativePackages(ROOT, app, process.platform, process.arch)
      const load = createRequire(join(app, 'main.js'))
      const Database = load('better-sqlite3')
      expect(new Database(':memory:').prepare('select 1 as one').get()).toEqual({ one: 1 })
      expect(load('serialport').SerialPort).toBeTypeOf('function')
      expect(load('onnxruntime-node').InferenceSession).toBeTypeOf('function')
      expect(load('@node-rs/argon2').verify).toBeTypeOf('function')
      expect(existsSync(join(app, 'node_modules/better-sqlite3/deps'))).toBe(false)
    } finally {
      await rm(app, { recursive: true, force: true })
    }
  }, 60_000)
})
