/** What a till needs before anyone can sell: who is there, what is sold, where its drawer and its numbers stand. */
const COUNTER = [
  'branch',
  'register',
  'device',
  'staff',
  'product',
  'register_total',
  'cash_session',
  'drawer_balance',
  'device_head',
  'forecast_model',
  'price_list',
  'price_list_item',
  'promotion',
  'discount_limit',
  'customer',
  'voucher',
  'account_balance',
  'voucher_balance',
  'staff_pin',
]

/** The order in which a first replica is loaded; each stage is there as a whole, and stays up to date from then on. */
const STAGES: readonly (readonly string[])[] = [COUNTER, ['stock_on_hand'], ['demand_daily']]

/** Facts: whatever is not named above. Before demand, which is for forecasts alone. */
const FACTS = 2

const STAGE_OF = new Map(
  STAGES.flatMap((tables, at) => tables.map((table) => [table, at < FACTS ? at : at + 1] as const)),
)

/** @returns the stage a table is loaded in, from 0 */
export const stageOf = (table: string): number => STAGE_OF.get(table) ?? FACTS

/** The stage with which a till can sell. */
export const COUNTER_STAGE = 0

/** Tables that hold sums over events. */
const SUMS: ReadonlySet<string> = new Set([
  'register_total',
  'drawer_balance',
  'stock_on_hand',
  'demand_daily',
  'account_balance',
  'voucher_balance',
])

export const holdsSums = (table: string): boolean => SUMS.has(table)

/**
 * Tables whose rows are kept aside while they are loaded, and written when all of their stage is there: sums, which are
 * right only together with the head they were taken at; sales and refunds, which nobody is to see before their lines, and parked baskets before their ends;
 * what own events have set columns of; and PINs, so that nobody is let in before there is a catalogue.
 */
const ASIDE: ReadonlySet<string> = new Set([
  ...SUMS,
  'device_head',
  'journal_carried',
  'journal_waiting',
  'cash_session',
  'sale',
  'refund',
  'parked_basket',
  'staff_pin',
])

export const isKeptAside = (table: string): boolean => ASIDE.has(table)

/** The table that says up to where the server holds own events. */
export const HEAD_TABLE = 'device_head'

/** Facts that are in the server's rows under another device's name. */
export const CARRIED_TABLE = 'journal_carried'

/** Events that the server holds, and whose effect is not in its rows. */
export const WAITING_TABLE = 'journal_waiting'

/** Whether a table says which own events are in the rows: it is written in one transaction with what follows from it. */
export const tellsOfJournals = (table: string): boolean =>
  table === HEAD_TABLE || table === CARRIED_TABLE || table === WAITING_TABLE

/** Tables that mean something by themselves, whatever moment the others are of. */
const ALONE: ReadonlySet<string> = new Set(['product', 'demand_daily', 'forecast_model'])

/**
 * Whether all other rows stand still while a table is fetched again, so that what is read together is of one moment: a
 * sale with its lines, a sum with its facts, and everything with the heads. The catalogue and demand keep nobody waiting.
 */
export const mayNotBeSeenHalf = (table: string): boolean => !ALONE.has(table)
