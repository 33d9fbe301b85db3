import { expect, it } from 'vitest'
import { cip13Fault, productIdOf } from './product.ts'

it('knows a CIP13 by its length, prefix and check digit', () => {
  expect(cip13Fault('3400935955838')).toBeNull()
  expect(cip13Fault('3400935955839')).toMatch('check digit')
  expect(cip13Fault('340093595583')).toMatch('13 digits')
  expect(cip13Fault('34009359558AB')).toMatch('13 digits')
  expect(cip13Fault('4006381333931')).toMatch('340')
})

it('gives a presentation the same id for ever', () => {
  expect(productIdOf('3400935955838')).toBe(productIdOf('3400935955838'))
  expect(productIdOf('3400949497294')).toBe('df9cee7d-069d-5e21-8709-387a3b646071')
})
