import { refetchAsked } from '../../desktop/till/replica/verify/refetch.ts'
import { backUpTill, cloneTill, restoreTill } from './copies.ts'
import { atCounter, killTill } from './counter.ts'
import type { Deed, Refetch } from './plan.ts'
import { PRODUCTS } from './stage.ts'
import { wait } from './time.ts'
import type { Counter, World } from './world.ts'

const FIRST_REPLICA_MS = 60_000
const LOOK_MS = 100

/** A first replica takes seconds, and a look at all that a till shows takes some of them from it. */
const LOOK_FOR_REPLICAS_MS = 500
const DAY_MS = 86_400_000

const euros = (amount: number) => (amount / 100).toFixed(2)

/** What fate does to a till or its line. */
async function toCounter(world: World, counter: Counter, deed: Deed): Promise<string> {
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
      await killTill(counter)
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
    case 'back-up':
      return backUpTill(counter)
    case 'restore':
      return restoreTill(world, counter)
    case 'clone':
      return cloneTill(world, counter, deed)
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

const AT_COUNTER = new Set<Deed['do']>([
  'sell',
  'refund',
  'open-session',
  'close-session',
  'move-cash',
  'no-sale',
])

/** How long a till may take until it notices that it is to fetch tables anew, the product's own ms. */
const NOTICED_MS = 3000

/** Has a till begin to fetch tables anew. @returns what came of it, in words, while it is at it */
export async function fetchAnew(world: World, { till: index, tables }: Refetch): Promise<string> {
  const till = world.counters[index]?.till
  if (!till?.running()) return 'it is down'
  try {
    till.refetch(tables)
    const begun = () => !till.running() || till.read(refetchAsked).length === 0
    for (let waited = 0; !begun() && waited < NOTICED_MS; waited += LOOK_MS) await wait(LOOK_MS)
    return tables.join(', ')
  } catch (error) {
    return `failed: ${(error as Error).message}`
  }
}

/** Does one deed. @returns what came of it, in words */
export async function carryOut(world: World, deed: Deed): Promise<string> {
  if (deed.do === 'wait') {
    await wait(deed.ms)
    return `${deed.ms} ms`
  }
  if (deed.do === 'await-replicas') {
    const loading = () => world.counters.some(({ till }) => till.view().loading)
    for (let waited = 0; loading() && waited < FIRST_REPLICA_MS; waited += LOOK_FOR_REPLICAS_MS)
      await wait(LOOK_FOR_REPLICAS_MS)
    return loading() ? 'not all of them came' : 'every till can sell'
  }
  if (!('till' in deed)) return atOffice(world, deed)
  const counter = world.counters[deed.till]
  if (!counter) throw new RangeError(`there is no till ${deed.till}`)
  return AT_COUNTER.has(deed.do) ? atCounter(world, counter, deed) : toCounter(world, counter, deed)
}
