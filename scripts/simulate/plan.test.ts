import { describe, expect, it } from 'vitest'
import { TILL_TABLES } from '../../desktop/till/replica/load.ts'
import { type Deed, drawPlan } from './plan.ts'

const draw = (seed: number, steps = 200) => drawPlan({ seed, steps, tills: 3, products: 17 })

describe('a plan', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(draw(7)).toEqual(draw(7))
    expect(draw(8)).not.toEqual(draw(7))
  })

  it('has as many steps as were asked for, and names what there is', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const plan = draw(seed, 50)
      expect(plan).toHaveLength(50)
      for (const step of plan) {
        if ('till' in step) expect([0, 1, 2]).toContain(step.till)
        if (step.anew) expect([0, 1, 2]).toContain(step.anew.till)
        if (step.do === 'sell') for (const item of step.items) expect(item.product).toBeLessThan(17)
      }
    }
  })

  it('has tables fetched anew, now and then, that tills have', () => {
    const asked = [1, 2, 3, 4, 5].flatMap((seed) => draw(seed)).flatMap(({ anew }) => anew ?? [])
    expect(asked.length).toBeGreaterThan(60)
    expect(asked.length).toBeLessThan(200)
    for (const { tables } of asked) expect(TILL_TABLES).toEqual(expect.arrayContaining([...tables]))
  })

  it('has what rots and which twins return drawn beside the deeds, which are what they were without', () => {
    const plans = Array.from({ length: 40 }, (_, seed) => draw(seed))
    const rots = plans.flat().flatMap(({ rot }) => rot ?? [])
    expect([...new Set(rots.map(({ of }) => of))].sort()).toEqual(['hash', 'payload', 'row', 'signature'])
    expect(plans.flat().some(({ twins }) => twins !== null)).toBe(true)
    expect(draw(7, 20)[2]).toMatchObject({ do: 'slow-line', till: 1, ms: 658, thenMs: 0, anew: null })
    expect(draw(8, 20)[2]).toMatchObject({ do: 'open-session', till: 0, float: 0, anew: { till: 1 } })
  })

  it('holds every kind of deed and fault before long', () => {
    const seen = new Set(
      Array.from({ length: 40 }, (_, seed) => draw(seed))
        .flat()
        .map((step) => step.do),
    )
    const all: Record<Deed['do'], true> = {
      sell: true,
      'open-session': true,
      'close-session': true,
      'move-cash': true,
      'no-sale': true,
      'set-price': true,
      wait: true,
      'await-replicas': true,
      'slow-line': true,
      'cut-line': true,
      'half-open-line': true,
      'captive-portal': true,
      'restore-line': true,
      spoil: true,
      'kill-till': true,
      'start-till': true,
      'kill-server': true,
      'start-server': true,
      'kill-postgres': true,
      'start-postgres': true,
      'set-clock': true,
      'fill-disk': true,
      'free-disk': true,
      refund: true,
      'back-up': true,
      restore: true,
      clone: true,
    }
    expect([...seen].sort()).toEqual(Object.keys(all).sort())
  })
})
