import { resolve } from 'node:path'
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import type { UserConfig } from 'vite'

/**
 * How a screen is built: files with hashed names, nothing inline, so that it runs under a policy of `'self'` only.
 * Addresses are relative, since a screen does not know where it is served.
 * @param root folder of its index.html
 * @param outDir folder to build into
 */
export function screen(root: string, outDir: string): UserConfig {
  return {
    root: resolve(root),
    base: './',
    plugins: [react(), tailwind()],
    build: {
      outDir: resolve(outDir),
      emptyOutDir: true,
      assetsInlineLimit: 0,
      license: true,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 1000,
    },
    clearScreen: false,
  }
}
