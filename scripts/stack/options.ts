import { isAbsolute, resolve } from 'node:path'
import { parseArgs } from 'node:util'

/** Every port the product listens on when it runs on one machine, and what listens there. */
export interface StackPorts {
  server: number
  till1: number
  till2: number
  paper1: number
  paper2: number
  printer1: number
  printer2: number
  terminal1: number
  terminal2: number
}

export interface StackOptions {
  fresh: boolean
  open: boolean
  dataDir: string
  ports: StackPorts
}

export const STACK_HELP = `npm start -- [options]

Runs the product on this machine with demo data: embedded Postgres, the sync server with the head-office console,
and two tills of one branch, each with an emulated receipt printer and card terminal.

  --fresh            forget all data and begin anew
  --data <folder>    where the data is kept (default .data)
  --port <n>         first of nine consecutive ports (default 4500)
  --no-open          do not open a window
  --help             this text

While it runs: s + Enter stops or starts the sync server (the tills go on selling), q + Enter or Ctrl-C ends all.`

/** What the command line asks for was not understood; the message says what to do. */
export class BadOption extends Error {
  override name = 'BadOption'
}

const PORTS_NEEDED = 9

/** Reads the command line. @throws BadOption naming the option and the remedy */
export function readOptions(argv: readonly string[], cwd: string): StackOptions | 'help' {
  let values: Record<string, string | boolean | undefined>
  try {
    values = parseArgs({
      args: [...argv],
      options: {
        fresh: { type: 'boolean' },
        data: { type: 'string' },
        port: { type: 'string' },
        'no-open': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    throw new BadOption(`${(error as Error).message.split('.')[0]}: see npm start -- --help`)
  }
  if (values.help) return 'help'
  const first = Number(values.port ?? 4500)
  if (!Number.isInteger(first) || first < 1024 || first + PORTS_NEEDED > 65_535) {
    throw new BadOption(`--port ${values.port}: give a number from 1024 to ${65_535 - PORTS_NEEDED}`)
  }
  const dataDir = String(values.data ?? '.data')
  return {
    fresh: values.fresh === true,
    open: values['no-open'] !== true,
    dataDir: isAbsolute(dataDir) ? dataDir : resolve(cwd, dataDir),
    ports: {
      server: first,
      till1: first + 1,
      till2: first + 2,
      paper1: first + 3,
      paper2: first + 4,
      printer1: first + 5,
      printer2: first + 6,
      terminal1: first + 7,
      terminal2: first + 8,
    },
  }
}
