import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Electron's binary, where its installer has put it. The package itself comes without.
 * @param packageDir folder of the installed `electron` package
 * @returns path of the executable, or null when it is not there
 */
export function findElectron(packageDir: string): string | null {
  const pointer = join(packageDir, 'path.txt')
  if (!existsSync(pointer)) return null
  const binary = join(packageDir, 'dist', readFileSync(pointer, 'utf8').trim())
  return existsSync(binary) ? binary : null
}

/** The folder of the `electron` package as this project resolves it. */
export const electronPackageDir = (): string => dirname(new URL(import.meta.resolve('electron')).pathname)

/**
 * Opens a window of Electron on a till's page.
 * @returns a function that closes it
 */
export function openWindow(binary: string, url: string): () => Promise<void> {
  const window = spawn(binary, [url], { stdio: 'ignore' })
  const gone = new Promise<void>((resolve) => {
    window.once('exit', () => resolve())
    window.once('error', () => resolve())
  })
  return () => {
    window.kill()
    return gone
  }
}
