import { defineConfig } from 'vitest/config'

const NEVER = ['**/node_modules/**', 'dist/**', '.vite/**', 'out/**', '.data/**', '.cache/**']
const SLOW = ['**/*.slow.test.{ts,tsx}', 'e2e/**/*.test.ts']

/**
 * Two projects. `fast` answers while one works; `slow` starts real databases, browsers and processes, one
 * file at a time, because such tests measure and wait, and a crowded machine would make them lie.
 */
export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['**/*.test.{ts,tsx}'],
          exclude: [...NEVER, ...SLOW],
          testTimeout: 15_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'slow',
          include: SLOW,
          exclude: NEVER,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
