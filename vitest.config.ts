import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const NEVER = ['**/node_modules/**', 'dist/**', '.vite/**', 'out/**', '.data/**', '.cache/**']
const SLOW = ['**/*.slow.test.{ts,tsx}', 'e2e/**/*.test.ts']
const SCREENS = ['e2e/till-screen/**/*.test.ts', 'e2e/console/**/*.test.ts', 'e2e/bad-input.test.ts']

/** Files of more than a minute: begun first, so that none of them is left over alone. */
const LONG = [
  'e2e/simulate.test.ts',
  'e2e/till-screen/accessible.test.ts',
  'e2e/till-screen/selling.test.ts',
  'e2e/till-screen/drawer.test.ts',
  'e2e/bad-input.test.ts',
  'e2e/ring-a-sale.test.ts',
  'sync-server/console/console.slow.test.ts',
  'e2e/first-replica.test.ts',
  'e2e/both-engines.test.ts',
  'e2e/server-down.test.ts',
  'e2e/rehearse.test.ts',
  'desktop/till/replica/verify/verify.slow.test.ts',
  'e2e/restored-till.test.ts',
]

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification) => LONG.some((file) => moduleId.endsWith(`/${file}`))
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

/**
 * Three projects. `fast` answers while one works. `screens` sits at pages in real Chromium, at a person's speed, and so
 * mostly waits. `slow` starts real databases and processes. Both take two files at a time: what a test says about time must
 * hold on a busy machine; `npm run bench` measures, alone on its own.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
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
          // Half of the time went into loading the same modules for each file; none of them keeps anything of a test's.
          isolate: false,
          restoreMocks: true,
          unstubGlobals: true,
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
