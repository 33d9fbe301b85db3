import { createWriteStream, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  protocol,
  safeStorage,
  screen,
  session,
  utilityProcess,
} from 'electron'
import { DISPLAY_PAGE } from '../bridge/display.ts'
import { TILL_PORT_MESSAGE } from '../bridge/shell.ts'
import { TILL_NODE_FLAGS } from '../bridge/till-process.ts'
import { APP_SCHEME, APP_SCHEME_PRIVILEGES, serveApp } from './app-protocol.ts'
import { loadDeviceSecret, SecretUnreadable } from './device-secret.ts'
import { isTrustedSender, lockDown, lockSession } from './security/lock-down.ts'
import { superviseTill, type TillProcess } from './till-process.ts'
import { runWindow, secondScreen, windowOptions } from './window.ts'
import { readWorkstation, tillArguments, type Workstation, WorkstationError } from './workstation.ts'

type Port = Electron.MessagePortMain

/** What scripts/build/ puts into the app. */
const built = (path: string) => join(app.getAppPath(), '.vite', path)

/** Tells a person in one sentence why the till cannot run, and ends. */
function refuse(sentence: string): void {
  dialog.showErrorBox('PharmaSaaS POS', sentence)
  app.exit(2)
}

/** Runs the till as a utility process: its words go to a log file, its last ones to the person when it refuses. */
function startTill(workstation: Workstation, deviceSecret: string | null): TillProcess<Port> {
  const dataDir = join(app.getPath('userData'), 'till')
  const logDir = app.getPath('logs')
  mkdirSync(logDir, { recursive: true })
  const log = createWriteStream(join(logDir, 'till.log'), { flags: 'a', mode: 0o600 })
  let lastWords = ''
  return superviseTill<Port>({
    deviceSecret,
    now: Date.now,
    setTimeout,
    fork: () => {
      const till = utilityProcess.fork(built('build/till.mjs'), tillArguments(workstation, dataDir), {
        serviceName: 'PharmaSaaS till',
        execArgv: [...TILL_NODE_FLAGS],
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      till.stdout?.pipe(log, { end: false })
      till.stderr?.on('data', (chunk: Buffer) => {
        log.write(chunk)
        lastWords = (lastWords + chunk).slice(-1000)
      })
      return till
    },
    onRefused: () => refuse(lastWords.trim() || 'The till did not start; its log says why.'),
    log: (event, detail) => log.write(`${JSON.stringify({ event, ...detail })}\n`),
  })
}

/** A window that asks gets one end of a new channel, the till the other; the customer's gets only what customers see. */
function handOverPorts(
  till: TillProcess<Port>,
  isDisplay: (contents: Electron.WebContents) => boolean,
): void {
  ipcMain.on(TILL_PORT_MESSAGE, (event) => {
    if (!isTrustedSender(event.senderFrame)) return
    const { port1, port2 } = new MessageChannelMain()
    till.connect(port1, isDisplay(event.sender) ? 'display' : 'window')
    event.sender.postMessage(TILL_PORT_MESSAGE, null, [port2])
  })
}

/** The customer's window on the second screen, where there is one. */
function openDisplay(workstation: Workstation): BrowserWindow | null {
  const place = secondScreen(screen.getAllDisplays(), screen.getPrimaryDisplay().id)
  if (!workstation.customerDisplay || !place) return null
  return new BrowserWindow({
    ...windowOptions(workstation, built('build/preload.cjs'), !app.isPackaged),
    ...place.bounds,
    fullscreen: true,
    frame: false,
    focusable: false,
  })
}

async function run(): Promise<void> {
  const userData = app.getPath('userData')
  const workstation = await readWorkstation(join(userData, 'workstation.json'), process.argv.slice(1))
  const deviceSecret = await loadDeviceSecret(safeStorage, join(userData, 'device-secret'))
  lockSession(session.defaultSession)
  protocol.handle(APP_SCHEME, serveApp(built('renderer/till')))
  Menu.setApplicationMenu(null)
  const till = startTill(workstation, deviceSecret)
  const display = openDisplay(workstation)
  handOverPorts(till, (contents) => contents === display?.webContents)
  const window = new BrowserWindow(windowOptions(workstation, built('build/preload.cjs'), !app.isPackaged))
  runWindow(window, '', Date.now)
  if (display) {
    runWindow(display, DISPLAY_PAGE, Date.now)
    window.on('closed', () => display.destroy())
  }
  app.on('second-instance', () => {
    if (window.isMinimized()) window.restore()
    window.focus()
  })
  let ending = false
  app.on('before-quit', (event) => {
    if (ending) return
    ending = true
    event.preventDefault()
    void till.stop().then(() => app.quit())
  })
}

function main(): void {
  // Two tills on one data folder would fight for it; the second shows the first one's window instead.
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return
  }
  app.enableSandbox()
  lockDown(app)
  protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges: APP_SCHEME_PRIVILEGES }])
  app.on('window-all-closed', () => app.quit())
  app
    .whenReady()
    .then(run)
    .catch((error: unknown) => {
      const told = error instanceof WorkstationError || error instanceof SecretUnreadable
      refuse(told ? error.message : String(error))
    })
}

main()
