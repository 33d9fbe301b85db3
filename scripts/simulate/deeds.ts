import type { CashCount } from '../../domain/cash-session/events.ts'
import { DENOMINATIONS } from '../../domain/cash-session/rules.ts'
import { minor } from '../../domain/money.ts'
import { isRefusal, type Refusal } from '../../domain/refusals.ts'
import { intoDrawer, type ToldSale } from './model.ts'
import type { Deed } from './plan.ts'
import { PRODUCTS } from './stage.ts'
import { wait } from './time.ts'
import type { Counter, World } from './world.ts'

const FIRST_REPLICA_MS = 60_000
const LOOK_MS = 100
const DAY_MS = 86_400_000

const euros = (amount: number) => (amount / 100).toFixed(2)
const refused = (answer: Refusal) => `refused: ${answer.refused}`

/** Unlocks the till if nobody is there. @returns why nothing can be done at it, or null */
async function someoneThere({ till, pin }: Counter): Promise<string | null> {
  if (!till.running()) return 'the till is down'
  if (till.view().unlocked) return null
  if (!till.read((db) => db.prepare('select 1 from staff_pin limit 1').get())) return 'it knows nobody yet'
  const operator = await till.ask('operator.unlock', { pin })
  return isRefusal(operator) ? refused(operator) : null
}

async function sellToEach(counter: Counter, deed: Deed & { do: 'sell' }): Promise<string> {
  const came: string[] = []
  for (let customer = 0; customer < deed.customers; customer++) {
    came.push(await sell(counter, deed))
    await wait(deed.gapMs)
  }
  return came.length > 3 ? `${came.slice(0, 2).join('; ')}; … ${came.at(-1)}` : came.join('; ')
}

/** What a sale took off the shelf, by its own lines. */
const packsOf = (till: Counter['till'], saleId: string) =>
  till.read(
    (db) =>
      db
        .prepare('select product_id as productId, quantity from sale_line where sale_id = ?')
        .all(saleId) as ToldSale['packs'],
  )

async function sell(counter: Counter, deed: Deed & { do: 'sell' }): Promise<string> {
  const { till, told } = counter
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
  told.events += 1
  const packs = packsOf(till, paid.saleId)
  told.sales.push({ saleId: paid.saleId, receiptNumber: paid.receiptNumber, total: paid.total, packs })
  if (deed.pay === 'cash') intoDrawer(told, paid.total)
  return `receipt ${paid.receiptNumber} over ${euros(paid.total)}, ${deed.pay}`
}

async function openSession({ till, told }: Counter, float: number): Promise<string> {
  const opened = await till.ask('session.open', { float: minor(float) })
  if (isRefusal(opened)) return refused(opened)
  told.events += 1
  told.openSession = opened.sessionId
  intoDrawer(told, float)
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

async function closeSession(
  { till, told, secondPin }: Counter,
  off: number,
  found: World['findings'],
): Promise<string> {
  const inDrawer = told.drawers.get(told.openSession ?? '') ?? 0
  const counts = countsOf(Math.max(0, inDrawer + off))
  let z = await till.ask('session.close', { counts })
  // Far off, it is counted again, and what it differs by explained.
  for (let i = 0; i < 2 && !isRefusal(z) && 'pending' in z; i++) {
    const pin = z.pending === 'explain' && z.witness ? secondPin : undefined
    z = await till.ask('session.close', { counts, reason: 'simulated', ...(pin && { pin }) })
  }
  if (isRefusal(z)) return refused(z)
  if ('pending' in z) return `still asked: ${z.pending}`
  told.events += 1
  told.openSession = null
  if (z.expected !== inDrawer) {
    found.push(`Z ${z.zNumber} expected ${euros(z.expected)}, but the drawer was told ${euros(inDrawer)}`)
  }
  return `Z ${z.zNumber}, expected ${euros(z.expected)}, counted ${euros(z.counted)}`
}

async function moveCash({ till, told }: Counter, deed: Deed & { do: 'move-cash' }): Promise<string> {
  const { kind, amount } = deed
  const moved = await till.ask('drawer.move', { kind, amount: minor(amount), reason: 'simulated' })
  if (isRefusal(moved)) return refused(moved)
  told.events += 1
  intoDrawer(told, kind === 'paid-in' ? amount : -amount)
  return `${kind} ${euros(amount)}`
}

async function noSale({ till, told }: Counter): Promise<string> {
  const opened = await till.ask('drawer.open', { reason: 'simulated' })
  if (isRefusal(opened)) return refused(opened)
  told.events += 1
  return 'opened'
}

async function atCounter(world: World, counter: Counter, deed: Deed): Promise<string> {
  const nobody = await someoneThere(counter)
  if (nobody) return nobody
  switch (deed.do) {
    case 'sell':
      return sellToEach(counter, deed)
    case 'open-session':
      return openSession(counter, deed.float)
    case 'close-session':
      return closeSession(counter, deed.off, world.findings)
    case 'move-cash':
      return moveCash(counter, deed)
    default:
      return noSale(counter)
  }
}

/** What fate does to a till or its line. */
async function toCounter(counter: Counter, deed: Deed): Promise<string> {
  const { till, line } = counter
  switch (deed.do) {
    case 'slow-line':
      line.delay(deed.ms)
      return `${deed.ms} ms each way`
    case 'cut-line':
      line.cut()
      return 'cut'
    case 'half-open-line':
      line.halfOpen()
      return 'half open'
    case 'captive-portal':
      line.portal()
      return 'every request is answered with a page'
    case 'restore-line':
      line.delay(0)
      line.restore()
      return 'good again'
    case 'spoil':
      line.spoil(deed.spoiling)
      return `the next ${deed.spoiling.of} exchange: ${JSON.stringify(deed.spoiling)}`
    case 'kill-till':
      if (!till.running()) return 'it is down'
      await till.kill()
      line.breakAll()
      return 'killed'
    case 'start-till':
      await till.start()
      return 'started'
    case 'set-clock':
      till.setClock(deed.days * DAY_MS)
      return `${deed.days} days ahead`
    case 'fill-disk':
      till.limitDisk(deed.pages)
      return `room for ${deed.pages} pages`
    default:
      till.limitDisk(null)
      return 'room again'
  }
}

/** What happens at head office, or to its machines. */
async function atOffice(world: World, deed: Deed): Promise<string> {
  const { office, stage } = world
  switch (deed.do) {
    case 'kill-server':
      await office.kill()
      world.connectLines()
      return 'killed'
    case 'start-server':
      await office.start()
      world.connectLines()
      return 'started'
    case 'kill-postgres':
      stage.cluster.kill()
      return 'killed'
    case 'start-postgres':
      await stage.cluster.start()
      return 'started'
    case 'set-price': {
      const { id, name } = PRODUCTS[deed.product] ?? { id: '', name: '' }
      const done = await office.setPrice(id, deed.price)
      return `${name} at ${euros(deed.price)}: ${done ? 'set' : 'not known whether set'}`
    }
    default:
      return ''
  }
}

const AT_COUNTER = new Set<Deed['do']>(['sell', 'open-session', 'close-session', 'move-cash', 'no-sale'])

/** Does one deed. @returns what came of it, in words */
export async function carryOut(world: World, deed: Deed): Promise<string> {
  if (deed.do === 'wait') {
    await wait(deed.ms)
    return `${deed.ms} ms`
  }
  if (deed.do === 'await-replicas') {
    const loading = () => world.counters.some(({ till }) => till.view().loading)
    for (let waited = 0; loading() && waited < FIRST_REPLICA_MS; waited += LOOK_MS) await wait(LOOK_MS)
    return loading() ? 'not all of them came' : 'every till can sell'
  }
  if (!('till' in deed)) return atOffice(world, deed)
  const counter = world.counters[deed.till]
  if (!counter) throw new RangeError(`there is no till ${deed.till}`)
  return AT_COUNTER.has(deed.do) ? atCounter(world, counter, deed) : toCounter(counter, deed)
}
