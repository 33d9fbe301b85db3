import {
  type CharKey,
  GROUP_SEPARATOR,
  type Held,
  LIMITS,
  onBreak,
  onChar,
  onSuffix,
  patienceMs,
  type Step,
} from './burst.ts'

/** A key that is no part of a scan, as the key map reads it. */
export interface Key {
  key: string
  ctrl: boolean
  shift: boolean
  repeat: boolean
}

export interface KeyReaderOptions {
  onScan(raw: string): void
  /** Acts on a key. @returns whether it did; else the key is typing (or the browser's own) */
  onKey(key: Key): boolean
  /** Types a character where typing goes. */
  onText(char: string): void
  /** Takes typed characters back: they turned out to be the beginning of a scan. */
  onRetract(count: number): void
}

/** A timer this late means that the thread was busy. */
const LATE_MS = 8

const SCAN_SUFFIXES = ['Enter', 'Tab']

/** A character key as a scanner sends it, else null. */
function charOf(event: KeyboardEvent): string | null {
  if (event.isComposing || event.repeat || event.altKey || event.metaKey) return null
  if (event.ctrlKey) {
    return event.code === 'BracketRight' || event.key === ']' ? GROUP_SEPARATOR : null
  }
  return [...event.key].length === 1 ? event.key : null
}

/** Holds characters back until it is known whether they are a scan, and gives them out as one or the other. */
function createHolder(target: Window, options: KeyReaderOptions) {
  let held: Held = []
  let timer: number | undefined
  /**
   * Characters that the timer gave up on and that were typed. Events carry the time at which the keyboard had them: when
   * the next one says that it followed at once, it was only late to arrive, and these belong to the same burst.
   */
  let givenUp: Held = []

  /** @returns whether all of it became text, and none pressed a key of the key map */
  const replay = (keys: Held): boolean => {
    let text = true
    for (const { char, shift } of keys) {
      if (options.onKey({ key: char, ctrl: false, shift, repeat: false })) text = false
      else options.onText(char)
    }
    return text
  }
  const take = (step: Step): boolean => {
    target.clearTimeout(timer)
    held = step.held
    givenUp = []
    const text = replay(step.replay.filter(({ char }) => char !== GROUP_SEPARATOR))
    if (step.scan !== null) options.onScan(step.scan)
    if (held.length > 0) waitForMore(patienceMs(held), true)
    return text
  }
  /** A timer that fires late fires before keys that are already queued: then it waits once more for them. */
  const waitForMore = (ms: number, mayWaitAgain: boolean) => {
    const due = target.performance.now() + ms
    timer = target.setTimeout(() => {
      const late = target.performance.now() - due > LATE_MS
      if (late && mayWaitAgain) waitForMore(LIMITS.gapMs, false)
      else giveUp()
    }, ms)
  }
  const giveUp = () => {
    const typed = held.filter(({ char }) => char !== GROUP_SEPARATOR)
    givenUp = take(onBreak(held)) ? typed : []
  }
  /** The characters that an event of this time goes on from. */
  const resume = (at: number): Held => {
    const last = givenUp.at(-1)
    if (held.length > 0 || !last || at - last.at > patienceMs(givenUp)) return held
    options.onRetract(givenUp.length)
    return givenUp
  }
  return {
    onChar: (key: CharKey) => void take(onChar(resume(key.at), key)),
    /** @returns whether it ended a scan */
    onSuffix: (at: number): boolean => {
      const step = onSuffix(resume(at), at)
      take(step)
      return step.scan !== null
    },
    onOther: () => void take(onBreak(held)),
    stop: () => target.clearTimeout(timer),
  }
}

const MODIFIERS = ['Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock', 'Dead', 'Process']

const swallow = (event: Event) => {
  event.preventDefault()
  event.stopImmediatePropagation()
}

/**
 * The one reader of keys: listens on the window before anything else, tells scans from typing, and hands every
 * other key to the key map. A scan never reaches a field or a button, and neither does its Enter.
 * @returns stops reading
 */
export function readKeys(target: Window, options: KeyReaderOptions): () => void {
  const holder = createHolder(target, options)
  const onKeyDown = (event: KeyboardEvent) => {
    if (MODIFIERS.includes(event.key)) return
    const char = charOf(event)
    if (char !== null) {
      swallow(event)
      holder.onChar({ char, code: event.code, shift: event.shiftKey, at: event.timeStamp })
      return
    }
    if (!SCAN_SUFFIXES.includes(event.key)) holder.onOther()
    else if (holder.onSuffix(event.timeStamp)) {
      swallow(event)
      return
    }
    const key: Key = {
      key: event.key,
      ctrl: (event.ctrlKey || event.metaKey) && !event.altKey,
      shift: event.shiftKey,
      repeat: event.repeat,
    }
    if (options.onKey(key)) {
      swallow(event)
    } else if (event.repeat && [...event.key].length === 1 && !key.ctrl && !event.altKey) {
      swallow(event)
      options.onText(event.key)
    }
  }
  target.addEventListener('keydown', onKeyDown, { capture: true })
  return () => {
    holder.stop()
    target.removeEventListener('keydown', onKeyDown, { capture: true })
  }
}
