import { defineConfig } from 'vitest/config'

const NEVER = ['**/node_modules/**', 'dist/**', '.vite/**', 'out/**', '.data/**', '.cache/**']
const SLOW = ['**/*.slow.test.{ts,tsx}', 'e2e/**/*.test.ts']
const SCREENS = ['e2e/till-screen/**/*.test.ts', 'e2e/console/**/*.test.ts', 'e2e/bad-input.test.ts']

/**
 * Three projects. `fast` answers while one works. `screens` sits at pages in real Chromium, at a person's speed, and so
 * mostly waits: two at a time. `slow` starts real databases and processes, one file at a time, because such tests
 * measure, and a crowded machine would make them lie.
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
          name: 'screens',
          include: SCREENS,
          exclude: NEVER,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'slow',
          include: SLOW,
          exclude: [...NEVER, ...SCREENS],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
