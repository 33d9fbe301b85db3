import { createContext, useContext, useSyncExternalStore } from 'react'
import { type StoreApi, useStore } from 'zustand'
import type { TokenSource } from '../session/api.ts'
import type { LiveState } from './live-state.ts'

export interface Live {
  store: StoreApi<LiveState>
  token: TokenSource
  /** The server's time, milliseconds since the Unix epoch. */
  now(): number
}

export const LiveContext = createContext<Live | null>(null)

/** @throws Error outside the signed-in console */
export function useLiveParts(): Live {
  const live = useContext(LiveContext)
  if (!live) throw new Error('only inside the signed-in console')
  return live
}

/** A part of what is followed; the component is drawn again when that part changes. */
export const useLive = <Part>(part: (state: LiveState) => Part): Part => useStore(useLiveParts().store, part)

const subscribeToSeconds = (onSecond: () => void) => {
  const timer = setInterval(onSecond, 1000)
  return () => clearInterval(timer)
}

/** The server's time in whole seconds (as milliseconds); the component is drawn again each second. */
export function useNow(): number {
  const { now } = useLiveParts()
  return useSyncExternalStore(subscribeToSeconds, () => Math.floor(now() / 1000) * 1000)
}
