import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import * as organisation from './0001-organisation.ts'
import * as catalogue from './0002-catalogue.ts'
import * as sales from './0003-sales.ts'
import * as cashSessions from './0004-cash-sessions.ts'
import * as stockAndForecasts from './0005-stock-and-forecasts.ts'
import * as deviceHeads from './0006-device-heads.ts'
import * as serverLedger from './0007-server-ledger.ts'
import * as tillLedger from './0008-till-ledger.ts'
import * as productNames from './0009-product-names.ts'
import * as incarnations from './0010-incarnations.ts'
import * as waitingEvents from './0011-waiting-events.ts'
import * as refunds from './0012-refunds.ts'
import * as basketActions from './0013-basket-actions.ts'
import * as drawerActions from './0016-drawer-actions.ts'
import * as tillReplica from './0017-till-replica.ts'
import * as drawerClosing from './0018-drawer-closing.ts'
import * as zPapers from './0019-z-papers.ts'
import * as saleVersion2 from './0020-sale-version-2.ts'
import * as pricing from './0021-pricing.ts'
import * as pricedBasket from './0022-priced-basket.ts'
import * as paymentsUnderWay from './0024-payments-under-way.ts'
import * as customers from './0025-customers.ts'
import * as parking from './0027-parking.ts'
import * as openBaskets from './0028-open-baskets.ts'
import * as substances from './0029-substances.ts'
import * as favourites from './0030-favourites.ts'
import * as headOffice from './0031-head-office.ts'
import * as paymentReturns from './0032-payment-returns.ts'
import * as productSearch from './0034-product-search.ts'
import * as customerDecisions from './0035-customer-decisions.ts'
import * as consoleParts from './0038-console-parts.ts'
import * as lateRefunds from './0041-late-refunds.ts'
import * as closings from './0042-closings.ts'
import * as staffOfABranch from './0044-staff-of-a-branch.ts'
import * as unreadEvents from './0045-unread-events.ts'
import * as damagedEvents from './0046-damaged-events.ts'
import * as peopleAndDevices from './0048-people-and-devices.ts'
import * as factsElsewhere from './0051-facts-elsewhere.ts'
import * as unknownColumns from './0052-unknown-columns.ts'
import * as passedOver from './0053-passed-over.ts'
import type { Dialect } from './dialect.ts'

type Step = { up(db: Kysely<unknown>, dialect: Dialect): Promise<void> }

const STEPS: Record<string, Step> = {
  '0001-organisation': organisation,
  '0002-catalogue': catalogue,
  '0003-sales': sales,
  '0004-cash-sessions': cashSessions,
  '0005-stock-and-forecasts': stockAndForecasts,
  '0006-device-heads': deviceHeads,
  '0007-server-ledger': serverLedger,
  '0008-till-ledger': tillLedger,
  '0009-product-names': productNames,
  '0010-incarnations': incarnations,
  '0011-waiting-events': waitingEvents,
  '0012-refunds': refunds,
  '0013-basket-actions': basketActions,
  '0016-drawer-actions': drawerActions,
  '0017-till-replica': tillReplica,
  '0018-drawer-closing': drawerClosing,
  '0019-z-papers': zPapers,
  '0020-sale-version-2': saleVersion2,
  '0021-pricing': pricing,
  '0022-priced-basket': pricedBasket,
  '0024-payments-under-way': paymentsUnderWay,
  '0025-customers': customers,
  '0027-parking': parking,
  '0028-open-baskets': openBaskets,
  '0029-substances': substances,
  '0030-favourites': favourites,
  '0031-head-office': headOffice,
  '0032-payment-returns': paymentReturns,
  '0034-product-search': productSearch,
  '0035-customer-decisions': customerDecisions,
  '0038-console-parts': consoleParts,
  '0041-late-refunds': lateRefunds,
  '0042-closings': closings,
  '0044-staff-of-a-branch': staffOfABranch,
  '0045-unread-events': unreadEvents,
  '0046-damaged-events': damagedEvents,
  '0048-people-and-devices': peopleAndDevices,
  '0051-facts-elsewhere': factsElsewhere,
  '0052-unknown-columns': unknownColumns,
  '0053-passed-over': passedOver,
}

/** Kysely runs Postgres migrations in one transaction by itself, but not SQLite's: those get one each. */
const runStep = (step: Step, dialect: Dialect) => (open: Kysely<unknown>) =>
  dialect.side === 'till'
    ? open.transaction().execute((trx) => step.up(trx, dialect))
    : step.up(open, dialect)

/**
 * Brings a database to this build's schema, each step whole or not at all. Safe to call at every start.
 * @returns the names of the steps that ran
 * @throws Error naming the step that failed, or when the database is newer than this build
 */
export async function migrateToLatest<DB>(db: Kysely<DB>, dialect: Dialect): Promise<string[]> {
  const migrations = Object.fromEntries(
    Object.entries(STEPS).map(([name, step]) => [name, { up: runStep(step, dialect) }]),
  )
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    // Steps are numbered ahead, room by room: a lower number may come later, and none leans on a higher one.
    allowUnorderedMigrations: true,
  })
  const { error, results } = await migrator.migrateToLatest()
  const failed = results?.find((result) => result.status === 'Error')
  if (failed) throw new Error(`migration ${failed.migrationName} failed`, { cause: error })
  if (error) throw error
  return (results ?? []).map((result) => result.migrationName)
}
