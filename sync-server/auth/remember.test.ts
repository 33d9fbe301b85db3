import { describe, expect, it } from 'vitest'
import { type Refusal, refuse } from '../../domain/refusals.ts'
import type { Caller } from './caller.ts'
import { rememberCallers } from './remember.ts'
import { createRights } from './rights.ts'

const caller: Caller = { kind: 'staff', staffId: 's', name: 'n', role: 'head_office', branchId: null }

function setUp() {
  const world = { now: 1_000_000, asked: 0, answer: caller as Caller | Refusal }
  const rights = createRights()
  const check = rememberCallers(
    async () => {
      world.asked++
      return world.answer
    },
    () => world.now,
    rights,
  )
  return { world, check, rights }
}

describe('remembered callers', () => {
  it('are proven once within five seconds, each token for itself', async () => {
    const { world, check } = setUp()
    await check('Bearer a')
    world.now += 4999
    expect(await check('Bearer a')).toBe(caller)
    expect(world.asked).toBe(1)
    await check('Bearer b')
    expect(world.asked).toBe(2)
  })

  it('lose their welcome within five seconds of being revoked', async () => {
    const { world, check } = setUp()
    await check('Bearer a')
    world.answer = refuse('device-revoked')
    world.now += 5000
    expect(await check('Bearer a')).toEqual(refuse('device-revoked'))
  })

  it('are forgotten at once when rights change, those included whose proof was under way', async () => {
    const { world, check, rights } = setUp()
    await check('Bearer a')
    const underWay = check('Bearer b')
    rights.changed()
    await underWay
    world.answer = refuse('device-revoked')
    expect(await check('Bearer a')).toEqual(refuse('device-revoked'))
    expect(await check('Bearer b')).toEqual(refuse('device-revoked'))
  })

  it('never include the refused, nor outlast a clock that was set back', async () => {
    const { world, check } = setUp()
    world.answer = refuse('unauthenticated')
    await check('Bearer a')
    world.answer = caller
    expect(await check('Bearer a')).toBe(caller)
    world.now -= 3_600_000
    await check('Bearer a')
    expect(world.asked).toBe(3)
  })
})
