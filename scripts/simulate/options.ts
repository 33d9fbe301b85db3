import { parseArgs } from 'node:util'
import { wordBadOption } from '../../domain/command-line.ts'

/** What the command line asks for was not understood; the message says what to do. */
export class BadOption extends Error {
  override name = 'BadOption'
}

/** Which seeds are played, how long each is, and how much is told. */
export interface SimulateOptions {
  first: number
  last: number
  steps: number
  /** Each till and the server is a process of its own. */
  processes: boolean
  /** A folder that holds what every run begins with, or is to; null for a run alone. */
  stage: string | null
}

export const HELP = `npm run simulate -- --seed <n> [--steps <m>]
npm run simulate -- --seeds <n>-<m> [--steps <m>] [--processes] [--stage <folder>]

Plays three tills and a head office, all of them the product's own, over a line that fails, with machines that are
killed, disks that fill and clocks that jump; then mends everything and compares every replica with the server.

  --seed <n>       what is drawn from: the same seed and steps give the same deeds; tells each step
  --seeds <n>-<m>  many seeds, a line each; 25 in a row, such as 26-50, are played in one world
  --steps <m>      deeds in each run (default 60)
  --processes      each till and the server is a process of its own, killed by SIGKILL; slower
  --stage <folder> what every run begins with is made there, or found: for many runs one after the other
  --help           this text

Ends with 1 when anything did not hold.`

const STEPS = { usual: 60, most: 100_000 }
const SEED_MAX = 0xffff_ffff

function wholeNumber(name: string, text: string, low: number, high: number): number {
  const value = Number(text)
  if (!/^\d{1,10}$/.test(text) || value < low || value > high) {
    throw new BadOption(`--${name} ${text}: give a whole number from ${low} to ${high}.`)
  }
  return value
}

/** Reads the command line. @throws BadOption naming the option and the remedy */
export function readOptions(argv: readonly string[]): SimulateOptions | 'help' {
  let values: {
    seed?: string
    seeds?: string
    steps?: string
    processes?: boolean
    stage?: string
    help?: boolean
  }
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  try {
    const options = {
      seed: text,
      seeds: text,
      steps: text,
      processes: flag,
      stage: text,
      help: flag,
    } as const
    values = parseArgs({ args: [...argv], options }).values
  } catch (error) {
    throw new BadOption(wordBadOption(error, 'npm run simulate') ?? String(error))
  }
  if (values.help) return 'help'
  const { seed, seeds, processes = false, stage = null } = values
  if ((seed === undefined) === (seeds === undefined)) {
    throw new BadOption('Give either --seed <n> for one run or --seeds <n>-<m> for many.')
  }
  const steps = wholeNumber('steps', values.steps ?? String(STEPS.usual), 1, STEPS.most)
  if (seed !== undefined) {
    const only = wholeNumber('seed', seed, 0, SEED_MAX)
    return { first: only, last: only, steps, processes, stage }
  }
  const ends = /^(\d+)-(\d+)$/.exec(seeds ?? '')
  if (!ends) throw new BadOption(`--seeds ${seeds}: give two whole numbers, such as 1-200.`)
  const range = [
    wholeNumber('seeds', ends[1] ?? '', 0, SEED_MAX),
    wholeNumber('seeds', ends[2] ?? '', 0, SEED_MAX),
  ] as const
  if (range[0] > range[1]) throw new BadOption(`--seeds ${seeds}: the first is larger than the last.`)
  return { first: range[0], last: range[1], steps, processes, stage }
}
