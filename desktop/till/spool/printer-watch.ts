import type { Printer, PrinterError, PrinterStatus } from '../../../hardware/devices/printer.ts'
import type { StatusView } from '../../bridge/views.ts'
import type { Changes } from '../store/changes.ts'

type PrinterState = StatusView['printer']['state']

/** What is known of the printer, as the status strip shows it. */
export interface PrinterWatch {
  state(): PrinterState
  see(state: PrinterState): void
  /** Asks the printer. */
  poll(): Promise<void>
  isReady(): boolean
}

const stateOf = (status: PrinterStatus): PrinterState =>
  status.reachable ? status.condition.state : 'unreachable'

/** The state a failed job leaves behind. */
export function stateAfter(error: PrinterError): PrinterState {
  if (error.kind === 'paper-out' || error.kind === 'cover-open' || error.kind === 'offline') return error.kind
  return 'unreachable'
}

/** Views hear of a state only when it is another than before. */
export function createPrinterWatch(printer: Printer, changes: Changes): PrinterWatch {
  let state: PrinterState = 'offline'
  const see = (seen: PrinterState) => {
    if (seen === state) return
    state = seen
    changes.touch('print')
  }
  return {
    state: () => state,
    see,
    poll: async () => see(stateOf(await printer.status())),
    isReady: () => state === 'ready' || state === 'paper-near-end',
  }
}
