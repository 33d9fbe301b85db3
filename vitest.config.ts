import { defineConfig } from 'vitest/config'

const NEVER = ['**/node_modules/**', 'dist/**', '.vite/**', 'out/**', '.data/**', '.cache/**']
const SLOW = ['**/*.slow.test.{ts,tsx}', 'e2e/**/*.test.ts']
const SCREENS = ['e2e/till-screen/**/*.test.ts', 'e2e/console/**/*.test.ts', 'e2e/bad-input.test.ts']

/**
 * Three projects. `fast` answers while one works. `screens` sits at pages in real Chromium, at a person's speed, and so
 * mostly waits. `slow` starts real databases and processes. Both take two files at a time: what a test says about time must
 * hold on a busy machine; `npm run bench` measures, alone on its own.
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
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
