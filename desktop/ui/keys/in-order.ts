import type { Key } from '../scanner/key-reader.ts'

/** Between looks whether a key may go on, ms. */
const STEP_MS = 10

export interface KeyPressing {
  /** Acts on a key. @returns whether it did; else it is typing, or the browser's own */
  press(key: Key): boolean
  /** Whether what the key does is decided by something that this window has asked for and not been told of yet. */
  mustWait(key: Key): boolean
  /** Types a character where typing goes. */
  type(char: string): void
  setTimeout(task: () => void, ms: number): number
}

/**
 * Presses keys in the order in which they came. A key right behind a scan must find the scan's line: it waits until the till
 * has told of it, and so do those behind it, so that none of them is passed over.
 */
export function pressInOrder({ press, mustWait, type, setTimeout }: KeyPressing): (key: Key) => boolean {
  let waiting: Key[] = []

  const goOn = () => {
    for (let key = waiting[0]; key; key = waiting[0]) {
      if (mustWait(key)) {
        setTimeout(goOn, STEP_MS)
        return
      }
      waiting = waiting.slice(1)
      if (!press(key) && [...key.key].length === 1 && !key.ctrl) type(key.key)
    }
  }

  return (key) => {
    if (waiting.length === 0 && !mustWait(key)) return press(key)
    waiting = [...waiting, key]
    if (waiting.length === 1) setTimeout(goOn, STEP_MS)
    return true
  }
}
