import { join, resolve } from 'node:path'
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import type { UserConfig } from 'vite'

/**
 * How a screen is built: files with hashed names, nothing inline, so that it runs under a policy of `'self'` only.
 * Addresses are relative, since a screen does not know where it is served.
 * @param root folder of its pages
 * @param outDir folder to build into
 * @param pages their files in the root
 */
export function screen(root: string, outDir: string, pages: readonly string[] = ['index.html']): UserConfig {
  return {
    root: resolve(root),
    base: './',
    plugins: [react(), tailwind()],
    build: {
      outDir: resolve(outDir),
      emptyOutDir: true,
      rolldownOptions: { input: pages.map((page) => join(resolve(root), page)) },
      assetsInlineLimit: 0,
      license: true,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 1000,
    },
    clearScreen: false,
  }
}
