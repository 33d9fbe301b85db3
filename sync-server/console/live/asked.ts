import { z } from 'zod'
import type { StoreApi } from 'zustand'
import { addDays } from '../../../domain/business-date.ts'
import { minorSchema } from '../../../domain/money.ts'
import { dayKey } from '../figures/day.ts'
import { ask, type TokenSource } from '../session/api.ts'
import type { LiveState } from './live-state.ts'
import { createRefresher } from './refresher.ts'

const missingSchema = z.object({
  registers: z.array(
    z.object({ registerId: z.string(), ranges: z.array(z.object({ from: z.int(), to: z.int() })) }),
  ),
})
const hoursSchema = z.object({
  hours: z.array(
    z.object({ branchId: z.string(), businessDate: z.string(), hour: z.int(), gross: minorSchema }),
  ),
})

/** What came in together is asked about once, ms; last week hardly ever changes. */
const GATHER_MS = { missing: 300, hours: 15_000 }
const AGAIN_AFTER_FAULT_MS = 3_000

/** Keeps what is asked for rather than followed up to date: again whenever a till's journal has moved. */
export function keepAsked(store: StoreApi<LiveState>, token: TokenSource, signal: AbortSignal): void {
  const options = { token, signal, locale: 'en' }
  const readMissing = async () => {
    const { value } = await ask('/v1/receipts/missing', missingSchema, options)
    store.setState({ missing: new Map(value.registers.map((each) => [each.registerId, each.ranges])) })
  }
  const readHours = async () => {
    const { today } = store.getState().days
    const [newest, oldest] = [today[0], today.at(-1)]
    if (newest === undefined || oldest === undefined) return
    const range = `from=${addDays(oldest, -7)}&to=${addDays(newest, -7)}`
    const { value } = await ask(`/v1/sales/hours?${range}`, hoursSchema, options)
    const weekAgo = new Map<string, number[]>()
    for (const { branchId, businessDate, hour, gross } of value.hours) {
      const key = dayKey(branchId, businessDate)
      const day = weekAgo.get(key) ?? Array.from({ length: 24 }, () => 0)
      day[hour] = gross
      weekAgo.set(key, day)
    }
    store.setState({ weekAgo })
  }
  const missing = createRefresher(readMissing, GATHER_MS.missing, AGAIN_AFTER_FAULT_MS)
  const hours = createRefresher(readHours, GATHER_MS.hours, AGAIN_AFTER_FAULT_MS)
  const stopWatching = store.subscribe((state, before) => {
    if (state.moves !== before.moves) {
      missing.poke()
      hours.poke()
    }
    if (state.days !== before.days) readHours().catch(() => hours.poke())
  })
  signal.addEventListener('abort', () => {
    stopWatching()
    missing.stop()
    hours.stop()
  })
}
