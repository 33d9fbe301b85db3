import { type Minor, minor, parseAmount } from '../../../domain/money.ts'
import { words } from '../../../ui-kit/i18n/locale.ts'
import { pricingWords } from '../words/pricing-words.ts'
import { askPrice, awaitsPrice, firstUnpriced } from './missing-price.ts'
import { readAmount } from './money-actions.ts'
import { type OwnRefusal, type Pricing, selectedLine, type TillState } from './till-store.ts'
import { LOST, type Tools } from './tools.ts'

type Off = { rateBp: number } | { amount: Minor }

/** A rate as it is typed, in basis points ("12,5" is 1250), or null; two decimals at most. */
export function readRate(text: string): number | null {
  const read = parseAmount(text.replace(/%$/, ''))
  return 'amount' in read ? read.amount : null
}

/** What a discount as typed would take off, or null while it cannot be read. */
export function offOf({ unit, text }: Pick<Pricing, 'unit' | 'text'>): Off | null {
  if (unit === 'amount') {
    const read = parseAmount(text)
    return 'amount' in read && read.amount > 0 ? { amount: read.amount } : null
  }
  const rateBp = readRate(text)
  return rateBp !== null && rateBp > 0 ? { rateBp } : null
}

/** What is typed of a discount or a price before it is given. */
function typingActions({ get, set, dismissToast }: Tools) {
  const begin = (what: Pricing['what'], lineId: string | null) => {
    dismissToast()
    set({
      panel: what,
      pricing: { what, lineId, unit: 'rate', text: '', reason: '', pin: null },
      trouble: null,
      entry: '',
      found: null,
    })
  }

  /** On the selected line first; pressed again, on the whole sale, and back. */
  function openDiscount() {
    const { panel, pricing } = get()
    const line = selectedLine(get())
    if (panel === 'discount' && pricing?.lineId != null) begin('discount', null)
    else begin('discount', line?.lineId ?? null)
  }

  /** Of the selected line; a line without a price goes before one that has one. */
  function openPrice() {
    const selected = selectedLine(get())
    const line = selected && awaitsPrice(selected) ? selected : firstUnpriced(get().basket)
    const lineId = (line ?? selected)?.lineId
    if (lineId !== undefined) begin('price', lineId)
  }

  const setPricing = (part: Partial<Pricing>) => {
    const { pricing } = get()
    // What is asked for anew is judged anew: a PIN stands for what it was typed for.
    const anew = 'pin' in part ? {} : { pin: null }
    if (pricing) set({ pricing: { ...pricing, ...anew, ...part }, trouble: null })
  }

  const switchUnit = () => {
    const { pricing } = get()
    if (pricing) setPricing({ unit: pricing.unit === 'rate' ? 'amount' : 'rate' })
  }

  /** A usual reason, in the words of the screen: it is stored and printed as it was read. */
  const chooseDiscountReason = (index: number) => {
    const reason = words.t(`discount.why.${index}`, { ns: pricingWords.namespace })
    // A PIN that is asked for stays asked for: digits typed next belong to it, not to a figure that all can read.
    setPricing({ reason, pin: get().pricing?.pin == null ? null : '' })
  }

  return { openDiscount, openPrice, setPricing, switchUnit, chooseDiscountReason }
}

const pinOf = ({ pin }: Pricing) => (pin ? { pin } : {})

/** What is still missing of a discount as typed, or the discount. */
function readDiscount(pricing: Pricing): { off: Off; reason: string } | { missing: OwnRefusal } {
  const off = offOf(pricing)
  if (off === null) return { missing: 'discount.value' }
  if ('rateBp' in off && off.rateBp > 10_000) return { missing: 'discount.tooMuch' }
  const reason = pricing.reason.trim()
  return reason === '' ? { missing: 'discount.whyFirst' } : { off, reason }
}

/** Discounts and typed prices. */
export function pricingActions(tools: Tools) {
  const { get, set, play, call, failed, settle, once, showToast } = tools

  const say = (own: OwnRefusal) => {
    play('bad')
    set({ trouble: { own } })
  }

  /** Shows what became of it; over a limit, the PIN of a second person is asked for in the same place. */
  function answered(asked: TillState, answer: unknown, kind: 'discounted' | 'undiscounted' | 'repriced') {
    if (!failed(answer)) {
      settle(asked, { panel: 'rest', pricing: null })
      showToast({ kind })
      const next = firstUnpriced(get().basket, asked.pricing?.lineId)
      return kind === 'repriced' ? set(askPrice(get(), next?.lineId) ?? {}) : undefined
    }
    play('bad')
    const { pricing } = get()
    if (answer !== LOST && pricing === asked.pricing && pricing) {
      const asks = answer.refused === 'discount-over-limit' || pricing.pin !== null
      set({ pricing: { ...pricing, pin: asks ? '' : null } })
    }
  }

  /** Gives what was typed, once: `give` answers when it was sent. */
  const giving = (give: (asked: TillState, pricing: Pricing) => Promise<unknown>) => () =>
    once('price', async () => {
      const asked = get()
      if (asked.pricing) await give(asked, asked.pricing)
    })

  const giveDiscount = giving(async (asked, pricing) => {
    const read = readDiscount(pricing)
    if ('missing' in read) return say(read.missing)
    const { lineId } = pricing
    answered(asked, await call('basket.discount', { lineId, ...read, ...pinOf(pricing) }), 'discounted')
  })

  const keyPrice = giving(async (asked, pricing) => {
    const { lineId, text } = pricing
    if (lineId === null) return
    if (text.trim() === '') return say('price.value')
    const price = readAmount(tools, text)
    if (price === null) return
    answered(asked, await call('basket.key-price', { lineId, price, ...pinOf(pricing) }), 'repriced')
  })

  /** Takes the discount away, or goes back to the usual price. */
  const takeBackPricing = giving(async (asked, { lineId, what }) => {
    if (what === 'discount') {
      return answered(asked, await call('basket.discount', { lineId, off: null }), 'undiscounted')
    }
    if (lineId !== null) {
      answered(asked, await call('basket.key-price', { lineId, price: null }), 'repriced')
    }
  })

  return { ...typingActions(tools), giveDiscount, keyPrice, takeBackPricing }
}

/** What the lines that a discount is on come to before it, minor units. */
export function baseOf({ lineId }: Pick<Pricing, 'lineId'>, lines: readonly BaseLine[]): Minor {
  const kept = lineId === null ? ['promotion', 'line'] : ['promotion']
  const wanted = lines.filter((line) => lineId === null || line.lineId === lineId)
  return minor(
    wanted.reduce(
      (sum, line) =>
        line.reductions.reduce(
          (left, each) => (kept.includes(each.scope) ? left - each.amount : left),
          sum + line.value,
        ),
      0,
    ),
  )
}

interface BaseLine {
  lineId: string
  value: number
  reductions: readonly { scope: string; amount: number }[]
}
