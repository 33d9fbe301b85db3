import { z } from 'zod'
import type { TillDatabase } from '../../desktop/till/store/database.ts'
import type { CashCount } from '../../domain/cash-session/events.ts'
import { DENOMINATIONS } from '../../domain/cash-session/rules.ts'
import { carriedBy } from '../../domain/journal/carried.ts'
import { journalEventSchema } from '../../domain/journal/event.ts'
import { minor, minorSchema } from '../../domain/money.ts'
import { isRefusal, type Refusal } from '../../domain/refusals.ts'
import { drawersOf, type Fact, type ToldSale } from './model.ts'
import type { Deed } from './plan.ts'
import { drawerDespiteRot } from './rotten.ts'
import { PRODUCTS } from './stage.ts'
import { wait } from './time.ts'
import { type Counter, inDrawers, type World } from './world.ts'

const LOOK_MS = 100

/** Looks at what a till in another process shows until it shows it. */
const LOOKS = 50

const euros = (amount: number) => (amount / 100).toFixed(2)
const refused = (answer: Refusal) => `refused: ${answer.refused}`

/** Unlocks the till if nobody is there. @returns why nothing can be done at it, or null */
async function someoneThere({ till, pin }: Counter): Promise<string | null> {
  await till.standing()
  if (!till.running()) return 'the till is down'
  if (till.view().unlocked) return null
  if (!till.read((db) => db.prepare('select 1 from staff_pin limit 1').get())) return 'it knows nobody yet'
  const operator = await till.ask('operator.unlock', { pin })
  return isRefusal(operator) ? refused(operator) : null
}

/** The newest fact of a till's journal, as it was first signed. */
function newestFact(db: TillDatabase) {
  const body = db
    .prepare(`select body from (select body, seq, 1 as present, 0 as incarnation from journal
      union all select body, seq, 0, incarnation from journal_past)
      order by present desc, incarnation desc, seq desc limit 1`)
    .pluck()
    .get() as string
  const event = journalEventSchema.parse(JSON.parse(body))
  const { hash, payload } = carriedBy(event) ?? event
  return { hash, ...payloadSchema.parse(payload) }
}

/** What is read of any fact: where it happened, and what a sale took off the shelf. */
const payloadSchema = z.object({
  sessionId: z.string().nullish(),
  registerId: z.string().optional(),
  lines: z.array(z.object({ productId: z.string(), quantity: z.number() })).default([]),
})

/** Keeps what the till has just said that it did. @returns the fact */
async function note(
  { till, told, branchId }: Counter,
  said: Partial<Omit<Fact, 'sale'>> & { sale?: Omit<ToldSale, 'registerId'> },
): Promise<Fact> {
  await till.standing()
  const { hash, sessionId, registerId = '', lines } = till.read(newestFact)
  const { sale, ...rest } = said
  const fact: Fact = {
    hash,
    branchId,
    cash: 0,
    session: sessionId ?? null,
    packs: sale ? lines : [],
    sale: sale ? { ...sale, registerId } : null,
    ...rest,
  }
  told.facts.push(fact)
  return fact
}

/** A sale that nobody was told of, and the hash of its event. */
const unheardSchema = z.object({
  saleId: z.string(),
  sessionId: z.string(),
  registerId: z.string(),
  receiptNumber: z.number(),
  total: minorSchema,
  lines: z.array(z.object({ productId: z.string(), quantity: z.number() })),
  tenders: z.array(z.object({ kind: z.string(), amount: z.number() })),
})

/** A sale that was under way when its till died has happened if it is in the journal: from now on it may not be lost. */
function adoptUnheard({ till, told, branchId, rotten }: Counter): void {
  const heard = new Set(told.facts.map(({ hash }) => hash))
  const columns = new Set(rotten.events.map(({ column }) => column))
  const bodies = till.read(
    (db) =>
      db.prepare('select hash, body from journal order by seq').all() as { hash: string; body: string }[],
  )
  for (const { hash: column, body } of bodies) {
    if (columns.has(column)) continue
    const event = journalEventSchema.parse(JSON.parse(body))
    const { hash, payload } = carriedBy(event) ?? event
    if (heard.has(hash)) continue
    const { saleId, sessionId, registerId, receiptNumber, total, lines, tenders } =
      unheardSchema.parse(payload)
    const sale = { saleId, registerId, receiptNumber, total }
    const cash = tenders.reduce((sum, { kind, amount }) => sum + (kind === 'cash' ? amount : 0), 0)
    told.facts.push({ hash, sale, cash, session: sessionId, branchId, packs: lines })
  }
}

/** Customers whom a till that dies is selling to. */
const AT_DEATH = 4

/** kill -9, in the middle of a sale where the till can die there. */
export async function killTill(counter: Counter): Promise<void> {
  const { till, line } = counter
  const selling = till.diesMidway ? sellSome(counter, AT_DEATH).catch(() => '') : null
  if (selling) await wait(LOOK_MS * (1 + (counter.told.facts.length % 5)))
  await till.kill()
  line.breakAll()
  await selling
  if (selling) adoptUnheard(counter)
}

async function sellToEach(counter: Counter, deed: Deed & { do: 'sell' }): Promise<string> {
  const came: string[] = []
  for (let customer = 0; customer < deed.customers; customer++) {
    came.push(await sell(counter, deed))
    await wait(deed.gapMs)
  }
  return came.length > 3 ? `${came.slice(0, 2).join('; ')}; … ${came.at(-1)}` : came.join('; ')
}

async function sell(counter: Counter, deed: Pick<Deed & { do: 'sell' }, 'items' | 'pay'>): Promise<string> {
  const { till } = counter
  for (const { product, quantity } of deed.items) {
    const productId = PRODUCTS[product]?.id ?? ''
    const added = await till.ask('basket.add', { productId, quantity })
    if (isRefusal(added)) return refused(added)
  }
  const pay = () => {
    const { total, revision } = till.view().basket
    return deed.pay === 'cash'
      ? till.ask('sale.pay-cash', { given: minor(total + 500), revision })
      : till.ask('sale.pay-card', { revision })
  }
  let paid = await pay()
  // What a till in another process shows may be a moment behind its answers.
  while (isRefusal(paid) && paid.refused === 'basket-changed') {
    await wait(LOOK_MS)
    paid = await pay()
  }
  if (isRefusal(paid)) return refused(paid)
  if (!paid) return 'something is due still'
  const { saleId, receiptNumber, total } = paid
  const sale = { saleId, receiptNumber, total }
  await note(counter, { sale, cash: deed.pay === 'cash' ? total : 0 })
  return `receipt ${receiptNumber} over ${euros(total)}, ${deed.pay}`
}

/** Sells one pack of the first product so many times, for cash. */
export async function sellSome(counter: Counter, customers: number): Promise<string> {
  const nobody = await someoneThere(counter)
  if (nobody) return nobody
  const came: string[] = []
  for (let customer = 0; customer < customers; customer++) {
    came.push(await sell(counter, { items: [{ product: 0, quantity: 1 }], pay: 'cash' }))
  }
  return came.join('; ') || 'no customers'
}

/** Sales that the till shows, its own and its neighbours', in an order that does not change. */
const salesShown = (db: TillDatabase) =>
  db.prepare('select id from sale order by business_date, id').pluck().all() as string[]

/** What a till shows of this sale's refund under way, once it shows it. */
async function refundShown({ till }: Counter, saleId: string, revision: number) {
  for (let look = 0; look < LOOKS; look++) {
    const { refund } = till.view()
    if (refund?.sale?.saleId === saleId && refund.revision >= revision) return refund
    await wait(LOOK_MS)
  }
  return null
}

async function refund(counter: Counter, deed: Deed & { do: 'refund' }): Promise<string> {
  const { till } = counter
  const sales = till.read(salesShown)
  const saleId = sales[Math.floor(deed.pick * sales.length)]
  if (saleId === undefined) return 'it shows no sale'
  const begun = await till.ask('refund.begin', { saleId })
  if (isRefusal(begun)) return refused(begun)
  const shown = await refundShown(counter, saleId, 0)
  const lines = (shown?.lines ?? []).filter(({ left }) => (left ?? 0) > 0)
  const chosen = deed.all ? lines : lines.slice(0, 1)
  for (const { lineId, left } of chosen) {
    const quantity = deed.all ? (left ?? 0) : 1
    const chose = await till.ask('refund.choose', { lineId, quantity, disposition: deed.disposition })
    if (isRefusal(chose)) return refused(chose)
  }
  const agreed = await refundShown(counter, saleId, (shown?.revision ?? 0) + chosen.length)
  if (!agreed || chosen.length === 0) {
    await till.ask('refund.cancel', {})
    return 'nothing is left to be given back'
  }
  const done = await till.ask('refund.complete', {
    reason: 'unwanted',
    revision: agreed.revision,
    total: agreed.total,
  })
  if (isRefusal(done)) return refused(done)
  const back = agreed.lines.filter(({ quantity }) => quantity > 0)
  const packs =
    deed.disposition === 'stock'
      ? back.map(({ productId, quantity }) => ({ productId, quantity: -quantity }))
      : []
  const cash = done.tenders.reduce((sum, { kind, amount }) => sum + (kind === 'cash' ? amount : 0), 0)
  await note(counter, { packs, cash: -cash })
  return `refund ${done.refundNumber} over ${euros(done.total)}, ${deed.disposition}`
}

async function openSession(counter: Counter, float: number): Promise<string> {
  const opened = await counter.till.ask('session.open', { float: minor(float) })
  if (isRefusal(opened)) return refused(opened)
  await note(counter, { session: opened.sessionId, cash: float })
  return `float ${euros(float)}`
}

/** A count that comes to an amount, largest notes first. */
function countsOf(amount: number): CashCount[] {
  let left = amount
  return DENOMINATIONS.EUR.flatMap((denomination) => {
    const quantity = Math.floor(left / denomination)
    left -= quantity * denomination
    return quantity > 0 ? [{ denomination, quantity }] : []
  })
}

/** The session that is open at a register, as its till has it. */
const openAt = (db: TillDatabase, registerId: string) =>
  db
    .prepare('select id from cash_session where register_id = ? and closed_at is null')
    .pluck()
    .get(registerId) as string | undefined

async function closeSession(world: World, counter: Counter, off: number): Promise<string> {
  const { till, told, secondPin } = counter
  const open = till.read((db) => openAt(db, till.registerId()))
  const inDrawer = drawersOf(told.facts).get(open ?? '') ?? 0
  const counts = countsOf(Math.max(0, inDrawer + off))
  let report = await till.ask('session.close', { counts })
  // Far off, it is counted again, and what it differs by explained.
  for (let i = 0; i < 2 && !isRefusal(report) && 'pending' in report; i++) {
    const pin = report.pending === 'explain' && report.witness ? secondPin : undefined
    report = await till.ask('session.close', { counts, reason: 'simulated', ...(pin && { pin }) })
  }
  if (isRefusal(report)) return refused(report)
  if ('pending' in report) return `still asked: ${report.pending}`
  const { session } = await note(counter, {})
  const may = drawerDespiteRot(session ?? '', told.facts, inDrawers(world, counter))
  if (!may.has(report.expected)) {
    world.findings.push(
      `Z ${report.zNumber} expected ${euros(report.expected)}, but the drawer was told ${[...may].map(euros).join(' or ')}`,
    )
  }
  return `Z ${report.zNumber}, expected ${euros(report.expected)}, counted ${euros(report.counted)}`
}

async function moveCash(counter: Counter, deed: Deed & { do: 'move-cash' }): Promise<string> {
  const { kind, amount } = deed
  const moved = await counter.till.ask('drawer.move', { kind, amount: minor(amount), reason: 'simulated' })
  if (isRefusal(moved)) return refused(moved)
  await note(counter, { cash: kind === 'paid-in' ? amount : -amount })
  return `${kind} ${euros(amount)}`
}

async function noSale(counter: Counter): Promise<string> {
  const opened = await counter.till.ask('drawer.open', { reason: 'simulated' })
  if (isRefusal(opened)) return refused(opened)
  await note(counter, {})
  return 'opened'
}

/** What somebody does who stands at a till. @returns what came of it, in words */
export async function atCounter(world: World, counter: Counter, deed: Deed): Promise<string> {
  const nobody = await someoneThere(counter)
  if (nobody) return nobody
  switch (deed.do) {
    case 'sell':
      return sellToEach(counter, deed)
    case 'refund':
      return refund(counter, deed)
    case 'open-session':
      return openSession(counter, deed.float)
    case 'close-session':
      return closeSession(world, counter, deed.off)
    case 'move-cash':
      return moveCash(counter, deed)
    default:
      return noSale(counter)
  }
}
