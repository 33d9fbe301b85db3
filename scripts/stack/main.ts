import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { DISPLAY_PAGE } from '../../desktop/bridge/display.ts'
import { TILL_NODE_FLAGS } from '../../desktop/bridge/till-process.ts'
import { displayTokenFile } from '../../desktop/till/data-folder.ts'
import { startCardTerminalEmulator } from '../../hardware/emulators/card-terminal.ts'
import { type PrinterEmulator, startPrinterEmulator } from '../../hardware/emulators/printer.ts'
import { startPrinterPage } from '../../hardware/emulators/printer-page.ts'
import { findRunningPostgres } from '../../sync-server/catalogue/locate-database.ts'
import { SERVER_NODE_FLAGS } from '../../sync-server/server-process.ts'
import { DEMO_REGISTERS, DEMO_STAFF, MARKET } from '../demo/organisation.ts'
import { enrolmentCode, loadDemo, trainOnce } from './demo.ts'
import { BadOption, readOptions, STACK_HELP, type StackOptions } from './options.ts'
import { CannotStart, preflight, release } from './preflight.ts'
import { type Supervised, supervise } from './processes.ts'
import { electronPackageDir, findElectron, openWindow } from './window.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const began = performance.now()

const say = (sentence: string) => {
  const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(6)
  process.stdout.write(`${seconds}s  ${sentence}\n`)
}

interface Running {
  server: Supervised
  tills: Supervised[]
  closers: (() => Promise<void>)[]
}

async function startPaper(options: StackOptions, running: Running): Promise<void> {
  const { printer1, printer2, paper1, paper2 } = options.ports
  for (const [port, pagePort, register] of [
    [printer1, paper1, DEMO_REGISTERS[0]],
    [printer2, paper2, DEMO_REGISTERS[1]],
  ] as const) {
    const printer: PrinterEmulator = await startPrinterEmulator({ port })
    const page = await startPrinterPage({
      printer,
      port: pagePort,
      title: `${MARKET.name}, ${register.name}`,
    })
    running.closers.push(async () => {
      await page.close()
      await printer.close()
    })
  }
}

/** How long the emulated customer takes at the card terminal, ms. */
const CARD_MS = 1000

async function startTerminals({ ports }: StackOptions, running: Running): Promise<void> {
  for (const port of [ports.terminal1, ports.terminal2]) {
    const terminal = await startCardTerminalEmulator({ port, answerAfterMs: CARD_MS })
    running.closers.push(terminal.close)
  }
}

function serverOf(options: StackOptions): Supervised {
  return supervise(
    {
      name: 'the sync server',
      command: [process.execPath, ...SERVER_NODE_FLAGS, join(root, 'sync-server/main.ts')],
      env: { PORT: String(options.ports.server), DATA_DIR: join(options.dataDir, 'server') },
      logFile: join(options.dataDir, 'server.log'),
    },
    say,
  )
}

interface TillPages {
  till: string
  display: string
}

/** @returns the addresses of its pages */
async function startTill(
  options: StackOptions,
  running: Running,
  serverUrl: string,
  index: 0 | 1,
): Promise<TillPages> {
  const dir = join(options.dataDir, `till-${index + 1}`)
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const code = await enrolmentCode(serverUrl, dir, index)
  const { till1, till2, printer1, printer2, terminal1, terminal2 } = options.ports
  const flags = {
    data: dir,
    server: serverUrl,
    port: String([till1, till2][index]),
    printer: `tcp://127.0.0.1:${[printer1, printer2][index]}`,
    terminal: `tcp://127.0.0.1:${[terminal1, terminal2][index]}`,
    name: `${MARKET.name}, ${DEMO_REGISTERS[index].name}`,
    ui: join(root, 'dist/till-ui'),
    ...(code && { enrol: code }),
  }
  const till = supervise(
    {
      name: `till ${index + 1}`,
      command: [
        process.execPath,
        ...TILL_NODE_FLAGS,
        join(root, 'desktop/till/main.ts'),
        ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]),
      ],
      logFile: join(options.dataDir, `till-${index + 1}.log`),
    },
    say,
  )
  running.tills.push(till)
  const address = await till.start()
  const token = await readFile(displayTokenFile(dir), 'utf8')
  return { till: address, display: `${new URL(DISPLAY_PAGE, address)}#token=${token}` }
}

function printAddresses(options: StackOptions, [first, second]: readonly [TillPages, TillPages]): void {
  const { server, paper1, paper2 } = options.ports
  const people = DEMO_STAFF.filter((person) => person.pin)
    .map(
      ({ name, role, pin, branchId }) =>
        `    ${pin}  ${name}, ${role.replace('_', ' ')}${branchId === MARKET.id ? '' : ' (other branch)'}`,
    )
    .join('\n')
  process.stdout.write(`
  Till 1          ${first.till}
  Till 2          ${second.till}
  Customer at 1   ${first.display}
  Paper of 1, 2   http://127.0.0.1:${paper1}/   http://127.0.0.1:${paper2}/
  Head office     http://127.0.0.1:${server}/console/   (choose Sophie Girard)

  Demo PINs
${people}

  The card terminals are emulated and approve after a second; an amount ending in .91 is declined, in .92 nobody
  shows a card, in .93 the connection breaks behind the approval. Type it in Pay, then F9.

  s + Enter stops or starts the sync server; the tills go on selling. q + Enter or Ctrl-C ends all.
  Data and logs: ${options.dataDir}   (npm start -- --fresh begins anew)

`)
}

async function stopAll(options: StackOptions, running: Running): Promise<void> {
  await Promise.all(running.tills.map((till) => till.stop()))
  await running.server.stop()
  await Promise.all(running.closers.map((close) => close()))
  await release(options.dataDir)
}

/** A window on the first till, where Electron's binary is there; elsewhere the printed addresses do. */
function openFirstTill(options: StackOptions, running: Running, url: string): void {
  const electron = options.open ? findElectron(electronPackageDir()) : null
  if (electron) running.closers.push(openWindow(electron, url))
}

/** Until someone ends it: a signal, the closed terminal, `q`, or the end of whoever started this process. */
function untilEnded(onKey: (key: string) => void): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
    process.once('disconnect', () => resolve())
    if (!process.stdin.isTTY) return
    createInterface({ input: process.stdin }).on('line', (line) => {
      if (line.trim() === 'q') resolve()
      else onKey(line.trim())
    })
  })
}

async function run(options: StackOptions): Promise<void> {
  const server = serverOf(options)
  const running: Running = { server, tills: [], closers: [] }
  const toggleServer = async () => {
    if (server.running()) {
      await server.stop()
      say('the sync server is stopped: the tills go on selling. s + Enter starts it again')
    } else {
      await server.start()
      say('the sync server runs again')
    }
  }
  const ended = untilEnded((key) => {
    if (key === 's') toggleServer().catch((error: Error) => say(error.message))
  })
  const starting = (async () => {
    await startPaper(options, running)
    await startTerminals(options, running)
    say('starting Postgres and the sync server')
    await server.start()
    const serverUrl = `http://127.0.0.1:${options.ports.server}`
    const databaseUrl = await findRunningPostgres(join(options.dataDir, 'server'))
    if (databaseUrl) await loadDemo(databaseUrl, options.dataDir, Date.now, say)
    say('starting two tills')
    const pages = [
      await startTill(options, running, serverUrl, 0),
      await startTill(options, running, serverUrl, 1),
    ] as const
    await trainOnce(serverUrl, options.dataDir)
    say('ready')
    printAddresses(options, pages)
    openFirstTill(options, running, pages[0].till)
  })()
  try {
    await Promise.race([ended, starting])
    await ended
  } finally {
    say('stopping')
    await stopAll(options, running)
  }
}

async function main(): Promise<void> {
  try {
    const options = readOptions(process.argv.slice(2), process.cwd())
    if (options === 'help') {
      process.stdout.write(`${STACK_HELP}\n`)
      return
    }
    await preflight(options)
    await run(options)
  } catch (error) {
    const expected = error instanceof CannotStart || error instanceof BadOption
    process.stderr.write(
      `${expected ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`,
    )
    process.exitCode = 1
  }
}

await main()
process.exit()
