import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8')

/** Role name → [light, dark] as `#rrggbb`. */
const roles = new Map(
  [...css.matchAll(/--role-([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map((match) => [
    match[1] as string,
    [match[2] as string, match[3] as string] as const,
  ]),
)

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** Contrast ratio of two colours, 1 to 21. */
function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

const SURFACES = ['surface', 'raised', 'control', 'control-hover'] as const

/** [foreground, backgrounds, target]: 7 for money and names, 4.5 for other text, 3 for marks and borders. */
const PAIRS: readonly (readonly [string, readonly string[], number])[] = [
  ['text', [...SURFACES, 'control-pressed', 'accent-tint'], 7],
  ['text-second', [...SURFACES, 'accent-tint'], 4.5],
  ['accent-text', ['surface', 'raised', 'control', 'accent-tint'], 4.5],
  ['on-accent', ['accent', 'accent-hover', 'accent-pressed'], 4.5],
  ['on-accent-tint', ['accent-tint'], 7],
  ['border', ['surface', 'raised'], 3],
  ['ring', [...SURFACES, 'accent-tint', 'good-tint', 'warn-tint', 'bad-tint'], 3],
  ...(['good', 'warn', 'bad'] as const).flatMap(
    (tone) =>
      [
        [tone, [`${tone}-tint`], 7],
        [tone, ['surface', 'raised', 'control'], 4.5],
        [`${tone}-mark`, [`${tone}-tint`, 'surface', 'raised'], 3],
      ] as const,
  ),
]

describe.each([
  ['light', 0],
  ['dark', 1],
] as const)('the %s theme', (_name, theme) => {
  test.each(
    PAIRS.flatMap(([foreground, backgrounds, target]) =>
      backgrounds.map((background) => [foreground, background, target] as const),
    ),
  )('%s on %s reaches %d', (foreground, background, target) => {
    const [front, back] = [roles.get(foreground)?.[theme], roles.get(background)?.[theme]]
    if (!front || !back) throw new Error(`no such role: ${front ? background : foreground}`)
    expect(contrast(front, back)).toBeGreaterThanOrEqual(target)
  })
})

test('every role that is text, border, ring or mark is in a pair', () => {
  const paired = new Set(PAIRS.flatMap(([foreground, backgrounds]) => [foreground, ...backgrounds]))
  expect([...roles.keys()].filter((role) => !paired.has(role) && role !== 'hairline')).toEqual([])
})
