import { parseArgs } from 'node:util'

/** What the command line asks for was not understood; the message says what to do. */
export class BadOption extends Error {
  override name = 'BadOption'
}

export interface RehearseOptions {
  seed: number
  sales: number
  /** Where screenshots and papers go; null: none are taken, and no browser is started. */
  out: string | null
}

export const HELP = `npm run rehearse -- [--seed <n>] [--sales <n>] [--out <folder>] [--no-screens]

Plays one Saturday at one branch: a real server and Postgres, three tills as processes of their own with emulated
printers, real BDPM products; with refunds, parked sales (also taken up at another till), paper that runs out, two cuts
of the line and a till that is killed in mid-sale. Ends with three blind counts, and compares tills, Postgres, Z reports
and a ledger of the rehearsal's own to the cent.

  --seed <n>      what the day is drawn from (default 1)
  --sales <n>     completed sales of the day, from 30 to 20000 (default 1200)
  --out <folder>  where screenshots and Z reports are saved (default .cache/rehearsal)
  --no-screens    no browser, no screenshots
  --help          this text

The day's eleven hours are played in about an eighth of a second a sale: customers come in the Saturday's own curve, only
sooner after each other. No clock is moved: what the product does takes the time that it takes.
Ends with 1 when anything did not reconcile.`

const SALES = { usual: 1200, least: 30, most: 20_000 }

function wholeNumber(name: string, text: string, low: number, high: number): number {
  const value = Number(text)
  if (!/^\d{1,10}$/.test(text) || value < low || value > high) {
    throw new BadOption(`--${name} ${text}: give a whole number from ${low} to ${high}.`)
  }
  return value
}

/** Reads the command line. @throws BadOption naming the option and the remedy */
export function readOptions(argv: readonly string[]): RehearseOptions | 'help' {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  let values: { seed?: string; sales?: string; out?: string; 'no-screens'?: boolean; help?: boolean }
  try {
    const options = { seed: text, sales: text, out: text, 'no-screens': flag, help: flag }
    values = parseArgs({ args: [...argv], options }).values
  } catch (error) {
    throw new BadOption(`${(error as Error).message.split('.')[0]}: see npm run rehearse -- --help`)
  }
  if (values.help) return 'help'
  if (values.out === '') throw new BadOption('--out is empty: name a folder, or say --no-screens.')
  return {
    seed: wholeNumber('seed', values.seed ?? '1', 0, 0xffff_ffff),
    sales: wholeNumber('sales', values.sales ?? String(SALES.usual), SALES.least, SALES.most),
    out: values['no-screens'] ? null : (values.out ?? '.cache/rehearsal'),
  }
}
