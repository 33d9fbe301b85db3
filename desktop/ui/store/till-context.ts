import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { Actions } from './actions.ts'
import type { TillState, TillStore } from './till-store.ts'

/** The one till of this window. */
export const TillContext = createContext<{ store: TillStore; actions: Actions } | null>(null)

function useContextParts() {
  const parts = useContext(TillContext)
  if (!parts) throw new Error('a till component was drawn outside of TillContext')
  return parts
}

/** A part of the till's state; the component is drawn again when that part changes. */
export function useTill<T>(select: (state: TillState) => T): T {
  return useStore(useContextParts().store, select)
}

/** Everything a key or a touch can do. */
export const useActions = (): Actions => useContextParts().actions
