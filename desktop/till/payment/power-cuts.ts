import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CardTerminal, createCardTerminal } from '../../../hardware/devices/card-terminal.ts'
import {
  type CardTerminalEmulator,
  startCardTerminalEmulator,
} from '../../../hardware/emulators/card-terminal.ts'
import { tcpTransport } from '../../../hardware/transports/tcp.ts'
import { databaseFile } from '../data-folder.ts'
import { openTillDatabase } from '../store/database.ts'
import { accepted, cents, type SeededTill, seedTill } from '../test-fixtures.ts'
import { createTill, type Till } from '../till.ts'

/** Where the power goes: before the terminal hears of it, or after it has done what it does. */
export type Cut = 'none' | 'before' | 'after'

/** As often as they are met with in a test. */
export const CUTS: readonly Cut[] = ['none', 'none', 'before', 'after']

const never = new Promise<never>(() => {})

/** A terminal, and a power cut at the first payment or refund that it is asked for. */
function withCut(inner: CardTerminal, cut: Cut, onCut: () => void): CardTerminal {
  const once = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (cut === 'none') return ask()
    if (cut === 'after') await ask()
    onCut()
    return never
  }
  return {
    ...inner,
    pay: (reference, amount) => once(() => inner.pay(reference, amount)),
    refund: (reference, amount, of) => once(() => inner.refund(reference, amount, of)),
  }
}

/** How long the terminal is waited for on a day on which things break, ms: so short that a busy machine misses some answers. */
const HASTY_MS = 25

interface Running {
  till: Till
  /** Settles when the power goes; whoever asked then is never answered. */
  died: Promise<'died'>
  close(): void
}

/** A till's file and a terminal with its own ledger, which outlive the till's core. */
export interface PowerCuts {
  terminal: CardTerminalEmulator
  seeded: SeededTill
  /** Starts the till's core on the file as it was left, that person being unlocked, and gives up on the terminal early. */
  start(cut: Cut): Promise<Running>
  /** The same with all the patience that a till has, so that nothing breaks however busy the machine is. */
  startInPeace(): Promise<Running>
  /** Ends the terminal and removes the file. */
  close(): Promise<void>
}

/**
 * A till with an open drawer that has sold nothing yet. Each run of a property has its own: what a run that failed leaves
 * behind would be a fault of the next one.
 * @param operatorId who stands at the till
 */
export async function preparePowerCuts(operatorId: string): Promise<PowerCuts> {
  const its = await startCardTerminalEmulator({ port: 0, answerAfterMs: 1 })
  const seeded = await seedTill(mkdtempSync(join(tmpdir(), 'till-power-cuts-')))
  const run = async (cut: Cut, timeouts: { payMs?: number }): Promise<Running> => {
    const db = await openTillDatabase(databaseFile(seeded.dataDir), { roomForLog: false })
    db.pragma('synchronous = OFF')
    const died = Promise.withResolvers<'died'>()
    const transport = tcpTransport({ host: '127.0.0.1', port: its.port })
    const terminal = withCut(createCardTerminal({ transport, timeouts }), cut, () => {
      db.close()
      died.resolve('died')
    })
    const identity = seeded.identity
    const till = createTill({ db, identity, locale: 'fr', hasPrinter: false, operatorId, terminal })
    return { till, died: died.promise, close: () => db.close() }
  }
  const first = await run('none', {})
  accepted(first.till.openSession(cents(0)))
  first.close()
  return {
    terminal: its,
    seeded,
    start: (cut) => run(cut, { payMs: HASTY_MS }),
    startInPeace: () => run('none', {}),
    close: async () => {
      await its.close()
      rmSync(seeded.dataDir, { recursive: true })
    },
  }
}
