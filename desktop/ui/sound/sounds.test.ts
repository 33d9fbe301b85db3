import { expect, test } from 'vitest'
import { createPlayer, SOUNDS } from './sounds.ts'

test('good is one short high tone, bad two low ones', () => {
  expect(SOUNDS.good.map(({ lengthMs }) => lengthMs)).toEqual([60])
  expect(SOUNDS.bad.map(({ lengthMs }) => lengthMs)).toEqual([120, 120])
  expect(Math.max(...SOUNDS.bad.map(({ hz }) => hz))).toBeLessThan(
    Math.min(...SOUNDS.good.map(({ hz }) => hz)) / 4,
  )
})

test('a machine without audio stays silent', () => {
  const play = createPlayer(() => {
    throw new Error('no audio device')
  })
  expect(() => play('bad')).not.toThrow()
})
