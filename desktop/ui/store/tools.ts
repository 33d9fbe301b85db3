import { isRefusal, type Refusal } from '../../../domain/refusals.ts'
import { type Bridge, BridgeLost } from '../../bridge/client.ts'
import type { Command, CommandInput, CommandOutput } from '../../bridge/contract.ts'
import type { Sound } from '../sound/sounds.ts'
import type { TillState, TillStore, Toast, Trouble } from './till-store.ts'

/** The connection went while a command was under way. */
export const LOST = Symbol('lost')

const TOAST_MS = 8000

/** What an own command changed is told within this time of its answer, ms. */
const ECHO_MS = 300

export interface Surroundings {
  store: TillStore
  play(sound: Sound): void
  setTimeout(task: () => void, ms: number): number
  clearTimeout(timer: number): void
}

/** What every action is made of. */
export type Tools = ReturnType<typeof createTools>

/** What went wrong in an answer, or null. */
export function troubleOf(answer: unknown): Trouble | null {
  if (answer === LOST) return { own: 'connection.lostText' }
  return isRefusal(answer as Refusal) ? { refusal: answer as Refusal } : null
}

function createToasts({ store, setTimeout, clearTimeout }: Omit<Surroundings, 'play'>) {
  let timer = 0
  const dismissToast = () => {
    clearTimeout(timer)
    store.setState({ toast: null })
  }
  const showToast = (toast: Toast) => {
    dismissToast()
    store.setState({ toast })
    timer = setTimeout(() => store.setState({ toast: null }), TOAST_MS)
  }
  return { showToast, dismissToast }
}

export function createTools({ store, play, setTimeout, clearTimeout }: Surroundings) {
  let bridge: Bridge | null = null
  let under = 0
  const { getState: get, setState: set } = store

  /** Sends a command. A lost connection answers {@link LOST}. */
  async function call<C extends Command>(command: C, input: CommandInput<C>) {
    under++
    try {
      if (!bridge) throw new BridgeLost('the till is not connected')
      return (await bridge.call(command, input)) as CommandOutput[C] | Refusal
    } catch (error) {
      if (!(error instanceof BridgeLost)) throw error
      return LOST
    } finally {
      setTimeout(() => under--, ECHO_MS)
    }
  }

  /** Whether what the till tells now may well be the effect of this window's own command. */
  const isOwn = () => under > 0

  /** Shows what went wrong, and takes away what was shown before. @returns whether something did */
  function failed(answer: unknown): answer is Refusal | typeof LOST {
    const trouble = troubleOf(answer)
    set({ trouble })
    return trouble !== null
  }

  /** What was done since makes a scan that was refused before yesterday's news. */
  function forgetScan() {
    set({ scanTrouble: null })
    if (get().notice) void call('notice.dismiss', {})
  }

  /**
   * Changes the window after an answer, but only where the person has left it as it was when the command was given:
   * a panel opened or a word typed meanwhile is theirs.
   */
  function settle(asked: TillState, changes: Partial<TillState>) {
    const now = get()
    const untouched = (key: string) => now[key as keyof TillState] === asked[key as keyof TillState]
    set(Object.fromEntries(Object.entries(changes).filter(([key]) => untouched(key))))
  }

  /** Runs what must not be started twice; a second start while it runs does nothing. */
  async function once(busy: NonNullable<TillState['busy']>, task: () => Promise<void>) {
    if (get().busy) return
    set({ busy })
    try {
      await task()
    } finally {
      set({ busy: null })
    }
  }

  const setBridge = (next: Bridge | null) => {
    bridge = next
    set({ connection: next ? 'connected' : 'lost' })
  }

  const toasts = createToasts({ store, setTimeout, clearTimeout })
  return { get, set, play, isOwn, call, failed, forgetScan, ...toasts, settle, once, setBridge }
}
