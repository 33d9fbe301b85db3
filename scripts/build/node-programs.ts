import { builtinModules } from 'node:module'
import { dirname, resolve } from 'node:path'
import type { Plugin, UserConfig } from 'vite'

/**
 * Packages with native code, or with files they look for beside themselves (fonts), cannot be bundled: they are copied
 * beside the bundle (see scripts/build/package-files.ts).
 */
export const PACKAGES_BESIDE = [
  'better-sqlite3',
  'serialport',
  'onnxruntime-node',
  '@node-rs/argon2',
  'pdfkit',
  'dejavu-fonts-ttf',
] as const

const BUILTINS = [...builtinModules, /^node:/]

const OUT_DIR = resolve('.vite/build')

/** Shared by all three: no minifying, since a stack trace from a pharmacy is worth more than a few kilobytes. */
const COMMON = {
  outDir: OUT_DIR,
  emptyOutDir: false,
  minify: false,
  target: 'node24',
  copyPublicDir: false,
} as const

/**
 * How Electron's main process or its preload is built: one CommonJS file, nothing but Electron and Node outside.
 * A sandboxed preload can load nothing else, so `preload` has not even Node's modules outside.
 */
export function electronProgram(name: 'main' | 'preload', entry: string): UserConfig {
  return {
    build: {
      ...COMMON,
      ssr: true,
      lib: false,
      rolldownOptions: {
        input: { [name]: entry },
        external: ['electron', ...(name === 'main' ? BUILTINS : [])],
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
    ssr: { noExternal: true, target: 'node' },
  }
}

/** `new Worker(new URL('./x.ts', import.meta.url))`: builds x as a file beside the program, and names that. */
function workerThreads(): Plugin {
  const started = /new Worker\(\s*new URL\('(\.[^']*)\/([\w-]+)\.ts', import\.meta\.url\)/g
  return {
    name: 'worker-threads',
    // Sees the source as it is written.
    enforce: 'pre',
    transform(code, id) {
      if (!code.includes('new Worker(')) return null
      return code.replace(started, (_found, folder: string, name: string) => {
        const file = resolve(dirname(id), folder, `${name}.ts`)
        this.emitFile({ type: 'chunk', id: file, fileName: `${name}.mjs` })
        return `new Worker(new URL('./${name}.mjs', import.meta.url)`
      })
    },
  }
}

/** How the till is built: an ES module with its worker threads beside it, native packages outside. */
export function tillProgram(entry: string): UserConfig {
  return {
    plugins: [workerThreads()],
    build: {
      ...COMMON,
      ssr: true,
      lib: false,
      rolldownOptions: {
        input: { till: entry },
        external: [...BUILTINS, ...PACKAGES_BESIDE],
        output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: 'till-[name]-[hash].mjs' },
      },
    },
    ssr: { noExternal: true, external: [...PACKAGES_BESIDE], target: 'node' },
  }
}
