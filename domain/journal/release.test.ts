import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { PRODUCT_VERSION } from './release.ts'

it('names the version that package.json has', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  expect(PRODUCT_VERSION).toBe(version)
})
