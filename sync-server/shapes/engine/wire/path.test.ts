import { expect, it } from 'vitest'
import { routedPath } from './path.ts'

it.each([
  ['/v1/shape', '/v1/shape'],
  ['/v1/shape/?table=a//b/', '/v1/shape'],
  ['/v1//shape//', '/v1/shape'],
  ['//v1/%73hape', '/v1/shape'],
  ['/v1/shape/x', '/v1/shape/x'],
  ['/V1/shape', '/V1/shape'],
  ['/', '/'],
  ['//', '/'],
])('%s is routed as %s', (path, routed) => {
  expect(routedPath(new Request(`http://localhost${path}`))).toBe(routed)
})
