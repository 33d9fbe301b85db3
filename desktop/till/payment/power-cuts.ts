import type { CardTerminal } from '../../../hardware/devices/card-terminal.ts'

/** Where the power goes: before the terminal hears of it, or after it has done what it does. */
export type Cut = 'none' | 'before' | 'after'

/** As often as they are met with in a test. */
export const CUTS: readonly Cut[] = ['none', 'none', 'before', 'after']

const never = new Promise<never>(() => {})

/** A terminal for tests, and a power cut at the first payment or refund that it is asked for. */
export function withCut(inner: CardTerminal, cut: Cut, onCut: () => void): CardTerminal {
  const once = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (cut === 'none') return ask()
    if (cut === 'after') await ask()
    onCut()
    return never
  }
  return {
    ...inner,
    pay: (reference, amount) => once(() => inner.pay(reference, amount)),
    refund: (reference, amount, of) => once(() => inner.refund(reference, amount, of)),
  }
}
