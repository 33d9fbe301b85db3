import { describe, expect, it } from 'vitest'
import { openTillDatabase } from '../store/database.ts'
import { createPageCache } from './page-cache.ts'

const MUCH_KIB = 65_536
const LITTLE_KIB = 12_288

async function openCache() {
  const db = await openTillDatabase(':memory:')
  let at = 0
  const cache = createPageCache(db, () => at)
  return {
    ...cache,
    /** Lets some ms go by. */
    later: (ms: number) => {
      at += ms
    },
    heldKib: () => -Number(db.pragma('cache_size', { simple: true })),
  }
}

describe('pages of the database held in memory', () => {
  it('are few while a first replica is loaded', async () => {
    const cache = await openCache()
    cache.loading(true)
    expect(cache.heldKib()).toBe(LITTLE_KIB)
    cache.loading(false)
    expect(cache.heldKib()).toBe(MUCH_KIB)
  })

  it('are few while a day of sales comes, and many again when the branch sells on', async () => {
    const cache = await openCache()
    for (let slice = 0; slice < 200; slice++) {
      cache.committed(200)
      cache.later(100)
    }
    expect(cache.heldKib()).toBe(LITTLE_KIB)
    for (let sale = 0; sale < 2; sale++) {
      cache.later(6000)
      cache.committed(11)
    }
    expect(cache.heldKib()).toBe(MUCH_KIB)
  })

  it('are many while sales come one by one, however many there are', async () => {
    const cache = await openCache()
    cache.loading(false)
    for (let sale = 0; sale < 1000; sale++) {
      cache.committed(11)
      cache.later(100)
    }
    expect(cache.heldKib()).toBe(MUCH_KIB)
  })
})
