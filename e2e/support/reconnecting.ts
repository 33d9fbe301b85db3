import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import Database from 'better-sqlite3'
import type { StatusView } from '../../desktop/bridge/views.ts'
import { minor } from '../../domain/money.ts'
import { DEMO_REGISTERS, DEMO_STAFF, MARKET } from '../../scripts/demo/organisation.ts'
import { type Fault, type FaultyLine, openFaultyLine } from './faulty-line.ts'
import { type Hands, layHandsOn, sellForCash } from './hands.ts'
import { DOLIPRANE, FENOFIBRATE, PACKS } from './packs.ts'
import { type Product, startProduct, type TestTill } from './product.ts'
import { untilTheySell } from './replica.ts'
import { until } from './until.ts'

/** Five things that happen to a line, each to a till of its own. */
export const TROUBLES = ['link', 'names', 'portal', 'server', 'slow'] as const
export type Trouble = (typeof TROUBLES)[number]

const FAULTS: Record<Trouble, Fault> = {
  link: 'dead',
  names: 'broken',
  portal: 'portal',
  server: 'server',
  slow: 'slow',
}

const NAMES = pathToFileURL(fileURLToPath(new URL('names.ts', import.meta.url))).href

type Sync = StatusView['sync']

/** What one till made of its trouble; times in ms. */
export interface Noticed {
  /** From the fault until the till says so; null when it did not. */
  fault: number | null
  /** What it says last before the line is well. */
  said: Sync | undefined
  /** Sales made meanwhile that reached the server while the fault lasted. */
  sentMeanwhile: number
  /** From the line's being well until the first waiting sale is in Postgres, and until it says that it is online. */
  sale: number
  online: number
  /** From a price's change at head office until the till has it: made as the line is well, or amid a slow line's slowness. */
  price: number
}

interface Station {
  trouble: Trouble
  till: TestTill
  line: FaultyLine
  hands: Hands
  /** The file whose being there kills names. */
  dead: string
}

const since = (began: number) => performance.now() - began

async function addStation(product: Product, trouble: Trouble, number: number): Promise<Station> {
  const line = await openFaultyLine(Number(new URL(product.serverUrl).port))
  const register = { ...DEMO_REGISTERS[0], id: crypto.randomUUID(), number, name: `Comptoir ${number}` }
  await product.db.insertInto('register').values(register).execute()
  const dead = join(product.dir, `names-dead-${number}`)
  const till = await product.addTill(register, {
    lineUrl: `http://${trouble === 'names' ? 'server.test' : '127.0.0.1'}:${line.port}`,
    env: trouble === 'names' ? { NODE_OPTIONS: `--import ${NAMES}`, PHARMASAAS_TEST_NAMES_DEAD: dead } : {},
  })
  return { trouble, till, line, dead, hands: await layHandsOn(till.url) }
}

const sync = ({ hands }: Station): Sync | undefined => hands.see('status')?.sync

const saysSo = (station: Station) => sync(station)?.state === 'offline'

function priceAt({ till }: Station): number {
  const db = new Database(till.databaseFile, { readonly: true })
  try {
    return Number(db.prepare('select price from product where cip13 = ?').pluck().get(FENOFIBRATE))
  } finally {
    db.close()
  }
}

async function salesAt(product: Product, { till }: Station): Promise<number> {
  const { count } = await product.db
    .selectFrom('sale')
    .where('register_id', '=', till.registerId)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}

const setPrice = (product: Product, price: number) =>
  product.db.updateTable('product').set({ price }).where('cip13', '=', FENOFIBRATE).execute()

function strike({ line, trouble, dead }: Station) {
  if (trouble === 'names') writeFileSync(dead, '')
  line.be(FAULTS[trouble])
}

function heal({ line, dead }: Station) {
  rmSync(dead, { force: true })
  line.be('none')
}

const LIMIT = 60_000

/** How long a trouble lasts, ms: until all have said so, but no longer and no shorter than this. */
export interface Hold {
  least: number
  most: number
}

/** Waits for each till to say that something is wrong. A slow line is not wrong: its till must never say so. */
async function noticeFaults(stations: readonly Station[], { least, most }: Hold) {
  const began = performance.now()
  const noticed = new Map<Station, number>()
  const isOver = () => stations.every((each) => noticed.has(each) || each.trouble === 'slow')
  while (since(began) < least || (since(began) < most && !isOver())) {
    for (const station of stations) {
      if (saysSo(station) && !noticed.has(station)) noticed.set(station, since(began))
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return noticed
}

/** Prices of head office that no till has seen, each higher than the last, and how long they take. */
function pricing(product: Product) {
  let price = 300
  return async (stations: readonly Station[]): Promise<(station: Station) => Promise<number>> => {
    price += 1
    const wanted = price
    const began = performance.now()
    await setPrice(product, wanted)
    const arrived = new Map(
      stations.map((station) => [
        station,
        until(`the price at ${station.trouble}`, () => priceAt(station) >= wanted, LIMIT).then(
          () => since(began),
          (error: Error) => {
            const said = JSON.stringify({ loading: station.hands.see('till')?.loading, said: sync(station) })
            throw new Error(`${error.message}: ${said}`, { cause: error })
          },
        ),
      ]),
    )
    for (const arrival of arrived.values()) arrival.catch(() => {})
    return (station) => arrived.get(station) as Promise<number>
  }
}

/**
 * Five tills of a running branch, each on a line of its own: something happens to each line, sales are made meanwhile, and
 * after a while all is well.
 * @param holdMs for how long it lasts at most, and at least
 * @param salesEach made at each till meanwhile
 */
export async function reconnecting(hold: Hold, salesEach: number): Promise<Record<Trouble, Noticed>> {
  const product = await startProduct({ products: PACKS })
  const stations: Station[] = []
  try {
    stations.push(...(await Promise.all(TROUBLES.map((trouble, i) => addStation(product, trouble, i + 3)))))
    await untilTheySell(
      stations.map(({ till }) => till),
      60_000,
      PACKS.length,
    )
    const pin = DEMO_STAFF.find(({ role, branchId }) => role === 'pharmacist' && branchId === MARKET.id)?.pin
    await Promise.all(
      stations.map(async ({ hands }) => {
        await hands.do('operator.unlock', { pin: pin ?? '' })
        await hands.do('session.open', { float: minor(10_000) })
        await sellForCash(hands, [DOLIPRANE])
      }),
    )
    const isQuiet = (station: Station) =>
      sync(station)?.state === 'online' && station.hands.see('till')?.loading === null
    await until('all to be online and whole', () => stations.every(isQuiet), 60_000)
    return await endure(product, stations, hold, salesEach)
  } finally {
    for (const { hands } of stations) hands.close()
    await product.close()
    await Promise.all(stations.map(({ line }) => line.close()))
  }
}

async function endure(product: Product, stations: readonly Station[], hold: Hold, salesEach: number) {
  const pricesOf = pricing(product)
  for (const station of stations) strike(station)
  const noticing = noticeFaults(stations, hold)
  await Promise.all(
    stations.map(async ({ hands }) => {
      for (let n = 0; n < salesEach; n++) await sellForCash(hands, [DOLIPRANE])
    }),
  )
  const isSlow = ({ trouble }: Station) => trouble === 'slow'
  const slowPrice = await pricesOf(stations.filter(isSlow))
  const faults = await noticing
  const before = new Map<Station, { said: Sync | undefined; sales: number }>()
  for (const each of stations) before.set(each, { said: sync(each), sales: await salesAt(product, each) })
  for (const station of stations) heal(station)
  const healed = performance.now()
  const price = await pricesOf(stations.filter((station) => !isSlow(station)))
  const observe = async (station: Station): Promise<Noticed> => {
    const { said, sales = 0 } = before.get(station) ?? {}
    const all = 1 + salesEach
    const hasCome = async () => sales === all || (await salesAt(product, station)) > sales
    const isOnline = () => sync(station)?.state === 'online'
    const [sale, online, arrived] = await Promise.all([
      until(`a sale of ${station.trouble}`, hasCome, LIMIT).then(() => since(healed)),
      until(`${station.trouble} to be online`, isOnline, LIMIT).then(() => since(healed)),
      isSlow(station) ? slowPrice(station) : price(station),
    ])
    const fault = faults.get(station) ?? null
    return { fault, said, sentMeanwhile: sales - 1, sale, online, price: arrived }
  }
  const found = stations.map(async (station) => [station.trouble, await observe(station)] as const)
  return Object.fromEntries(await Promise.all(found)) as Record<Trouble, Noticed>
}
