import { existsSync } from 'node:fs'
import { cp, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { PACKAGES_BESIDE } from './node-programs.ts'

/** What a package names to be installed with it. */
interface Manifest {
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

/** Used only where a package is installed or compiled, which is not at a pharmacy. */
const NOT_NEEDED = new Set(['adm-zip', 'global-agent', 'node-addon-api'])

/**
 * The packages that stand beside the bundle, and everything they load, as they lie in node_modules.
 * @param root folder of node_modules
 * @param names packages to begin with
 * @returns folders relative to `root`, each once; optional packages for other systems are not there, and left out
 * @throws Error naming a package that must be there and is not
 */
export async function nativeClosure(
  root: string,
  names: readonly string[] = PACKAGES_BESIDE,
): Promise<string[]> {
  const found = new Set<string>()
  const visit = async (name: string, from: string, optional: boolean): Promise<void> => {
    if (NOT_NEEDED.has(name)) return
    const nested = join(from, 'node_modules', name)
    const folder = existsSync(nested) ? nested : join(root, 'node_modules', name)
    if (!existsSync(folder)) {
      if (optional) return
      throw new Error(`${name}, which ${relative(root, from) || 'the app'} needs, is not installed.`)
    }
    const path = relative(root, folder).split(sep).join('/')
    if (found.has(path)) return
    found.add(path)
    const manifest: Manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    for (const dependency of Object.keys(manifest.dependencies ?? {})) await visit(dependency, folder, false)
    for (const dependency of Object.keys(manifest.optionalDependencies ?? {}))
      await visit(dependency, folder, true)
  }
  for (const name of names) await visit(name, root, false)
  return [...found].sort()
}

const BINARY_OF = /^(linux(?:musl)?|darwin|win32|android|freebsd)(?:-([\w+]+))?(?:\.node)?$/
const ARCH = /^(x64|arm64|ia32|arm)$/
const BUILD_MATTER = /\.(md|map|d\.[cm]?ts|cc?|cpp|h|gyp)$/
const LEGAL = /^(licen[cs]e|notice|copying|thirdparty)/i

/**
 * Whether a file inside a native package belongs into the app for one system: no build matter, and no binary of
 * another system (`prebuilds/darwin-x64+arm64/…`, `prebuilds/linux-x64.node`, `bin/napi-v6/win32/x64/…`).
 * @param path inside the package, with `/`
 * @param isCompiled whether the package is one that can be compiled, so that its sources may be left out
 */
export function belongsInApp(path: string, platform: string, arch: string, isCompiled: boolean): boolean {
  const parts = path.split('/')
  if (LEGAL.test(parts.at(-1) ?? '')) return true
  if (isCompiled && (parts[0] === 'src' || parts[0] === 'deps')) return false
  if (BUILD_MATTER.test(path)) return false
  return parts.every((part, index) => {
    const [, ofPlatform, ofArches] = BINARY_OF.exec(part) ?? []
    if (!ofPlatform) return true
    const next = parts[index + 1] ?? ''
    const arches = ofArches?.split('+') ?? (ARCH.test(next) ? [next] : [arch])
    return ofPlatform === platform && arches.includes(arch)
  })
}

/**
 * Copies the native packages into an app about to be packed.
 * @param root the project
 * @param appDir the app's folder, as Forge laid it out
 * @throws Error when asked for another system than this one: npm installs some binaries for its own system only
 */
export async function copyNativePackages(
  root: string,
  appDir: string,
  platform: string,
  arch: string,
): Promise<void> {
  if (platform !== process.platform || arch !== process.arch) {
    throw new Error(
      `Only an app for ${process.platform} ${process.arch} can be packaged here: package for ${platform} ${arch} on such a machine, where npm installs its native packages.`,
    )
  }
  for (const folder of await nativeClosure(root)) {
    const from = join(root, folder)
    const isCompiled = existsSync(join(from, 'binding.gyp'))
    await cp(from, join(appDir, folder), {
      recursive: true,
      dereference: true,
      filter: (source) => {
        const path = relative(from, source).split(sep).join('/')
        if (path.startsWith('node_modules')) return false
        return path === '' || belongsInApp(path, platform, arch, isCompiled)
      },
    })
  }
}
