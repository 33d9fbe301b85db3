import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFrontier, type Frontier } from './frontier.ts'
import { watchLaggards } from './laggards.ts'
import type { FollowedShape } from './streams.ts'

/** A shape that answers probes with the given LSN, or not at all. */
function shape(answer: bigint | null): FollowedShape & { probed: number; refreshed: number } {
  const it = {
    probed: 0,
    refreshed: 0,
    probe: async () => {
      it.probed++
      return answer
    },
    refresh: () => {
      it.refreshed++
    },
    stop: () => {},
  }
  return it
}

describe('shapes that hold others back', () => {
  let frontier: Frontier
  beforeEach(() => {
    vi.useFakeTimers()
    frontier = createFrontier(10n)
    for (const name of ['sale', 'branch', 'staff']) frontier.follow(name, 10n)
    frontier.receive('sale', [{ operation: 'insert', row: { id: '1' }, lsn: 20n, op: 0 }])
    frontier.reached('sale', 20n)
  })
  afterEach(() => vi.useRealTimers())

  it('are asked, and their silence lets the others through', async () => {
    const followed = new Map([
      ['branch', shape(20n)],
      ['staff', shape(25n)],
    ])
    const moved = vi.fn()
    const laggards = watchLaggards(frontier, followed, moved)
    laggards.look()
    await vi.advanceTimersByTimeAsync(50)
    expect(moved).toHaveBeenCalledTimes(2)
    expect(frontier.release(100)?.lsn).toBe(20n)
    await vi.advanceTimersByTimeAsync(10_000)
    expect([...followed.values()].map((each) => each.probed)).toEqual([1, 1])
    laggards.stop()
  })

  it('are not asked again, nor broken off, while their answer is under way on a slow line', async () => {
    let answered = (_: bigint) => {}
    const slow = {
      ...shape(null),
      refresh: vi.fn(),
      probe: vi.fn(() => new Promise<bigint>((resolve) => (answered = resolve))),
    }
    frontier.reached('staff', 20n)
    const laggards = watchLaggards(frontier, new Map([['branch', slow]]), () => {})
    laggards.look()
    await vi.advanceTimersByTimeAsync(8000)
    expect(slow.probe).toHaveBeenCalledTimes(1)
    expect(slow.refresh).not.toHaveBeenCalled()
    answered(20n)
    await vi.advanceTimersByTimeAsync(200)
    expect(frontier.release(100)?.lsn).toBe(20n)
    laggards.stop()
  })

  it('are left alone while nobody waits, and asked as soon as somebody does', async () => {
    const [branch, staff] = [shape(20n), shape(20n)]
    const followed = new Map([
      ['branch', branch],
      ['staff', staff],
    ])
    let awaited = false
    const laggards = watchLaggards(frontier, followed, () => {}, { isAwaited: () => awaited })
    laggards.look()
    await vi.advanceTimersByTimeAsync(200)
    expect(branch.probed).toBe(0)
    awaited = true
    laggards.look()
    await vi.advanceTimersByTimeAsync(5)
    expect([branch.probed, staff.probed]).toEqual([1, 1])
    awaited = false
    frontier.receive('sale', [{ operation: 'insert', row: { id: '2' }, lsn: 30n, op: 0 }])
    laggards.look()
    await vi.advanceTimersByTimeAsync(300)
    expect([branch.probed, staff.probed]).toEqual([2, 2])
    laggards.stop()
  })

  it('are asked at once for the next transaction too', async () => {
    const branch = shape(100n)
    const laggards = watchLaggards(
      frontier,
      new Map([
        ['branch', branch],
        ['staff', shape(100n)],
      ]),
      () => {},
    )
    laggards.look()
    await vi.advanceTimersByTimeAsync(5)
    frontier.receive('sale', [{ operation: 'insert', row: { id: '2' }, lsn: 130n, op: 0 }])
    laggards.look()
    await vi.advanceTimersByTimeAsync(5)
    expect(branch.probed).toBe(2)
    laggards.stop()
  })

  it('are not asked while the server is about to tell of them by itself', async () => {
    const [branch, staff] = [shape(20n), shape(20n)]
    const promised = new Set(['branch', 'staff'])
    const followed = new Map([
      ['branch', branch],
      ['staff', staff],
    ])
    const laggards = watchLaggards(frontier, followed, () => {}, {
      isPromised: (table) => promised.has(table),
    })
    laggards.look()
    await vi.advanceTimersByTimeAsync(3000)
    expect([branch.probed, staff.probed]).toEqual([0, 0])
    frontier.reached('staff', 20n)
    promised.clear()
    await vi.advanceTimersByTimeAsync(200)
    expect([branch.probed, staff.probed]).toEqual([1, 0])
    laggards.stop()
  })

  it('are broken off when probes do not help, and left alone once it is stopped', async () => {
    const branch = shape(null)
    const laggards = watchLaggards(frontier, new Map([['branch', branch]]), () => {})
    laggards.look()
    await vi.advanceTimersByTimeAsync(2500)
    expect(branch.probed).toBeGreaterThan(10)
    expect(branch.refreshed).toBe(1)
    laggards.stop()
    const probed = branch.probed
    await vi.advanceTimersByTimeAsync(10_000)
    expect(branch.probed).toBe(probed)
  })

  it('may be dropped while they are asked', async () => {
    const branch = shape(20n)
    branch.probe = async () => {
      frontier.drop('branch')
      return 20n
    }
    const fallen = vi.fn()
    process.once('unhandledRejection', fallen)
    const laggards = watchLaggards(
      frontier,
      new Map([
        ['branch', branch],
        ['staff', shape(25n)],
      ]),
      () => {},
    )
    laggards.look()
    await vi.advanceTimersByTimeAsync(50)
    vi.useRealTimers()
    await new Promise((resolve) => setTimeout(resolve, 5))
    process.off('unhandledRejection', fallen)
    laggards.stop()
    expect(fallen).not.toHaveBeenCalled()
    expect(frontier.release(100)?.lsn).toBe(20n)
  })
})
