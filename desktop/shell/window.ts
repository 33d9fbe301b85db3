import type { BrowserWindow, BrowserWindowConstructorOptions, Display } from 'electron'
import { APP_ORIGIN } from './app-protocol.ts'
import { SECURE_WEB_PREFERENCES } from './security/web-preferences.ts'
import type { Workstation } from './workstation.ts'

/** The smallest screen that tills are sold with. */
const SMALLEST = { width: 1024, height: 768 }

/** A screen that crashed this often within a minute is not brought back by loading it again. */
const RELOADS_MAX = 5

/**
 * How the till's window is made.
 * @param preload path of the built preload script
 * @param devTools whether they may be opened; never in a packaged till
 */
export function windowOptions(
  { kiosk, zoom }: Pick<Workstation, 'kiosk' | 'zoom'>,
  preload: string,
  devTools: boolean,
): BrowserWindowConstructorOptions {
  return {
    width: 1440,
    height: 900,
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    kiosk,
    // Shown when the first frame is there, so that nobody sees a white flash.
    show: false,
    autoHideMenuBar: true,
    webPreferences: {
      ...SECURE_WEB_PREFERENCES,
      preload,
      zoomFactor: zoom,
      devTools,
      backgroundThrottling: false,
    },
  }
}

/** The screen that faces the customer: the first that is not the cashier's; null where there is but one. */
export const secondScreen = (
  screens: readonly Pick<Display, 'id' | 'bounds'>[],
  primaryId: number,
): Pick<Display, 'id' | 'bounds'> | null => screens.find(({ id }) => id !== primaryId) ?? null

/** Loads a page of ours, shows it when it is drawn, and loads it again should its process die. */
export function runWindow(window: BrowserWindow, page: string, now: () => number): void {
  let crashes: number[] = []
  window.once('ready-to-show', () => window.show())
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return
    crashes = [...crashes.filter((at) => now() - at < 60_000), now()]
    if (crashes.length <= RELOADS_MAX) window.webContents.reload()
  })
  void window.loadURL(`${APP_ORIGIN}/${page}`)
}
