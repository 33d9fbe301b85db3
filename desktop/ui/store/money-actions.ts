import { type Minor, parseAmount } from '../../../domain/money.ts'
import { isCode, suggestedCashOf } from './till-store.ts'
import type { Tools } from './tools.ts'

/** Reads a typed amount, or shows why it cannot be read. */
export function readAmount({ set }: Tools, text: string): Minor | null {
  const read = parseAmount(text)
  if ('amount' in read) return read.amount
  set({
    trouble: {
      refusal: { refused: read.fault === 'too-large' ? 'amount-too-large' : 'amount-not-readable' },
    },
  })
  return null
}

/** Taking payment. The revision says which basket the total was read from. */
export function payActions(tools: Tools) {
  const { get, set, play, call, failed, settle, once } = tools
  const paid = {
    panel: 'rest',
    given: '',
    entry: '',
    found: null,
    times: null,
    scanTrouble: null,
  } as const

  const payCash = (given: Minor) =>
    once('pay', async () => {
      const asked = get()
      const { revision } = asked.basket
      if (!failed(await call('sale.pay-cash', { given, revision }))) settle(asked, paid)
    })

  const payCard = () =>
    once('pay', async () => {
      const asked = get()
      const { lines, revision } = asked.basket
      if (lines.length > 0 && !failed(await call('sale.pay-card', { revision }))) settle(asked, paid)
    })

  /** Enter: what was typed was given; nothing typed is the exact amount. */
  async function payGiven() {
    const { given } = get()
    const exact = suggestedCashOf(get())[0]
    if (given.trim() === '') return exact === undefined ? undefined : payCash(exact)
    if (isCode(given)) {
      play('bad')
      return set({ trouble: { own: 'pay.code' }, given: '' })
    }
    const amount = readAmount(tools, given)
    if (amount !== null) return payCash(amount)
  }

  /** The nth suggested note; the first suggestion is the exact amount. */
  async function payNote(index: number) {
    const note = suggestedCashOf(get())[index + 1]
    if (note !== undefined) return payCash(note)
  }

  const setGiven = (given: string) => set({ given, trouble: null })

  return { payCash, payCard, payGiven, payNote, setGiven }
}

/** Who is at the till. */
export function personActions(tools: Tools) {
  const { get, set, play, call, failed, once } = tools

  const unlock = () =>
    once('unlock', async () => {
      if (failed(await call('operator.unlock', { pin: get().pin }))) play('bad')
      set({ pin: '' })
    })

  const lock = async () => void failed(await call('operator.lock', {}))

  const digits = (text: string, most: number) => text.replace(/\D/g, '').slice(0, most)
  return {
    unlock,
    lock,
    setPin: (pin: string) => set({ pin: digits(pin, 8), trouble: null }),
  }
}
