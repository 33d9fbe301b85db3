import { expect, test } from 'vitest'
import { applyScale, keptScale } from './theme.ts'

function keeping(kept: Record<string, string> = {}) {
  return {
    getItem: (key: string) => kept[key] ?? null,
    setItem: (key: string, value: string) => {
      kept[key] = value
    },
  }
}

test.each([
  [1024, 100],
  [1920, 100],
  [2560, 100],
  [3000, 175],
  [3840, 200],
])('a screen of %i px that nobody has sized yet starts at %i %%', (width, scale) => {
  expect(keptScale(keeping(), width)).toBe(scale)
})

test('what was chosen stays, on any screen', () => {
  const keep = keeping()
  const root = { style: { setProperty: () => {} } } as unknown as HTMLElement
  applyScale(root, keep, 112)
  expect(keptScale(keep, 3840)).toBe(112)
})
