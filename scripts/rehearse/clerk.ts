import { type Hands, layHandsOn } from '../../e2e/support/hands.ts'
import type { TestTill } from '../../e2e/support/product.ts'
import { until } from '../../e2e/support/until.ts'
import { formatReceiptCode } from '../../hardware/protocols/barcodes/receipt-code.ts'
import { handedOver, type Ledger, partsOf } from './ledger.ts'
import { DISCOUNT_BP, type Item, type Pay, totalOf, type Visit } from './plan.ts'

/** What was measured, ms. */
export interface Measured {
  scans: number[]
  sales: number[]
  closes: number[]
  /** From the kill to the next scan. */
  backAfter: number | null
  papersWaitingMost: number
  salesWaitingMost: number
}

/** A sale that was made, for whoever brings something of it back. */
export interface MadeSale {
  receipt: string
  items: readonly Item[]
  pay: Pay
}

export interface Counter {
  till: TestTill
  /** 0 to 2. */
  index: number
  registerNumber: number
  pin: string
  ledger: Ledger
  measured: Measured
  /** By the plan's number of the sale; of all tills. */
  made: Map<number, MadeSale>
  /** Told when the till is back after its kill, before it is unlocked. */
  onBack(): Promise<void>
}

export type Clerk = ReturnType<typeof createClerk>

/** Someone who serves customers at one till, by the commands its screen gives. */
export function createClerk(counter: Counter) {
  const { till, index, ledger, measured, made } = counter
  let hands: Hands

  const arrive = async () => {
    hands = await layHandsOn(till.url)
    await until(`${till.name} to unlock`, () =>
      hands.do('operator.unlock', { pin: counter.pin }).catch(() => null),
    )
  }

  const timed = async <T>(times: number[], work: () => Promise<T>): Promise<T> => {
    const from = performance.now()
    const done = await work()
    times.push(performance.now() - from)
    return done
  }

  const scan = (raw: string) => timed(measured.scans, () => hands.do('basket.scan', { raw }))

  async function scanAll(items: readonly Item[]): Promise<void> {
    for (const { cip13, quantity } of items) {
      for (let pack = 0; pack < quantity; pack++) await scan(cip13)
    }
  }

  /** Takes the plan's discount off the first line. */
  async function takeOff([first]: readonly Item[]): Promise<void> {
    if (!first || first.off === 0) return
    const line = await until('the line to be there', () =>
      hands.see('basket')?.lines.find(({ cip13 }) => cip13 === first.cip13),
    )
    const off = { rateBp: DISCOUNT_BP }
    await hands.do('basket.discount', { lineId: line.lineId, off, reason: 'Fidélité' })
  }

  /** The basket, once the till shows what the rehearsal itself makes of these items. */
  const agreed = (items: readonly Item[]) =>
    until(`${till.name} to come to ${totalOf(items)}`, () => {
      const basket = hands.see('basket')
      return basket?.total === totalOf(items) && basket.lines.length === items.length ? basket : null
    })

  const take = (revision: number, total: number, how: Pay) => {
    if (how === 'card') return hands.do('sale.pay-card', { revision })
    if (how !== 'both') return hands.do('sale.pay-cash', { given: handedOver(total, how) as never, revision })
    const amount = partsOf(total, how).cash as never
    return hands.do('payment.cash', { revision, amount }).then(() => hands.do('sale.pay-card', { revision }))
  }

  async function pay(sale: number, items: readonly Item[], how: Pay): Promise<void> {
    const total = totalOf(items)
    const given = handedOver(total, how)
    const paid = await until(`${till.name} to take the money`, async () => {
      const { revision } = await agreed(items)
      const from = performance.now()
      try {
        const answer = await take(revision, total, how)
        measured.sales.push(performance.now() - from)
        return answer
      } catch (error) {
        // What was agreed on was one change behind.
        if ((error as Error).message.includes('basket-changed')) return null
        throw error
      }
    })
    if (paid.change !== given - total)
      throw new Error(`${till.name}: ${paid.change} is not the change of sale ${sale}`)
    ledger.sold(index, items, how)
    const receipt = formatReceiptCode({
      register: String(counter.registerNumber),
      receiptNumber: paid.receiptNumber,
    })
    made.set(sale, { receipt, items, pay: how })
  }

  /** Power cut in mid-sale: what was scanned is still there when the till is back. */
  async function dieIn(items: readonly Item[]): Promise<void> {
    const [first] = items
    if (!first) return
    await scanAll([first])
    const from = performance.now()
    await till.kill()
    hands.close()
    await till.start()
    const up = performance.now()
    await counter.onBack()
    const looked = performance.now() - up
    await arrive()
    await agreed([first])
    await scanAll(items.slice(1))
    measured.backAfter = performance.now() - from - looked
  }

  const parked = (name: string) => hands.see('parked')?.find(({ label }) => label === name)

  async function takeUp(name: string): Promise<boolean> {
    const found = parked(name)
    if (!found) return false
    await hands.do('parked.recall', { parkedId: found.parkedId })
    return true
  }

  async function takeBack(of: number): Promise<boolean> {
    const sale = made.get(of)
    if (!sale) return false
    const known = await scan(sale.receipt).catch((error: Error) => {
      if (error.message.includes('sale-not-found')) return null
      throw error
    })
    if (!known) {
      await hands.do('notice.dismiss', {})
      return false
    }
    const [item] = sale.items
    const line = await until('the refund to open', () =>
      hands.see('refund')?.lines.find(({ cip13 }) => cip13 === item?.cip13),
    )
    await hands.do('refund.choose', { lineId: line.lineId, quantity: 1, disposition: 'quarantine' })
    const { revision, total } = await until('the refund to add up', () => {
      const refund = hands.see('refund')
      return refund?.total === item?.price ? refund : null
    })
    const back = await hands.do('refund.complete', { reason: 'unwanted', revision, total })
    const to = sale.pay === 'card' ? 'card' : 'cash'
    if (back.tenders.some(({ kind }) => kind !== to)) throw new Error(`refund of sale ${of} went elsewhere`)
    ledger.refunded(index, item?.price ?? 0, to)
    await until('the refund to be done', () => hands.see('refund') === null)
    return true
  }

  /** @returns false when it cannot be done yet: another till's news has not come */
  async function serve(visit: Visit): Promise<boolean> {
    if (visit.do === 'refund') return takeBack(visit.of)
    if (visit.do === 'take-up') {
      if (!(await takeUp(visit.name))) return false
      await pay(visit.sale, visit.items, visit.pay)
      return true
    }
    if (visit.do === 'take-up-too') {
      if (!(await takeUp(visit.name))) return false
      await agreed(visit.items)
      await hands.do('basket.void', {})
      return true
    }
    if (visit.do === 'sell' && visit.killed) await dieIn(visit.items)
    else await scanAll(visit.items)
    await takeOff(visit.items)
    if (visit.do === 'park') await hands.do('parked.park', { label: visit.name })
    else if (visit.do === 'walk-away') await hands.do('basket.void', {})
    else {
      if (visit.note) await hands.do('basket.note', { lineId: null, note: 'À retirer par un proche' })
      await pay(visit.sale, visit.items, visit.pay)
    }
    return true
  }

  return {
    till,
    index,
    serve,
    /** Unlocks, and opens the drawer with a float, minor units. */
    open: async (float: number) => {
      await arrive()
      await hands.do('session.open', { float: float as never })
    },
    /** Someone else unlocks. */
    relieve: (pin: string) => hands.do('operator.unlock', { pin }),
    /** Whether a parked sale of that name waits, as this till knows. */
    sees: (name: string) => parked(name) !== undefined,
    lock: () => hands.do('operator.lock', {}),
    hands: () => hands,
    /** Whether the branch's line is up, as this till sees it. */
    look: () => {
      const status = hands.see('status')
      const sync = status?.sync
      const waiting = sync && 'sales' in sync ? sync.sales : 0
      measured.salesWaitingMost = Math.max(measured.salesWaitingMost, waiting)
      measured.papersWaitingMost = Math.max(measured.papersWaitingMost, status?.printer.waiting ?? 0)
    },
    close: () => hands.close(),
  }
}
