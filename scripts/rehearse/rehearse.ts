import { fileURLToPath } from 'node:url'
import { untilTillsEqualServer } from '../../e2e/support/compare.ts'
import { type Product, startProduct } from '../../e2e/support/product.ts'
import { untilTheySell } from '../../e2e/support/replica.ts'
import { until } from '../../e2e/support/until.ts'
import { readBdpmFolder } from '../../sync-server/catalogue/files.ts'
import { DEMO_STAFF, MARKET } from '../demo/organisation.ts'
import { type Clerk, createClerk, type MadeSale, type Measured } from './clerk.ts'
import { startClock } from './clock.ts'
import { type Closing, checkServer, checkZ, closeDrawer, exceptionsByCode, type Findings } from './closing.ts'
import { playDay } from './day.ts'
import { figuresOf } from './figures.ts'
import { openLedger, type TillLedger } from './ledger.ts'
import type { RehearseOptions } from './options.ts'
import { DAY_SECONDS, FIRST_PART, type Pack, packsOf, planDay, TILLS, type Visit, voucherOf } from './plan.ts'
import { NO_SCREENS, openScreens, type Screens } from './screens.ts'

const FLOAT = 15_000

/** How long a sale of the whole day is played, s. */
const A_SALE = 0.125

/** The demo's branch has two registers; a Saturday takes a third. */
const THIRD = {
  id: '019aa000-0000-7000-8002-000000000009',
  branch_id: MARKET.id,
  number: 3,
  name: 'Comptoir 3',
}

/** A printer is given this long for what it is behind, ms. */
const PRINTING_MS = 300_000

type Say = (line: string) => void

const pinOf = (role: string): string =>
  DEMO_STAFF.find((each) => each.role === role && each.branchId === MARKET.id)?.pin ?? ''

const nothingYet = (): Measured => ({
  scans: [],
  sales: [],
  closes: [],
  backAfter: null,
  papersWaitingMost: 0,
  salesWaitingMost: 0,
})

async function openBranch(
  product: Product,
  { packs, visits }: { packs: readonly Pack[]; visits: readonly Visit[] },
  say: Say,
): Promise<void> {
  await putOnShelves(product, packs)
  await issueVouchers(product, visits)
  await product.db.insertInto('register').values(THIRD).execute()
  for (const register of [undefined, undefined, THIRD]) await product.addTill(register)
  await untilTheySell(product.tills, 120_000)
  say(`${MARKET.name}: ${TILLS} tills, each with the whole catalogue`)
}

/** More of each pack than a Saturday sells. */
async function putOnShelves(product: Product, packs: readonly Pack[]): Promise<void> {
  const codes = [...new Set(packs.map(({ cip13 }) => cip13))]
  const products = await product.db.selectFrom('product').select('id').where('cip13', 'in', codes).execute()
  const rows = products.map(({ id }) => ({ branch_id: MARKET.id, product_id: id, quantity: 500 }))
  await product.db.insertInto('stock_on_hand').values(rows).execute()
}

/** A voucher for each sale that is paid with one. */
async function issueVouchers({ db }: Product, visits: readonly Visit[]): Promise<void> {
  const codes = visits.flatMap((visit) =>
    'pay' in visit && visit.pay === 'voucher' ? [voucherOf(visit.sale)] : [],
  )
  if (codes.length === 0) return
  const made = codes.map((code) => ({ code, expires_on: null, active: true }))
  await db.insertInto('voucher').values(made).execute()
  const worth = codes.map((code) => ({ code, amount: FIRST_PART }))
  await db.insertInto('voucher_balance').values(worth).execute()
}

/** All of a till's facts have reached the server. */
const arrived = (product: Product) =>
  until(
    'every journal to arrive',
    async () => {
      const heads = await product.db.selectFrom('device_head').select('hash').execute()
      return product.tills.every((till) => heads.some(({ hash }) => hash === till.journalHead().hash))
    },
    60_000,
  )

/** Closes the day's drawers and compares what everyone has. */
async function settle(
  product: Product,
  day: { clerks: readonly Clerk[]; ledger: ReturnType<typeof openLedger>; measured: readonly Measured[] },
  screens: Screens,
): Promise<{ closings: Closing[]; findings: Findings; exceptions: Map<string, number> }> {
  const findings: Findings = []
  const closings: Closing[] = []
  for (const clerk of day.clerks) {
    const { index, till } = clerk
    const last = index === TILLS - 1
    const measured = day.measured[index] as Measured
    const closing = await closeDrawer(clerk, {
      ledger: day.ledger,
      float: FLOAT,
      pin: pinOf('pharmacist'),
      witness: pinOf('branch_manager'),
      measured,
      last,
    })
    closings.push(closing)
    checkZ(till.name, closing, day.ledger.tills[index] as TillLedger, findings)
  }
  await arrived(product)
  for (const [i, till] of product.tills.entries()) {
    const own = day.ledger.tills[i] as TillLedger
    await checkServer(product.db, till, closings[i] as Closing, own, findings)
    await until(
      `the papers of ${till.name}`,
      () => day.clerks[i]?.hands().see('status')?.printer.waiting === 0,
      PRINTING_MS,
    )
    screens.paper(`z-till-${i + 1}`, till)
  }
  await untilTillsEqualServer(product.db, MARKET.id, product.tills).catch((error: Error) => {
    findings.push(error.message)
  })
  const exceptions = await exceptionsByCode(product.db)
  const twice = exceptions.get('parked-recalled-twice') ?? 0
  if (twice !== 1) findings.push(`${twice} parked sales were found at two tills, one was taken up at two`)
  for (const clerk of day.clerks) {
    const told = clerk.hands().see('exceptions') ?? []
    if (!told.some(({ code }) => code === 'parked-recalled-twice')) {
      findings.push(`${clerk.till.name} was not told of the sale that two tills took up`)
    }
  }
  return { closings, findings, exceptions }
}

/** Plays the Saturday. @returns what did not reconcile */
export async function rehearse({ seed, sales, out }: RehearseOptions, say: Say): Promise<Findings> {
  const { catalogue } = await readBdpmFolder(fileURLToPath(new URL('../../data/bdpm', import.meta.url)))
  const packs = packsOf(catalogue.products, seed)
  const visits = planDay(seed, sales, packs)
  const product = await startProduct()
  let screens = NO_SCREENS
  try {
    await openBranch(product, { packs, visits }, say)
    if (out !== null) screens = await openScreens(product, out)
    const ledger = openLedger(TILLS)
    const made = new Map<number, MadeSale>()
    const measured = product.tills.map(nothingYet)
    const clerks = product.tills.map((till, index) =>
      createClerk({
        till,
        index,
        registerNumber: index + 1,
        pin: pinOf('cashier'),
        ledger,
        measured: measured[index] as Measured,
        made,
        onBack: async () => {
          say(`        ${till.name} was killed in mid-sale, and is back`)
          await screens.reopen(index)
          await screens.till('killed-and-back', index, /kept in the basket/)
        },
      }),
    )
    for (const clerk of clerks) await clerk.open(FLOAT)
    await screens.till('opening-till-1', 0)
    const seconds = sales * A_SALE
    const pace = DAY_SECONDS / seconds
    say(
      `seed ${seed}: ${sales} sales; eleven hours in ${seconds.toFixed(0)} s, ${pace.toFixed(0)} times as fast`,
    )
    const began = performance.now()
    await playDay(visits, { clock: startClock(pace), clerks, line: product.line, screens, say })
    say(`the day took ${((performance.now() - began) / 1000).toFixed(1)} s`)
    const { closings, findings, exceptions } = await settle(product, { clerks, ledger, measured }, screens)
    await screens.office('closed-console')
    const names = product.tills.map(({ name }) => name)
    for (const line of figuresOf(names, ledger.tills, closings, measured)) say(line)
    say(`for head office to look at: ${[...exceptions].map(([code, n]) => `${n} ${code}`).join(', ')}`)
    if (screens.saved.length > 0) say(`saved ${screens.saved.length} pictures: ${out}`)
    for (const finding of findings) say(`DOES NOT RECONCILE: ${finding}`)
    if (findings.length === 0) say('tills, Postgres, Z reports and ledger agree to the cent')
    for (const clerk of clerks) clerk.close()
    return findings
  } finally {
    await screens.close()
    await product.close()
  }
}
