import { type Hands, layHandsOn } from '../../e2e/support/hands.ts'
import type { TestTill } from '../../e2e/support/product.ts'
import { until } from '../../e2e/support/until.ts'
import { formatReceiptCode } from '../../hardware/protocols/barcodes/receipt-code.ts'
import { handedOver, type Ledger, partsOf } from './ledger.ts'
import { DISCOUNT_BP, type Item, type Pay, totalOf, type Visit, voucherOf } from './plan.ts'

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

/** Where a clerk sits: the counter, and the hands on its till, which are new ones after each start. */
interface Seat extends Counter {
  hands: Hands
}

const arrive = async (seat: Seat) => {
  seat.hands = await layHandsOn(seat.till.url)
  await until(`${seat.till.name} to unlock`, () =>
    seat.hands.do('operator.unlock', { pin: seat.pin }).catch(() => null),
  )
}

async function scan({ hands, measured }: Seat, raw: string) {
  const from = performance.now()
  const scanned = await hands.do('basket.scan', { raw })
  measured.scans.push(performance.now() - from)
  return scanned
}

async function scanAll(seat: Seat, items: readonly Item[]): Promise<void> {
  for (const { cip13, quantity } of items) {
    for (let pack = 0; pack < quantity; pack++) await scan(seat, cip13)
  }
}

/** Takes the plan's discount off the first line. */
async function takeOff({ hands }: Seat, [first]: readonly Item[]): Promise<void> {
  if (!first || first.off === 0) return
  const line = await until('the line to be there', () =>
    hands.see('basket')?.lines.find(({ cip13 }) => cip13 === first.cip13),
  )
  const off = { rateBp: DISCOUNT_BP }
  await hands.do('basket.discount', { lineId: line.lineId, off, reason: 'Fidélité' })
}

/** The basket, once the till shows what the rehearsal itself makes of these items. */
const agreed = ({ hands, till }: Seat, items: readonly Item[]) =>
  until(`${till.name} to come to ${totalOf(items)}`, () => {
    const basket = hands.see('basket')
    return basket?.total === totalOf(items) && basket.lines.length === items.length ? basket : null
  })

const take = ({ hands }: Seat, sale: number, revision: number, total: number, how: Pay) => {
  if (how === 'card') return hands.do('sale.pay-card', { revision })
  if (how === 'voucher') {
    return hands
      .do('payment.voucher', { code: voucherOf(sale), revision })
      .then(() => hands.do('sale.pay-card', { revision }))
  }
  if (how !== 'both') return hands.do('sale.pay-cash', { given: handedOver(total, how) as never, revision })
  const amount = partsOf(total, how).cash as never
  return hands.do('payment.cash', { revision, amount }).then(() => hands.do('sale.pay-card', { revision }))
}

/** @param credit what came back for it, minor units */
async function pay(seat: Seat, sale: number, items: readonly Item[], how: Pay, credit = 0): Promise<void> {
  const { till, measured, ledger, made } = seat
  const total = totalOf(items) - credit
  const given = handedOver(total, how)
  const paid = await until(`${till.name} to take the money`, async () => {
    const { revision } = await agreed(seat, items)
    const from = performance.now()
    try {
      const answer = await take(seat, sale, revision, total, how)
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
  ledger.sold(seat.index, items, how, credit)
  const receipt = formatReceiptCode({
    register: String(seat.registerNumber),
    receiptNumber: paid.receiptNumber,
  })
  made.set(sale, { receipt, items, pay: how })
}

/** Power cut in mid-sale: what was scanned is still there when the till is back. */
async function dieIn(seat: Seat, items: readonly Item[]): Promise<void> {
  const [first] = items
  if (!first) return
  await scanAll(seat, [first])
  const from = performance.now()
  await seat.till.kill()
  seat.hands.close()
  await seat.till.start()
  const up = performance.now()
  await seat.onBack()
  const looked = performance.now() - up
  await arrive(seat)
  await agreed(seat, [first])
  await scanAll(seat, items.slice(1))
  seat.measured.backAfter = performance.now() - from - looked
}

const parked = ({ hands }: Seat, name: string) => hands.see('parked')?.find(({ label }) => label === name)

async function takeUp(seat: Seat, name: string): Promise<boolean> {
  const found = parked(seat, name)
  if (!found) return false
  await seat.hands.do('parked.recall', { parkedId: found.parkedId })
  return true
}

/** Opens the refund of a sale and chooses a pack of its first line. @returns null when this till has not heard of it */
async function bringBack(seat: Seat, of: number) {
  const { hands } = seat
  const sale = seat.made.get(of)
  if (!sale) return null
  const known = await scan(seat, sale.receipt).catch((error: Error) => {
    if (error.message.includes('sale-not-found')) return null
    throw error
  })
  if (!known) {
    await hands.do('notice.dismiss', {})
    return null
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
  return { sale, amount: item?.price ?? 0, revision, total }
}

async function exchange(
  seat: Seat,
  { of, sale, items }: Extract<Visit, { do: 'exchange' }>,
): Promise<boolean> {
  const { hands, ledger, till } = seat
  const back = await bringBack(seat, of)
  if (!back) return false
  const { revision, total, amount } = back
  await hands.do('exchange.begin', { reason: 'wrong-item', revision, total })
  await scanAll(seat, items)
  await until(`${till.name} to set ${amount} against it`, () => hands.see('exchange')?.credit === amount)
  await pay(seat, sale, items, 'exact', amount)
  ledger.refunded(seat.index, amount, 'exchange')
  await until('the exchange to be done', () => hands.see('exchange') === null)
  return true
}

async function takeBack(seat: Seat, of: number): Promise<boolean> {
  const { hands, ledger } = seat
  const brought = await bringBack(seat, of)
  if (!brought) return false
  const { sale, amount, revision, total } = brought
  const back = await hands.do('refund.complete', { reason: 'unwanted', revision, total })
  const to = sale.pay === 'card' ? 'card' : 'cash'
  if (back.tenders.some(({ kind }) => kind !== to)) throw new Error(`refund of sale ${of} went elsewhere`)
  ledger.refunded(seat.index, amount, to)
  await until('the refund to be done', () => hands.see('refund') === null)
  return true
}

/** @returns false when it cannot be done yet: another till's news has not come */
async function serve(seat: Seat, visit: Visit): Promise<boolean> {
  if (visit.do === 'refund') return takeBack(seat, visit.of)
  if (visit.do === 'exchange') return exchange(seat, visit)
  if (visit.do === 'take-up') {
    if (!(await takeUp(seat, visit.name))) return false
    await pay(seat, visit.sale, visit.items, visit.pay)
    return true
  }
  if (visit.do === 'take-up-too') {
    if (!(await takeUp(seat, visit.name))) return false
    await agreed(seat, visit.items)
    await seat.hands.do('basket.void', {})
    return true
  }
  if (visit.do === 'sell' && visit.killed) await dieIn(seat, visit.items)
  else await scanAll(seat, visit.items)
  await takeOff(seat, visit.items)
  if (visit.do === 'park') await seat.hands.do('parked.park', { label: visit.name })
  else if (visit.do === 'walk-away') await seat.hands.do('basket.void', {})
  else {
    if (visit.note) await seat.hands.do('basket.note', { lineId: null, note: 'À retirer par un proche' })
    await pay(seat, visit.sale, visit.items, visit.pay)
  }
  return true
}

/** Someone who serves customers at one till, by the commands its screen gives. */
export function createClerk(counter: Counter) {
  const seat = { ...counter } as Seat
  const { measured } = seat
  return {
    till: seat.till,
    index: seat.index,
    serve: (visit: Visit) => serve(seat, visit),
    /** Unlocks, and opens the drawer with a float, minor units. */
    open: async (float: number) => {
      await arrive(seat)
      await seat.hands.do('session.open', { float: float as never })
    },
    /** Someone else unlocks. */
    relieve: (pin: string) => seat.hands.do('operator.unlock', { pin }),
    /** Whether a parked sale of that name waits, as this till knows. */
    sees: (name: string) => parked(seat, name) !== undefined,
    lock: () => seat.hands.do('operator.lock', {}),
    hands: () => seat.hands,
    /** Whether the branch's line is up, as this till sees it. */
    look: () => {
      const status = seat.hands.see('status')
      const sync = status?.sync
      const waiting = sync && 'sales' in sync ? sync.sales : 0
      measured.salesWaitingMost = Math.max(measured.salesWaitingMost, waiting)
      measured.papersWaitingMost = Math.max(measured.papersWaitingMost, status?.printer.waiting ?? 0)
    },
    close: () => seat.hands.close(),
  }
}
