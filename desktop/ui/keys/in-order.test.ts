import { expect, test } from 'vitest'
import { pressInOrder } from './in-order.ts'

const keyOf = (key: string) => ({ key, ctrl: false, shift: false, repeat: false })

function keyboard() {
  const did: string[] = []
  const till = { told: false }
  const timers: (() => void)[] = []
  const press = pressInOrder({
    press: ({ key }) => {
      if ([...key].length === 1) return false
      did.push(key)
      return true
    },
    mustWait: ({ key }) => key === 'F12' && !till.told,
    type: (char) => did.push(`types ${char}`),
    setTimeout: (task) => timers.push(task),
  })
  const pass = () => {
    for (const task of timers.splice(0)) task()
  }
  return { did, till, press: (key: string) => press(keyOf(key)), pass }
}

test('keys behind a scan that the till has not told of yet are pressed once it has, in their order', () => {
  const { did, till, press, pass } = keyboard()
  expect(press('F1')).toBe(true)
  expect(press('F12')).toBe(true)
  expect([press('5'), press('Enter')]).toEqual([true, true])
  pass()
  expect(did).toEqual(['F1'])
  till.told = true
  pass()
  expect(did).toEqual(['F1', 'F12', 'types 5', 'Enter'])
  expect(press('x')).toBe(false)
})

test('nothing waits when there is nothing to wait for', () => {
  const { did, till, press } = keyboard()
  till.told = true
  press('F12')
  expect(did).toEqual(['F12'])
})
