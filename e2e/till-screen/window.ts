import { existsSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core'
import { build } from 'vite'

const SHELL = '/usr/bin/chromium-headless-shell'

export const CHROMIUM = {
  executablePath: existsSync(SHELL) ? SHELL : '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
}

/** Builds the till's screen into a fresh folder. @returns the folder */
export async function buildTillUi(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'till-ui-'))
  await build({
    configFile: 'vite.till-ui.config.ts',
    logLevel: 'error',
    build: { outDir, emptyOutDir: true },
  })
  return outDir
}

export const launch = (): Promise<Browser> => chromium.launch(CHROMIUM)

export interface WindowOptions {
  width?: number
  height?: number
  deviceScaleFactor?: number
  colorScheme?: 'light' | 'dark'
  locale?: string
  /** A tablet: nothing but fingers. */
  hasTouch?: boolean
}

/** A window onto a till, with the things a person does at it. */
export interface TillWindow {
  page: Page
  /** A wedge scanner: the characters and Enter as key events faster than a person types. */
  scan(code: string): Promise<void>
  /** A person's key presses, one by one. Counts them. */
  keys(...names: string[]): Promise<void>
  /** Text typed at a person's speed. Counts each. */
  type(text: string): Promise<void>
  /** Keys pressed by `keys` and `type` since the last call. */
  pressed(): number
  close(): Promise<void>
}

const codeOf = (char: string) =>
  /\d/.test(char) ? `Digit${char}` : /[a-z]/i.test(char) ? `Key${char.toUpperCase()}` : ''

/** All events of a scan, sent at once and in order: they arrive as fast as the browser takes them. */
async function burst(session: CDPSession, code: string, suffix = true): Promise<void> {
  // Each event carries the time at which the keyboard had it, as a real one does.
  let timestamp = Date.now() / 1000
  const send = (type: 'keyDown' | 'keyUp', event: object) => {
    timestamp += 0.001
    return session.send('Input.dispatchKeyEvent', { type, timestamp, ...event })
  }
  const down = (event: object) => send('keyDown', event)
  const up = (event: object) => send('keyUp', event)
  const sent = [...code].flatMap((char) => {
    const event = {
      key: char,
      code: codeOf(char),
      text: char,
      windowsVirtualKeyCode: char.toUpperCase().charCodeAt(0),
    }
    return [() => down(event), () => up(event)]
  })
  const enter = { key: 'Enter', code: 'Enter', text: '\r', windowsVirtualKeyCode: 13 }
  const all = suffix ? [...sent, () => down(enter), () => up(enter)] : sent
  await Promise.all(all.map((one) => one()))
}

/** Opens a window onto a till. */
export async function openWindow(
  browser: Browser,
  address: string,
  options: WindowOptions = {},
): Promise<TillWindow> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
    deviceScaleFactor: options.deviceScaleFactor ?? 1,
    colorScheme: options.colorScheme ?? 'light',
    locale: options.locale ?? 'en-GB',
    reducedMotion: 'reduce',
    hasTouch: options.hasTouch ?? false,
  })
  const page = await context.newPage()
  await page.goto(address)
  const session = await context.newCDPSession(page)
  let count = 0
  return {
    page,
    scan: (code) => burst(session, code),
    keys: async (...names) => {
      for (const name of names) {
        count++
        await page.keyboard.press(name)
        // What a character key means is settled once no scan can follow it.
        if ([...name].length === 1) await page.waitForTimeout(60)
      }
    },
    type: async (text) => {
      count += text.length
      await page.keyboard.type(text, { delay: 70 })
      await page.waitForTimeout(60)
    },
    pressed: () => {
      const pressed = count
      count = 0
      return pressed
    },
    close: () => context.close(),
  }
}
