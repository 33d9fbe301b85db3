import type { Printer } from './printer.ts'

export type DrawerState = 'open' | 'closed' | 'unknown'

export type Drawer = {
  /** Opens it by a pulse through the printer. @throws PrinterError */
  open(): Promise<void>
  /** Reads the switch; `unknown` when the printer does not answer or the wiring has not been learnt. */
  state(): Promise<DrawerState>
}

/**
 * A cash drawer on a printer's socket.
 * @param options.openWhenPinHigh what its switch reads when it is open: depends on the drawer's wiring, so it is
 *   learnt once per register (open it, ask, keep the answer); null while nobody has
 */
export function createDrawer(options: { printer: Printer; openWhenPinHigh: boolean | null }): Drawer {
  const { printer, openWhenPinHigh } = options
  return {
    open: () => printer.openDrawer(),
    async state() {
      if (openWhenPinHigh === null) return 'unknown'
      const status = await printer.status()
      if (!status.reachable || status.drawerPinHigh === null) return 'unknown'
      return status.drawerPinHigh === openWhenPinHigh ? 'open' : 'closed'
    },
  }
}
