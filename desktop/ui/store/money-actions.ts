import { type Minor, parseAmount } from '../../../domain/money.ts'
import { dueOf, openBackOf, openPartOf, suggestionsOf } from './payment.ts'
import { isCode, type TillState } from './till-store.ts'
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

const PAID = {
  panel: 'rest',
  given: '',
  entry: '',
  found: null,
  times: null,
  scanTrouble: null,
} as const

/** Leaves the panel when the sale is made, stays while something is due, and says what went wrong. */
export const createTell =
  ({ play, failed, forgetScan, settle }: Tools) =>
  (asked: TillState, answer: unknown) => {
    if (failed(answer)) return play('bad')
    if (answer !== null) forgetScan()
    settle(asked, answer === null ? { given: '' } : PAID)
  }

/** What was typed, or null for all that is due; undefined when it cannot be read, which is told. */
export function typedAmount(tools: Tools): Minor | null | undefined {
  const { get, set, play } = tools
  const { panel, given } = get()
  if ((panel !== 'pay' && panel !== 'tenders') || given.trim() === '') return null
  if (!isCode(given)) return readAmount(tools, given) ?? undefined
  play('bad')
  set({ trouble: { own: 'pay.code' }, given: '' })
  return undefined
}

/** Taking payment. The revision says which basket the total was read from. */
export function payActions(tools: Tools) {
  const { get, set, call, once } = tools
  const tell = createTell(tools)

  const payCash = (given: Minor) =>
    once('pay', async () => {
      const asked = get()
      const { revision } = asked.basket
      tell(asked, await call('sale.pay-cash', { given, revision }))
    })

  const typed = () => typedAmount(tools)

  const payCard = () =>
    once('pay', async () => {
      const amount = typed()
      if (get().basket.lines.length === 0 || amount === undefined) return
      // A customer takes a while at a terminal: the panel says so.
      if (get().payment.terminal) set({ panel: 'pay', trouble: null })
      const asked = get()
      const { revision } = asked.basket
      tell(asked, await call('sale.pay-card', amount === null ? { revision } : { revision, amount }))
    })

  /** Cash for a part of what is due, the rest to be paid otherwise; enough for all of it pays all of it. */
  async function payPart() {
    const amount = typed()
    if (!amount) return
    if (amount >= dueOf(get())) return payCash(amount)
    return once('pay', async () => {
      const asked = get()
      tell(asked, await call('payment.cash', { amount, revision: asked.basket.revision }))
    })
  }

  /** Enter: what was typed was given; nothing typed is the exact amount; what is open is asked about first. */
  async function payGiven() {
    if (openBackOf(get())) return finish()
    if (openPartOf(get())) return once('pay', async () => tell(get(), await call('payment.settle', {})))
    const amount = typed()
    if (amount === undefined) return
    const exact = suggestionsOf(get())[0]
    if (amount !== null || exact !== undefined) return payCash((amount ?? exact) as Minor)
    return finish()
  }

  /** All is paid: makes the sale; what an exchange leaves to a card goes back first. */
  async function finish() {
    const { lines, revision } = get().basket
    if (lines.length === 0) return
    return once('pay', async () => {
      set({ trouble: null })
      tell(get(), await call('payment.finish', { revision }))
    })
  }

  /** The nth suggested note; the first suggestion is the exact amount. */
  async function payNote(index: number) {
    const note = suggestionsOf(get())[index + 1]
    if (note !== undefined) return payCash(note)
  }

  const setGiven = (given: string) => set({ given, trouble: null })

  return { payCash, payCard, payPart, payGiven, payNote, setGiven, ...partActions(tools) }
}

/** What is done with what was taken. */
function partActions(tools: Tools) {
  const { get, call, once, failed } = tools
  const tell = createTell(tools)

  const lastPart = () => get().payment.parts.findLast(({ kind }) => kind !== 'exchange')?.id

  /** Gives what was taken last back to the customer. */
  const giveBack = (partId = lastPart()) =>
    once('pay', async () => {
      if (partId !== undefined) tell(get(), await call('payment.give-back', { partId }))
    })

  const payByHand = (moved: boolean) =>
    once('pay', async () => {
      const part = openPartOf(get())
      if (!part) return
      const answer = await call('payment.by-hand', { partId: part.id, moved })
      // What goes back for a refund is not its end: Enter makes it.
      if (!failed(answer) && part.back && part.state === 'asked') return
      tell(get(), answer)
    })

  const cancelCard = async () => void (await call('payment.cancel-card', {}))

  return { giveBack, payByHand, cancelCard }
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
